"""A data folder that is moved takes everything along: rows name no place outside of it."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.acceptance.stage import Stage, stage, text_of
from tests.sandboxed import PATIENCE


async def test_all_goes_on_in_a_folder_that_was_moved(tmp_path: Path) -> None:
    async with stage(tmp_path) as played:
        await played.agree()
        await played.create("my-hat", "animal", 2)
        drawn = await played.draw("a photo of my-hat", steps=2)
        card = await played.train("my-owl", steps=3000)
        await until_saved(played, 20)
        await played.kill()
        earlier = played.data
        assert not [row for row in rows(played) if str(tmp_path) in str(row)]
        played.data = tmp_path / "elsewhere" / "moved"
        played.data.parent.mkdir()
        earlier.rename(played.data)
        await played.start()
        (reached,) = (step for step, name in steps(played) if name == "my-owl")
        await until_saved(played, reached + 20)
        shown = text_of(await played.sandbox.message(card["id"]))
        assert "start again from step 0" not in shown
        await played.press(card, "Stop")
        assert "was stopped at step" in text_of(await played.result("my-owl"))
        larger = await played.press(drawn, "Larger")
        assert larger is not None
        await played.sandbox.until_message(
            "general",
            lambda message: (
                int(message["id"]) > int(card["id"]) and "my-hat" in text_of(message) and bool(message["attachments"])
            ),
        )
        assert "my-hat" in text_of(await played.draw("my-hat and my-owl", steps=2))
        assert not earlier.exists()
        assert not [row for row in rows(played) if str(tmp_path) in str(row)]


def rows(played: Stage) -> list[tuple[str | None, ...]]:
    """Everything that rows hold of places."""
    return query(played, "SELECT request, report, resume_from FROM jobs UNION ALL SELECT content, '', '' FROM drafts")


def steps(played: Stage) -> list[tuple[int, str]]:
    return query(played, "SELECT json_extract(report, '$.step'), json_extract(request, '$.name') FROM jobs")


async def until_saved(played: Stage, step: int) -> None:
    """Until a checkpoint of the newest run is of this step or a later one."""
    async with asyncio.timeout(PATIENCE):
        while not any(int(path.stem.rpartition("-")[2]) >= step for path in played.data.glob("runs/*/checkpoint-*")):
            await asyncio.sleep(0.05)


def query(played: Stage, sql: str) -> list[tuple]:
    with closing(sqlite3.connect(f"file:{played.data / 'embedsmith.sqlite3'}?mode=ro", uri=True)) as database:
        return database.execute(sql).fetchall()
