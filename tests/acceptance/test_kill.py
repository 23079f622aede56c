"""kill -9 at random moments: no step lost, no job lost, nothing said twice."""

import asyncio
import os
import random
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

from bot.jobs.rows import REQUEST
from bot.settings import embedded_model
from bot.workers.child import ChildWorker
from tests.acceptance.stage import Stage, stage, text_of
from tests.sandboxed import PATIENCE
from trainer.protocol import Finished, Ready, Request, Start

KILLS = int(os.environ.get("EMBEDSMITH_KILLS", "3"))
"""`make soak` kills twenty times."""
STEPS = 10 * KILLS


def rows(played: Stage, query: str) -> list[tuple]:
    with closing(sqlite3.connect(f"file:{played.data / 'embedsmith.sqlite3'}?mode=ro", uri=True)) as database:
        return database.execute(query).fetchall()


async def uninterrupted(request: Request, folder: Path) -> bytes:
    """The file that the same request gives when nothing happens on the way."""
    worker = ChildWorker(["--model", str(embedded_model()), "--upscalers", str(folder / "upscalers")], 60)
    async with worker.live() as connection:
        async for told in connection.told():
            if isinstance(told, Ready):
                await connection.send(Start(attempt="a", job=1, request=request, folder=str(folder)))
            if isinstance(told, Finished):
                return Path(told.snapshot).read_bytes()
    raise AssertionError("the run did not finish")


async def kill_trainer_at(played: Stage, step: int) -> None:
    """Kills the trainer when the run has come so far, and waits until the bot has noticed.

    Never the third time in a row without a step gained: the bot gives such a job up.
    """
    reached = "SELECT attempt FROM jobs WHERE state = 'running' AND lost_attempts < 2"
    reached += f" AND json_extract(report, '$.step') >= {step}"
    async with asyncio.timeout(PATIENCE):
        while not (held := rows(played, reached)) or (trainer := played.trainer()) is None:
            await asyncio.sleep(0.01)
        await asyncio.sleep(random.uniform(0.0, 0.2))
        trainer.kill()
        while rows(played, f"SELECT 1 FROM jobs WHERE attempt = '{held[0][0]}'"):
            await asyncio.sleep(0.01)


async def test_a_run_whose_trainer_is_killed_again_and_again_ends_in_the_same_bits(tmp_path: Path) -> None:
    async with stage(tmp_path) as played:
        await played.agree()
        await played.train("my-owl", steps=STEPS)
        for step in sorted(random.sample(range(STEPS * 3 // 4), KILLS)):
            await kill_trainer_at(played, step)
        result = await played.result("my-owl")
        assert "is ready" in text_of(result)
        url = next(a["url"] for a in result["attachments"] if a["filename"] == "my-owl.pt")
        survived = await played.sandbox.fetch(url)
        ((request,),) = rows(played, "SELECT request FROM jobs WHERE json_extract(request, '$.name') = 'my-owl'")
        assert survived == await uninterrupted(REQUEST.read(request, played.data), tmp_path / "alone")


async def test_a_bot_that_is_killed_again_and_again_loses_nothing_and_says_nothing_twice(tmp_path: Path) -> None:
    async with stage(tmp_path) as played:
        await played.agree()
        earlier = len(await played.sandbox.messages(person="Max"))
        (first,) = rows(played, "SELECT max(id) FROM jobs")[0]
        await played.train("my-owl", steps=STEPS)
        for kill in range(KILLS):
            wanted = {"prompt": f"picture number {kill}", "steps": 4}
            await played.sandbox.command("imagine", wanted)
            await asyncio.sleep(random.uniform(0.0, 4.0))
            trainer = played.trainer()
            await played.kill()
            if trainer is not None:
                await asyncio.to_thread(trainer.wait, PATIENCE)  # raises when the trainer outlives its bot
            await played.start()
        await played.result("my-owl")
        asked = f"SELECT state FROM jobs WHERE id > {first}"
        async with asyncio.timeout(PATIENCE):
            while {state for (state,) in rows(played, asked)} != {"succeeded"}:
                await asyncio.sleep(0.2)
        messages = await played.sandbox.messages(person="Max")
        cards = Counter(text_of(message).splitlines()[0] for message in messages)
        assert max(cards.values()) == 1, cards
        assert len(messages) - earlier == len(rows(played, asked)) + 1, "a card for every job, and the run's result"


async def test_a_bot_that_is_asked_to_go_saves_and_goes_on_after_its_restart(tmp_path: Path) -> None:
    async with stage(tmp_path) as played:
        await played.agree()
        card = await played.train("my-owl", steps=3000)
        await played.sandbox.until_message(
            "general", lambda message: "best" in text_of(message) and "3,000" in text_of(message)
        )
        assert await played.stop() == 0
        ((state, checkpoint),) = rows(played, "SELECT state, resume_from FROM jobs ORDER BY id DESC LIMIT 1")
        assert state == "queued"
        assert (played.data / checkpoint).exists()
        await played.start()
        await played.press(card, "Stop")  # a button that an earlier life posted
        assert "was stopped at step" in text_of(await played.result("my-owl"))
        cards = [message for message in await played.sandbox.messages(person="Max") if "**my-owl**" in text_of(message)]
        assert cards[0]["id"] == card["id"]
        assert len(cards) == 2, "the card, and the result"
        assert "my-owl (4 vectors)" in text_of(await played.draw("a photo of my-owl", steps=2))


async def test_a_second_bot_in_the_same_folder_is_refused(tmp_path: Path) -> None:
    async with stage(tmp_path) as played:
        first, second = played.bot, await played.spawn()
        assert await second.wait() == 78
        assert first is not None
        assert first.returncode is None
