"""A database that is taken away or damaged under the running bot: one sentence, exit 78, nothing lost in silence."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.acceptance.stage import Stage, text_of
from tests.sandboxed import running_sandbox


def deleted(database: Path) -> None:
    database.unlink()


def folder_emptied(database: Path) -> None:
    for entry in database.parent.iterdir():
        shutil.rmtree(entry) if entry.is_dir() else entry.unlink()


def moved_away(database: Path) -> None:
    database.rename(database.with_suffix(".old"))


def replaced_by_an_empty_one(database: Path) -> None:
    other = database.with_suffix(".other")
    other.touch()
    other.replace(database)


LOSSES: dict[str, Callable[[Path], None]] = {
    "deleted": deleted,
    "with its whole folder": folder_emptied,
    "moved away": moved_away,
    "replaced by an empty one": replaced_by_an_empty_one,
}


def log_of(folder: Path) -> str:
    return (folder / "bot.log").read_text(encoding="utf-8")


@pytest.mark.parametrize("loss", LOSSES)
async def test_a_database_that_is_taken_away_is_saved_and_the_bot_ends(tmp_path: Path, loss: str) -> None:
    data = tmp_path / "data"
    database = data / "embedsmith.sqlite3"
    async with running_sandbox() as sandbox:
        played = Stage(sandbox, data, {"EMBEDSMITH_LOG_FORMAT": "text"})
        try:
            await played.start()
            await played.create("my-oak", "tree", 1)
            assert played.bot is not None
            LOSSES[loss](database)
            assert await played.bot.wait() == 78
            (rescued,) = (data / "backups").glob("rescued-*.sqlite3")
            assert f"All that it held is in {rescued}: put that back." in log_of(tmp_path)
            with closing(sqlite3.connect(rescued)) as saved:
                assert saved.execute("SELECT name FROM embeddings").fetchall() == [("my-oak",)]
            # Nor does it begin anew where there was something.
            again = await played.spawn()
            assert await again.wait() == 78
            assert str(rescued) in log_of(tmp_path).splitlines()[-1]
            shutil.copy(rescued, database)
            await played.start()
            assert await played.stop() == 0
        finally:
            await played.close()
    assert "Traceback" not in log_of(tmp_path)


def truncated(database: Path) -> None:
    with database.open("r+b") as file:
        file.truncate(4096)


def overwritten(database: Path) -> None:
    with database.open("r+b") as file:
        file.write(b"\0" * database.stat().st_size)


@pytest.mark.parametrize("damage", [truncated, overwritten])
async def test_a_database_that_is_damaged_under_the_bot_ends_it(tmp_path: Path, damage: Callable[[Path], None]) -> None:
    data = tmp_path / "data"
    database = data / "embedsmith.sqlite3"
    async with running_sandbox() as sandbox:
        played = Stage(sandbox, data, {"EMBEDSMITH_LOG_FORMAT": "text"})
        try:
            await played.start()
            await played.create("my-oak", "tree", 1)
            await played.stop()  # all is in the file now, and nothing beside it
            await played.start()
            assert played.bot is not None
            damage(database)
            for person in ("Ada", "Lin", "Max"):  # whoever asks next finds it, if nothing else does
                if played.bot.returncode is None:
                    await sandbox.command("embed list", person=person)
            assert await played.bot.wait() == 78
            (backup,) = (data / "backups").glob("daily-*.sqlite3")
            assert "is damaged" in log_of(tmp_path)
            assert f"Put back the newest backup, {backup}." in log_of(tmp_path).splitlines()[-1]
        finally:
            await played.close()


async def test_a_journal_that_is_deleted_loses_nothing(tmp_path: Path) -> None:
    data = tmp_path / "data"
    async with running_sandbox() as sandbox:
        played = Stage(sandbox, data, {"EMBEDSMITH_LOG_FORMAT": "text"})
        try:
            await played.start()
            await played.create("my-oak", "tree", 1)
            (data / "embedsmith.sqlite3-wal").unlink()
            assert played.bot is not None
            assert await played.bot.wait() == 75
            await played.start()
            listed = await sandbox.run("embed list")
            assert "my-oak" in text_of(await sandbox.message(listed["message_id"]))
        finally:
            await played.close()
    assert "Traceback" not in log_of(tmp_path)
