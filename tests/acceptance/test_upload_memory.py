"""Many people's uploads at once: the bot's memory stays what it was, for they lie on its disk, a few at a time."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.acceptance.stage import stage, text_of
from tests.sandboxed import File

PEOPLE, PICTURES, SIZE = 12, 10, 2_000_000
MOST_MB = 200
"""Of 80 to begin with; these uploads together are 240."""


def junk(number: int) -> dict[str, File]:
    """Pictures whose fault shows only when all of them is there."""
    return {f"picture{n}": (f"{number}-{n}.png", b"\x89PNG\r\n\x1a\n" + bytes(SIZE)) for n in range(1, PICTURES + 1)}


def peak_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1000


async def test_uploads_of_many_people_at_once_do_not_fill_the_memory(tmp_path: Path) -> None:
    async with stage(tmp_path, "--people", str(PEOPLE)) as played:
        with closing(sqlite3.connect(played.data / "embedsmith.sqlite3")) as database, database:
            ids = [(int(identity), 0.0) for identity in played.sandbox.people.values()]
            database.executemany("INSERT INTO consents (person_id, given_at) VALUES (?, ?)", ids)

        async def train(number: int, person: str) -> str:
            options = {"name": f"word-{number}", "from": "emoji"}
            answer = await played.sandbox.run("embed train", options, junk(number), person=person, wait=300)
            told = await played.sandbox.until_message(
                "general", lambda each: f"`{number}-1.png`" in text_of(each), person=person
            )
            assert answer["state"] != "failed"
            return text_of(told)

        told = await asyncio.gather(*(train(*each) for each in enumerate(played.sandbox.people)))
        assert all(f"`{number}-{PICTURES}.png`" in each for number, each in enumerate(told)), "each is told of all"
        assert played.bot is not None
        assert peak_mb(played.bot.pid) < MOST_MB
