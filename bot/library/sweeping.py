"""Pictures that nothing refers to any more are removed, at the start and once a day.

A picture is kept while a draft or a job names it. Two things make that safe while people go on: a draft stays in its
row for a while after the last moment at which it could be opened (`bot/chat/drafts.py`), so whoever has it in hand is
still seen here; and what was stored lately is left alone, since its row may be still to come.
"""

import asyncio
import re
import time

import structlog

from bot.db.database import Database
from bot.files.uploads import PictureStore

log = structlog.get_logger(__name__)

SWEEP_SECONDS = 24 * 3600.0
LEFT_ALONE_SECONDS = 24 * 3600.0
"""From when a picture was stored; many times what it takes until a row names it."""
_JOBS_AT_ONCE = 500
_HASH = re.compile(r"[0-9a-f]{64}")


async def keep_swept(database: Database, pictures: PictureStore) -> None:
    """For ever. What fails is tried again the next day."""
    while True:
        try:
            removed = await sweep_pictures(database, pictures)
            log.info("pictures swept", removed=removed)
        except Exception as error:  # noqa: BLE001 — tidying up is no reason to end
            log.warning("pictures not swept", error=repr(error))
        await asyncio.sleep(SWEEP_SECONDS)


async def sweep_pictures(database: Database, pictures: PictureStore) -> int:
    """How many were removed."""
    before = time.time() - LEFT_ALONE_SECONDS
    named = await _named_pictures(database)
    return await asyncio.to_thread(pictures.remove_all_but, named, before)


async def _named_pictures(database: Database) -> set[str]:
    """Every hash in a draft or a request, also in a row that this release cannot read.

    Drafts first: one that becomes a job meanwhile is seen as the one or as the other.
    """
    rows = database.queries.draft_contents(database.reader)
    named = {hash_ async for row in rows for hash_ in _HASH.findall(row["content"])}
    last: int | None = 0
    while last is not None:
        rows = database.queries.job_requests_after(database.reader, id=last, most=_JOBS_AT_ONCE)
        last = None
        async for row in rows:
            named.update(_HASH.findall(row["request"]))
            last = row["id"]
    return named
