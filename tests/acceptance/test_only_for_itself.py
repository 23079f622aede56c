"""A job pays only for itself: what hangs, dies, or is large costs the others time, and nothing else."""

import asyncio
import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.acceptance.stage import Stage, stage, text_of
from tests.sandboxed import PATIENCE

ENDED = ("succeeded", "failed", "cancelled")


def rows(played: Stage, query: str) -> list[tuple]:
    with closing(sqlite3.connect(f"file:{played.data / 'embedsmith.sqlite3'}?mode=ro", uri=True)) as database:
        return database.execute(query).fetchall()


async def until_row(played: Stage, query: str) -> tuple:
    async with asyncio.timeout(PATIENCE):
        while not (found := rows(played, query)):
            await asyncio.sleep(0.01)
    return found[0]


async def until_ended(played: Stage, first: int) -> dict[str, str]:
    """How all later jobs end, by their names or prompts."""
    asked = "SELECT coalesce(json_extract(request, '$.name'), json_extract(request, '$.prompt')), state FROM jobs "
    asked += f"WHERE id > {first}"
    async with asyncio.timeout(3 * PATIENCE):
        while not all(state in ENDED for _, state in rows(played, asked)):
            await asyncio.sleep(0.2)
    return dict(rows(played, asked))


def newest_job(played: Stage) -> int:
    return rows(played, "SELECT max(id) FROM jobs")[0][0]


async def test_a_run_that_hangs_every_trainer_fails_alone(tmp_path: Path) -> None:
    """Its picture lies where nothing ever comes, as on a network's disk that is away."""
    async with stage(tmp_path, EMBEDSMITH_SILENCE_SECONDS="8") as played:
        for person in ("Ada", "Max", "Lin"):
            await played.agree(person)
        request = json.loads(rows(played, "SELECT request FROM jobs ORDER BY id LIMIT 1")[0][0])
        picture = played.data / request["pictures"][0]["path"]
        first = newest_job(played)
        # Max's and Lin's pictures are stored before it, so that this one is nobody else's.
        await played.train("my-cactus", "cactus", person="Max", steps=30)
        await played.train("my-robot", "robot", person="Lin", steps=30)
        picture.unlink()
        os.mkfifo(picture)
        await played.press(await played.card("first-Ada"), "Again")
        await played.sandbox.command("imagine", {"prompt": "a house", "steps": 20, "count": 2}, person="Max")
        states = await until_ended(played, first)
        assert states == {
            "first-Ada": "failed",
            "my-cactus": "succeeded",
            "my-robot": "succeeded",
            "a house": "succeeded",
        }
        ((failure, lost),) = rows(
            played, "SELECT json_extract(report, '$.failure'), lost_attempts FROM jobs WHERE state = 'failed'"
        )
        assert (failure, lost) == ("worker_lost", 3)
        assert await played.sandbox.until_message("general", lambda message: "3 times in a row" in text_of(message))


async def test_a_trainer_that_is_killed_from_outside_again_and_again_fails_nobody(tmp_path: Path) -> None:
    async with stage(tmp_path) as played:
        await played.agree()
        card = await played.train("my-cactus", "cactus", steps=3000)
        await until_row(played, "SELECT 1 FROM jobs WHERE state = 'running' AND resume_from IS NOT NULL")
        await played.press(card, "Pause")
        (paused,) = await until_row(played, "SELECT id FROM jobs WHERE state = 'paused'")
        await played.train("my-robot", "robot", steps=60)
        await played.sandbox.command("imagine", {"prompt": "a house", "steps": 40, "count": 4})
        last = newest_job(played)
        for _ in range(4):
            (attempt,) = await until_row(
                played, f"SELECT attempt FROM jobs WHERE id > {paused} AND state = 'running' ORDER BY id LIMIT 1"
            )
            if (trainer := played.trainer()) is not None:
                trainer.kill()
            while rows(played, f"SELECT 1 FROM jobs WHERE attempt = '{attempt}'"):
                await asyncio.sleep(0.01)
        assert last > paused
        states = await until_ended(played, paused)
        assert set(states.values()) == {"succeeded"}, states
        assert rows(played, f"SELECT state, lost_attempts FROM jobs WHERE id = {paused}") == [("paused", 0)]


async def test_a_large_drawing_is_no_hang_and_costs_the_others_only_time(tmp_path: Path) -> None:
    """One pass of it takes longer than the limit of silence, at the latest where other tests share the cores.

    The longest that one block is silent is two fifths of the pass, hence no lower limit.
    """
    async with stage(tmp_path, EMBEDSMITH_SILENCE_SECONDS="20", OMP_NUM_THREADS="1") as played:
        await played.agree()
        first = newest_job(played)
        await played.train("my-cactus", "cactus", steps=60)
        large = {"prompt": "a large house", "steps": 1, "width": 768, "height": 768, "count": 8}
        await played.sandbox.command("imagine", large, person="Max")
        for number in range(3):
            await played.sandbox.command("imagine", {"prompt": f"small {number}", "steps": 4}, person="Lin")
        states = await until_ended(played, first)
        assert len(states) == 5
        assert set(states.values()) == {"succeeded"}, states
        assert "trainer lost" not in (tmp_path / "bot.log").read_text(encoding="utf-8")
