"""What the outbox does where a message can be neither made nor given up."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import cast

from bot.db.database import open_database
from bot.delivery.fitting import Fitting
from bot.delivery.living import Living
from bot.delivery.outbox import Outbox, Post
from bot.delivery.trouble import Routes
from bot.jobs.submit import Asker, Quota, Submissions
from tests.bot.jobs import NO_UPSCALERS, TRAIN


async def test_a_message_of_a_damaged_row_waits_while_the_database_is_locked(tmp_path: Path) -> None:
    path = tmp_path / "e.sqlite3"
    async with open_database(path) as database:
        asker = Asker(interaction_id=77, owner_id=1, guild_id=2, channel_id=3, locale="en-US")
        job = await Submissions(database, Quota(runs=2, drawings=2), NO_UPSCALERS).submit(asker, TRAIN)
        await database.connection.execute("UPDATE jobs SET request = '{'")
        await database.connection.execute("UPDATE outbox SET key = 'preview-10'")
        await database.connection.execute("PRAGMA busy_timeout = 0")
        post = cast("Post", None)  # no row that cannot be read comes so far
        outbox = Outbox(database, Living(), post, lambda: None, Routes(), Fitting(), 1.0)
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            assert not await outbox.deliver(job.id)
        assert [row["key"] async for row in database.queries.messages_open(database.reader)] == ["preview-10"]
