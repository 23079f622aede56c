"""The cards in the channels: each shows its job's newest revision, edited no faster than Discord likes."""

import asyncio
import time
from collections.abc import Callable
from typing import NamedTuple, Protocol

import discord
import structlog

from bot.db.database import Database
from bot.db.storage import storage_fault
from bot.delivery.fitting import FILE_LIMIT, Fit, Fitting, adapt, discord_files
from bot.delivery.living import Living
from bot.delivery.outbox import FORMS, SHORT, SMALLER
from bot.delivery.outgoing import Outgoing, fault_message
from bot.delivery.trouble import DISCORDS, Routes, Tries, Trouble, trouble_of
from bot.errors import CannotStore
from bot.jobs.job import Job, State
from bot.jobs.rows import jobs_behind, known_job
from bot.logs import fault_code
from bot.texts.catalogue import texts_for

log = structlog.get_logger(__name__)

HURRY_SECONDS = 1.0
"""Between two edits when the job changed its state, and not only its numbers."""
LATE_SECONDS = 3600.0
"""Discord allows far fewer edits of messages older than an hour (its error 30046)."""
LATE_FACTOR = 2.0
AT_ONCE = 5
"""Edits under way in one channel: what Discord lets through in five seconds. More would only wait, in the order in
which they were made and with what was true then, and a finished drawing's behind them."""
LOOK_SECONDS = 0.25
EARLIER_SECONDS = 10.0
"""So late an edit that an earlier life sent may still arrive, and put an old state over what we have shown."""


class Composer(Protocol):
    """Renders a job's card."""

    async def card(self, job: Job) -> Outgoing: ...

    async def short_card(self, job: Job) -> Outgoing:
        """For when Discord takes no other."""
        ...


class Sent(NamedTuple):
    """Files that stand on a card: the names that they were composed with, and how they were sent."""

    names: tuple[str, ...]
    fit: Fit


class Shown:
    """What was last put on one card, and when (on the monotonic clock); and what Discord said to it."""

    def __init__(self) -> None:
        self.at = float("-inf")
        self.look: object = None
        self.sent: Sent | None = None  # an earlier life may have left files on the card
        self.stage: object = None
        self.tries = Tries()
        self.refused: tuple[tuple[str, ...], int] = ((), 0)
        """Names of files, and in how many forms they were refused: not sent again in these."""


