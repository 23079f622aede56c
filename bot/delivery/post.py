"""Which message a key of the outbox stands for, and what follows when it is in the channel."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol

import discord
import structlog

from bot.db.database import Database
from bot.delivery.outbox import KEPT
from bot.delivery.outgoing import Outgoing
from bot.delivery.trouble import DISCORDS
from bot.jobs.job import Job, Kind, State
from bot.jobs.line import expected_wait, place_in_line
from bot.jobs.rows import open_jobs
from bot.texts.catalogue import Texts, texts_for

log = structlog.get_logger(__name__)

CARDS = ("card", KEPT)
THREAD_NAME_LIMIT = 100
THREAD_EXISTS = 160004
DAY: Literal[1440] = 1440
"""Minutes until an idle thread is folded away."""


class JobMessages(Protocol):
    """What jobs of one kind show in their channel."""

    in_thread: bool
    """Whether their card gets a thread for what is told on the way."""

    async def card(self, job: Job, texts: Texts, line: str, mark: int | None) -> Outgoing:
        """`line` is the job's place in line and expected wait, already worded; empty when it does not wait."""
        ...

    def further(self, job: Job, key: str, texts: Texts, mark: int) -> tuple[int, Outgoing] | None:
        """The channel and the message for a key other than the card's; None when there is nothing to send."""
        ...

    def short(self, job: Job, key: str, outgoing: Outgoing, texts: Texts, mark: int | None) -> Outgoing:
        """The same in few words, for when Discord takes no more, and how to get what is missing."""
        ...


class Post:
    """Composes messages about jobs from their rows."""

    def __init__(
        self, database: Database, messages: Mapping[Kind, JobMessages], runs_at_once: int, *, threads: bool
    ) -> None:
        self._database = database
        self._messages = messages
        self._runs_at_once = runs_at_once
        self._threads = threads

    async def card(self, job: Job, mark: int | None = None) -> Outgoing:
        texts = texts_for(job.locale)
        return await self._messages[job.kind].card(job, texts, await self._line(job, texts), mark)

    async def short_card(self, job: Job, mark: int | None = None) -> Outgoing:
        """A card for when Discord takes no other."""
        return self._short(job, "card", await self.card(job, mark), mark)

    async def compose(self, job: Job, key: str, mark: int, *, short: bool = False) -> tuple[int, Outgoing] | None:
        """The channel and the message; None when there is nothing to send after all."""
        composed = await self._compose(job, key, mark)
        if composed is None or not short:
            return composed
        channel_id, outgoing = composed
        return channel_id, self._short(job, key, outgoing, mark)

    async def _compose(self, job: Job, key: str, mark: int) -> tuple[int, Outgoing] | None:
        if key in CARDS:
            card = await self.card(job, mark)
            # Nothing is sent after a card that was lost, but pictures, or the word that they are withheld.
            return None if key == KEPT and not (card.files or job.unchecked) else (job.channel_id, card)
        return self._messages[job.kind].further(job, key, texts_for(job.locale), mark)

    def _short(self, job: Job, key: str, outgoing: Outgoing, mark: int | None) -> Outgoing:
        return self._messages[job.kind].short(job, key, outgoing, texts_for(job.locale), mark)

    async def record(self, queries: Any, job: Job, key: str, message: discord.Message, shown: int) -> None:
        """A card's place is kept in the job's row, and which revision of it is `shown` there at least."""
        if key not in CARDS:
            return
        stayed = message.channel.id == job.channel_id  # not so where a private chat took it in
        await queries.set_message(
            self._database.connection,
            id=job.id,
            message_id=message.id,
            channel_id=message.channel.id,
            guild_id=job.guild_id if stayed else None,
            revision=shown,
        )

    async def posted(self, job: Job, key: str, message: discord.Message) -> None:
        """A run's card gets a thread for its previews."""
        if key == "card" and self._threads and self._messages[job.kind].in_thread:
            await self._open_thread(job, message)

    async def _open_thread(self, job: Job, message: discord.Message) -> None:
        """A thread where the channel allows one; the card alone tells the story where not."""
        try:
            # A thread's name is plain text: nothing is escaped there, and nobody is mentioned.
            await message.create_thread(name=(job.name or "")[:THREAD_NAME_LIMIT], auto_archive_duration=DAY)
        except (*DISCORDS, ValueError) as error:
            if getattr(error, "code", None) != THREAD_EXISTS:
                log.info("no thread for this card", job=job.id, error=repr(error))
                return
        async with self._database.transaction() as queries:
            # A thread that grows from a message has the message's id.
            await queries.set_thread(self._database.connection, id=job.id, thread_id=message.id)

    async def _line(self, job: Job, texts: Texts) -> str:
        if job.state is not State.QUEUED:
            return ""
        if self._database.short_of_room:
            return texts("place-no-room")
        jobs = await open_jobs(self._database)
        place = texts.place_in_line(place_in_line(job, jobs))
        wait = await self._wait(job, jobs)
        return place if wait is None else f"{place} · {texts.duration(wait)}"

    async def _wait(self, job: Job, jobs: Sequence[Job]) -> float | None:
        if job.kind is not Kind.TRAIN:
            return None
        speed = await self._database.queries.latest_speed(self._database.reader)
        return expected_wait(job, jobs, self._runs_at_once, speed)
