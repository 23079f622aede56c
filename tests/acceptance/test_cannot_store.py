"""A database that another process holds, folders that cannot be written: told in a sentence, and over by itself."""

import asyncio
import sqlite3
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path

import pytest

from tests.acceptance.stage import Stage, pictures, stage, text_of
from tests.sandboxed import PATIENCE, Json, running_sandbox

HELD_SECONDS = 31.0
"""Longer than any wait of SQLite's, and as in what was reported."""


def log_of(played: Stage) -> str:
    return (played.data.parent / "bot.log").read_text(encoding="utf-8")


async def said(played: Stage, interaction: Json, person: str = "Ada") -> str:
    return text_of(await played.sandbox.message(interaction["message_id"], person=person))


async def test_a_database_that_is_held_for_long_is_a_pause(tmp_path: Path) -> None:
    async with stage(tmp_path) as played:
        await played.agree()
        card = await played.train("my-owl", steps=4000)
        await played.sandbox.until_message("general", lambda m: "my-owl" in text_of(m) and "best" in text_of(m))
        clock = asyncio.get_running_loop().time
        with closing(sqlite3.connect(played.data / "embedsmith.sqlite3", isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            began = clock()
            while clock() - began < HELD_SECONDS:
                asked = await played.sandbox.run("embed create", {"name": "my-oak", "from": "tree"}, person="Max")
                assert "The database is busy" in await said(played, asked, "Max")
                assert (await played.sandbox.run("help"))["state"] == "answered"
            other.execute("ROLLBACK")
        assert played.bot is not None
        assert played.bot.returncode is None
        await played.create("my-oak", "tree", 1, person="Max")
        await played.press(card, "Stop")
        assert "was stopped at step" in text_of(await played.result("my-owl"))
        assert log_of(played).count("nothing can be stored") == 1
        assert "Traceback" not in log_of(played)


@contextmanager
def disk_at(folder: Path) -> Iterator[None]:
    """A file system of its own, so that it can be made read-only: root may write whatever the modes say."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(folder)]
    mounted = subprocess.run(command, capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip(f"no file system can be mounted here: {mounted.stderr.decode().strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@asynccontextmanager
async def read_only(folder: Path) -> AsyncIterator[None]:
    """As soon as nobody has a file open for writing there."""
    async with asyncio.timeout(PATIENCE):
        while not _remounted(folder, "ro"):
            await asyncio.sleep(0.01)
    try:
        yield
    finally:
        assert _remounted(folder, "rw")


def _remounted(folder: Path, how: str) -> bool:
    command = ["mount", "-o", f"remount,{how}", str(folder)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@asynccontextmanager
async def stage_with(folder: Path, part: str) -> AsyncIterator[Stage]:
    """A stage where this part of the data folder is a disk of its own."""
    data = folder / "data"
    data.mkdir()
    with disk_at(data / part):
        async with running_sandbox() as sandbox:
            played = Stage(sandbox, data, {"EMBEDSMITH_CARD_SECONDS": "1", "EMBEDSMITH_LOG_FORMAT": "text"})
            try:
                await played.start()
                await played.agree()
                yield played
            except BaseException as error:
                error.add_note(await played.transcript())
                raise
            finally:
                await played.close()
    assert "Traceback" not in log_of(played)


async def test_pictures_that_cannot_be_written_are_told_of(tmp_path: Path) -> None:
    async with stage_with(tmp_path, "pictures") as played:
        async with read_only(played.data / "pictures"):
            given = {"name": "my-owl", "from": "emoji", "steps": 4000}
            asked = await played.sandbox.run("embed train", given, pictures("owl", 2))
            assert "disk cannot be written" in await said(played, asked)
        card = await played.train("my-owl", steps=4000)
        await played.press(card, "Cancel", "Stop")


async def test_words_that_cannot_be_written_wait(tmp_path: Path) -> None:
    async with stage_with(tmp_path, "words") as played:
        await played.create("my-oak", "tree", 1)
        async with read_only(played.data / "words"):
            await played.sandbox.command("embed create", {"name": "my-elm", "from": "tree"}, person="Max")
            asked = await played.sandbox.run("embed copy", {"name": "my-oak", "new_name": "my-yew"})
            assert "disk cannot be written" in await said(played, asked)
            assert (await played.sandbox.run("help"))["state"] == "answered"
        await played.sandbox.until_message("general", lambda message: "**my-elm** is ready" in text_of(message))
        assert played.word_file("my-elm", "Max").exists()
