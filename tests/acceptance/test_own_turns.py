"""One person's many uploads keep nobody else from having theirs read."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.acceptance.stage import pictures, stage
from tests.sandboxed import PATIENCE

LARGE = bytes(8_000_000)
"""Three of these, twice, are the whole budget."""


async def test_many_uploads_of_one_person_are_fetched_one_run_after_another(tmp_path: Path) -> None:
    async with stage(tmp_path) as played:
        with closing(sqlite3.connect(played.data / "embedsmith.sqlite3")) as database, database:
            ids = [(int(identity), 0.0) for identity in played.sandbox.people.values()]
            database.executemany("INSERT INTO consents (person_id, given_at) VALUES (?, ?)", ids)
        gallery = played.sandbox.channel_id("gallery")
        held = {"match": f"GET /attachments/{gallery}/*/*", "kind": "slow", "seconds": 3600, "times": 1000}
        await played.sandbox.weather(held)
        for number in range(3):
            files = {f"picture{n}": (f"{number}-{n}.png", LARGE) for n in range(1, 4)}
            options = {"name": f"many-{number}", "from": "emoji"}
            await played.sandbox.command("embed train", options, files, channel="gallery")
        incoming = played.data / "pictures" / "incoming"
        async with asyncio.timeout(PATIENCE):
            while not list(incoming.glob("*/*")):
                await asyncio.sleep(0.02)
        await played.sandbox.run("embed train", {"name": "mine", "from": "emoji"}, pictures("owl", 1), person="Lin")
        await played.card("mine")
        assert len(list(incoming.iterdir())) == 1, "of Ada's only one run is read at a time"
