"""The cards in the channels: each shows its job's newest revision, edited no faster than Discord likes."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import structlog

from bot.cards.outbox import PASSING, UNREACHABLE
from bot.cards.outgoing import Outgoing, fault_message
from bot.db.database import Database
from bot.errors import CannotStore
from bot.jobs.job import Job
from bot.jobs.rows import jobs_behind, known_job
from bot.living import Living
from bot.logs import fault_code
from bot.storage import storage_fault
from bot.texts.catalogue import texts_for

log = structlog.get_logger(__name__)

HURRY_SECONDS = 1.0
"""Between two edits when the job changed its state, and not only its numbers."""
LATE_SECONDS = 3600.0
"""Discord allows far fewer edits of messages older than an hour (its error 30046)."""
LATE_FACTOR = 2.0
LOOK_SECONDS = 0.25


class Shown:
    """What was last put on one card, and when (on the monotonic clock)."""

    def __init__(self) -> None:
        self.at = float("-inf")
        self.look: object = None
        self.files: tuple[str, ...] | None = None  # an earlier life may have left files on the card
        self.stage: object = None


class Cards:
    """Keeps every posted card up to date. `compose` renders a job's card."""

    def __init__(
        self,
        database: Database,
        living: Living,
        compose: Callable[[Job], Awaitable[Outgoing]],
        seconds: float,
    ) -> None:
        self._database = database
        self._living = living
        self._compose = compose
        self._seconds = seconds
        self._wake = asyncio.Event()
        self._shown: dict[int, Shown] = {}
        self._editing: set[int] = set()

    def wake(self) -> None:
        """Some job has changed."""
        self._wake.set()

    async def run(self) -> None:
        """Edits for ever; each card by itself, so that one that waits for Discord holds up no other."""
        async with asyncio.TaskGroup() as tasks:
            while True:
                await self._living.there()
                self._wake.clear()
                behind = [job for job in await self._behind() if job.id not in self._editing]
                for job in behind:
                    if self._due(job):
                        self._editing.add(job.id)
                        tasks.create_task(self._edit(job))
                if not behind:
                    await self._wake.wait()
                await asyncio.sleep(LOOK_SECONDS)

    async def _behind(self) -> list[Job]:
        try:
            return await jobs_behind(self._database)
        except Exception as error:
            if storage_fault(error) is None:
                raise
            return []

    def _due(self, job: Job) -> bool:
        shown = self._shown.setdefault(job.id, Shown())
        wait = HURRY_SECONDS if _stage(job) != shown.stage else self._seconds
        if time.time() - job.created_at > LATE_SECONDS:
            wait *= LATE_FACTOR
        return time.monotonic() - shown.at >= wait

    async def _edit(self, job: Job) -> None:
        shown = self._shown[job.id]
        try:
            await self._bring_up_to_date(job, shown)
        except CannotStore:
            shown.at = time.monotonic()  # the database has said so in the log
        except PASSING as error:
            shown.at = time.monotonic()
            log.warning("card waits", job=job.id, error=repr(error))
        except Exception as error:
            shown.at = time.monotonic()
            log.error("card not edited", job=job.id, code=fault_code(), exc_info=error)
        finally:
            self._editing.discard(job.id)
            self._wake.set()  # it may have changed meanwhile

    async def _bring_up_to_date(self, job: Job, shown: Shown) -> None:
        newest = await known_job(self._database, job.id) or job
        try:
            await self._show(newest, shown)
        except UNREACHABLE as error:
            log.info("card is gone", job=job.id, error=repr(error))
            async with self._database.transaction() as queries:
                await queries.forget_card(self._database.connection, id=job.id)
            return
        await self._mark(newest)
        if newest.ended:
            del self._shown[job.id]

    async def _show(self, job: Job, shown: Shown) -> None:
        outgoing = await self._composed(job)
        look = (outgoing.view.to_components(), outgoing.files)  # type: ignore[no-untyped-call]
        if look == shown.look or job.message_id is None:
            return
        channel = self._living.client.get_partial_messageable(job.channel_id)
        message = channel.get_partial_message(job.message_id)
        names = tuple(name for name, _ in outgoing.files)
        if names == shown.files:  # unchanged files stay as they are when an edit does not name them
            await message.edit(view=outgoing.view)
        else:
            await message.edit(view=outgoing.view, attachments=outgoing.attachments())
        shown.at, shown.look, shown.files, shown.stage = time.monotonic(), look, names, _stage(job)

    async def _composed(self, job: Job) -> Outgoing:
        try:
            return await self._compose(job)
        except Exception as error:
            if storage_fault(error) is not None:
                raise
            code = fault_code()
            log.error("card not made", job=job.id, code=code, exc_info=error)
            return fault_message(texts_for(job.locale), "fault-card", code)

    async def _mark(self, job: Job) -> None:
        async with self._database.transaction() as queries:
            await queries.set_shown(self._database.connection, id=job.id, revision=job.revision)


def _stage(job: Job) -> object:
    """What people want to see at once when it changes."""
    report = job.report
    pictures = len(report.previews), report.coarse is not None
    return job.state, report.phase, job.stop_wanted, job.pause_wanted, pictures
