"""A full disk pauses the work, is told to who asks, and is over by itself: on a small file system of its own."""

import asyncio
import os
import shutil
import sqlite3
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager, suppress
from pathlib import Path

import pytest

from tests.acceptance.stage import Stage, stage, text_of
from tests.sandboxed import running_sandbox


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[None]:
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"no file system can be mounted here: {mounted.stderr.decode().strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@asynccontextmanager
async def filling(folder: Path) -> AsyncIterator[None]:
    """Takes all room, also what is given back meanwhile; at the end all of it is free again."""
    filler = folder / "filler"

    async def fill() -> None:
        with filler.open("ab", buffering=0) as file:
            while True:
                with suppress(OSError):
                    while True:
                        file.write(bytes(65536))
                with suppress(OSError):
                    file.write(bytes(512))
                await asyncio.sleep(0.02)

    task = asyncio.create_task(fill())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])
        filler.unlink()


async def until_logged(folder: Path, words: str) -> None:
    async with asyncio.timeout(90):
        while words not in (folder / "bot.log").read_text(encoding="utf-8"):
            await asyncio.sleep(0.05)


@pytest.mark.timeout(300)
async def test_a_full_disk_is_a_pause(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with small_disk(data, 24):
        async with running_sandbox() as sandbox:
            played = Stage(sandbox, data, {"EMBEDSMITH_CARD_SECONDS": "1", "EMBEDSMITH_LOG_FORMAT": "text"})
            try:
                await played.start()
                await played.agree()
                card = await played.train("my-owl", steps=4000)
                await sandbox.until_message("general", lambda m: "my-owl" in text_of(m) and "best" in text_of(m))
                async with filling(data):
                    await until_logged(tmp_path, "nothing can be stored")
                    refused = await sandbox.run("imagine", {"prompt": "a red apple", "steps": 2}, wait=60)
                    said = text_of(await sandbox.message(refused["message_id"]))
                    assert "The disk of this server is full" in said
                    assert (await sandbox.run("help", wait=60))["state"] == "answered"
                    assert played.bot is not None
                    assert played.bot.returncode is None
                await until_logged(tmp_path, "there is room on the disk again")
                assert (await played.draw("a red apple", steps=2))["attachments"]
                await played.press(card, "Stop", "Cancel")
                assert "was stopped at step" in text_of(await played.result("my-owl"))
                assert await played.stop() == 0
                with closing(sqlite3.connect(data / "embedsmith.sqlite3")) as database:
                    assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
                log = (tmp_path / "bot.log").read_text(encoding="utf-8")
                assert "Traceback" not in log
            except BaseException as error:
                error.add_note(await played.transcript())
                raise
            finally:
                await played.close()


@pytest.mark.timeout(300)
async def test_a_bot_whose_disk_is_full_at_the_start_says_so_or_starts(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with small_disk(data, 24):
        async with running_sandbox() as sandbox:
            played = Stage(sandbox, data, {"EMBEDSMITH_LOG_FORMAT": "text"})
            try:
                await played.start()
                await played.stop()
                os.unlink(data / "ballast")
                async with filling(data):
                    bot = await played.spawn()
                    with suppress(TimeoutError):
                        await asyncio.wait_for(bot.wait(), 5)
                    assert bot.returncode in (None, 75)
                    if bot.returncode is None:
                        played.bot = bot
                        await sandbox.until_online(60)
                        await played.stop()
                await played.start()
                assert "Traceback" not in (tmp_path / "bot.log").read_text(encoding="utf-8")
            finally:
                await played.close()


async def test_folders_that_are_taken_away_are_made_again(tmp_path: Path) -> None:
    async with stage(tmp_path) as played:
        await played.agree()
        card = await played.train("my-owl", steps=4000)
        await played.sandbox.until_message("general", lambda m: "my-owl" in text_of(m) and "best" in text_of(m))
        for part in ("embeddings", "words", "runs", "pictures"):
            shutil.rmtree(played.data / part, ignore_errors=True)
        assert (await played.draw("a red apple", steps=2))["attachments"]
        await played.press(card, "Stop")
        assert "was stopped at step" in text_of(await played.result("my-owl"))
        assert played.word_file("my-owl").exists()
        assert "my-owl" in text_of(await played.draw("a photo of my-owl", steps=2))