class Cards:
    """Keeps every posted card up to date."""

    def __init__(
        self,
        database: Database,
        living: Living,
        composer: Composer,
        seconds: float,
        routes: Routes,
        fitting: Fitting,
        patience: float,
        lost: Callable[[], None],
    ) -> None:
        """`lost` is called when a card cannot be shown any more: what its person waits for is to be sent otherwise.
        `patience` is for how many seconds an ended job's card may be closed to us before it is taken for lost.
        """
        self._database = database
        self._living = living
        self._composer = composer
        self._seconds = seconds
        self._routes = routes
        self._fitting = fitting
        self._patience = patience
        self._lost = lost
        self._wake = asyncio.Event()
        self._shown: dict[int, Shown] = {}
        self._editing: dict[int, int] = {}
        """Jobs whose cards are being edited, and the channels of these."""

    def wake(self) -> None:
        """Some job has changed."""
        self._wake.set()

    async def run(self) -> None:
        """Edits for ever; each card by itself, so that one that waits for Discord holds up no other."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._show_once_more())
            while True:
                await self._living.there()
                self._wake.clear()
                behind = [job for job in await self._behind() if job.id not in self._editing]
                for job in sorted(behind, key=self._urgency):
                    if self._due(job) and self._has_room(job.channel_id):
                        self._editing[job.id] = job.channel_id
                        tasks.create_task(self._edit(job))
                if not behind:
                    await self._wake.wait()
                await asyncio.sleep(LOOK_SECONDS)

    async def _show_once_more(self) -> None:
        """Once after the start: cards that an earlier life may have been editing as it died."""
        began = time.time()
        await asyncio.sleep(EARLIER_SECONDS)
        try:
            async with self._database.transaction() as queries:
                await queries.show_again(self._database.connection, after=began - EARLIER_SECONDS, before=began)
        except CannotStore:
            return  # the database has said so in the log; so old a state is the lesser trouble
        self._shown = {job_id: shown for job_id, shown in self._shown.items() if job_id in self._editing}
        self._wake.set()

    async def _behind(self) -> list[Job]:
        try:
            return await jobs_behind(self._database)
        except Exception as error:
            if storage_fault(error) is None:
                raise
            self._wake.set()  # the database has said so in the log; it is asked again
            return []

    def _urgency(self, job: Job) -> tuple[bool, bool, float]:
        """An end comes first, then another stage; numbers and places in line last, the longest unshown first."""
        shown = self._shown.setdefault(job.id, Shown())
        unmoved = job.state is State.QUEUED or _stage(job) == shown.stage
        return not job.ended, unmoved, shown.at

    def _has_room(self, channel_id: int) -> bool:
        return sum(channel == channel_id for channel in self._editing.values()) < AT_ONCE

    def _due(self, job: Job) -> bool:
        shown = self._shown.setdefault(job.id, Shown())
        if not shown.tries.due() or not self._routes.open("PATCH", job.channel_id):
            return False
        wait = HURRY_SECONDS if _stage(job) != shown.stage else self._seconds
        if time.time() - job.created_at > LATE_SECONDS:
            wait *= LATE_FACTOR
        return time.monotonic() - shown.at >= wait

    async def _edit(self, job: Job) -> None:
        shown = self._shown[job.id]
        try:
            newest = await known_job(self._database, job.id) or job
            await self._show(newest, shown)
            await self._mark(newest)
            if newest.ended:
                del self._shown[job.id]
            else:
                shown.tries = Tries()
        except CannotStore:
            shown.tries.failed(Trouble.PASSING)  # the database has said so in the log
        except DISCORDS as error:
            self._routes.heed("PATCH", job.channel_id, error)
            await self._failed(job, shown, error)
        except Exception as error:
            shown.tries.failed(Trouble.PASSING)
            log.error("card not edited", job=job.id, code=fault_code(), exc_info=error)
        finally:
            del self._editing[job.id]
            self._wake.set()  # it may have changed meanwhile

    async def _failed(self, job: Job, shown: Shown, error: Exception) -> None:
        trouble = trouble_of(error)
        if trouble is Trouble.ASLEEP:
            await self._wake_thread(job)
        shown.tries.failed(trouble)
        if trouble is Trouble.GONE or (job.ended and shown.tries.closed_for() > self._patience):
            log.warning("card is lost", job=job.id, error=repr(error))
            del self._shown[job.id]
            await self._lose(job)
        else:
            log.warning("card waits", job=job.id, error=repr(error))

    async def _lose(self, job: Job) -> None:
        """The card is not posted again; what its person still waits for goes to them."""
        try:
            async with self._database.transaction() as queries:
                await queries.forget_card(self._database.connection, id=job.id)
        except CannotStore:  # it is found to be lost again
            return
        self._lost()

    async def _wake_thread(self, job: Job) -> None:
        """Wakes the archived thread in which the card stands, if we may; else somebody's message will."""
        try:
            channel = await self._living.client.fetch_channel(job.channel_id)
            if isinstance(channel, discord.Thread) and channel.archived:
                await channel.edit(archived=False)
        except DISCORDS as error:
            log.info("thread stays archived", job=job.id, error=repr(error))

    async def _show(self, job: Job, shown: Shown) -> None:
        """The card as it is; where Discord refuses it, with smaller files, then in few words; each once."""
        outgoing = await self._composed(job)
        look = (outgoing.view.to_components(), outgoing.files)  # type: ignore[no-untyped-call]
        if look == shown.look or job.message_id is None:
            return
        names = tuple(name for name, _ in outgoing.files)
        refused = shown.refused[1] if shown.refused[0] == names else 0
        for form in range(refused, FORMS):
            if form == SHORT:
                outgoing = await self._composer.short_card(job)
            elif form > refused:
                outgoing = await self._composed(job)  # sending has renamed its files
            try:
                await self._put(job, shown, outgoing, form)
                break
            except discord.HTTPException as error:
                if trouble_of(error) is not Trouble.REFUSED:
                    raise
                shown.refused = names, form + 1
                shown.sent = None
                log.warning("card refused", job=job.id, form=form, error=repr(error))
        else:
            log.error("card given up: Discord takes it in no form", job=job.id)
        shown.at, shown.look, shown.stage = time.monotonic(), look, _stage(job)

    async def _composed(self, job: Job) -> Outgoing:
        try:
            return await self._composer.card(job)
        except Exception as error:
            if storage_fault(error) is not None:
                raise
            code = fault_code()
            log.error("card not made", job=job.id, code=code, exc_info=error)
            return fault_message(texts_for(job.locale), "fault-card", code)

    async def _put(self, job: Job, shown: Shown, outgoing: Outgoing, form: int) -> None:
        assert job.message_id is not None
        message = self._living.client.get_partial_messageable(job.channel_id).get_partial_message(job.message_id)
        names = tuple(name for name, _ in outgoing.files)
        texts = texts_for(job.locale)
        if shown.sent is not None and names == shown.sent.names:
            # Unchanged files stay as they are when an edit does not name them.
            adapt(outgoing.view, shown.sent.fit, texts)
            await message.edit(view=outgoing.view)
            return
        guild = self._living.client.get_guild(job.guild_id) if job.guild_id else None
        limit = guild.filesize_limit if guild else FILE_LIMIT
        fit = await self._fitting.fit(outgoing.files, limit, smaller=form >= SMALLER)
        try:
            adapt(outgoing.view, fit, texts)
            await message.edit(view=outgoing.view, attachments=discord_files(outgoing, fit))
        finally:
            fit.close()
        shown.sent = Sent(names, fit)

    async def _mark(self, job: Job) -> None:
        async with self._database.transaction() as queries:
            await queries.set_shown(self._database.connection, id=job.id, revision=job.revision)


def _stage(job: Job) -> object:
    """What people want to see at once when it changes."""
    report = job.report
    pictures = len(report.previews), report.coarse is not None
    return job.state, report.phase, job.stop_wanted, job.pause_wanted, pictures
