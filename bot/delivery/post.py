"""Which message a key of the outbox stands for, and what follows when it is in the channel."""

from collections.abc import Sequence
from typing import Any, Literal, assert_never

import discord
import structlog

from bot.access import Actor
from bot.db.database import Database
from bot.delivery.fitting import shortened
from bot.delivery.outbox import KEPT
from bot.delivery.outgoing import Outgoing, button, row
from bot.delivery.trouble import DISCORDS
from bot.features.embeddings.card import creating_card
from bot.features.imagine.card import drawing_card, shown_pictures
from bot.features.imagine.suggestions import near_misses
from bot.features.train.card import preview_message, result_message, training_card
from bot.jobs.job import Job, Kind, State
from bot.jobs.line import expected_wait, place_in_line
from bot.jobs.rows import open_jobs
from bot.library.embeddings import Library
from bot.texts.catalogue import Texts, texts_for
from trainer.protocol import CreateRequest, DrawRequest, TrainRequest

log = structlog.get_logger(__name__)

PREVIEW = "preview-"
CARDS = ("card", KEPT)
THREAD_NAME_LIMIT = 100
THREAD_EXISTS = 160004
DAY: Literal[1440] = 1440
"""Minutes until an idle thread is folded away."""


class Post:
    """Composes messages about jobs from their rows."""

    def __init__(self, database: Database, library: Library, runs_at_once: int, *, threads: bool) -> None:
        self._database = database
        self._library = library
        self._runs_at_once = runs_at_once
        self._threads = threads

    async def card(self, job: Job, mark: int | None = None) -> Outgoing:
        texts = texts_for(job.locale)
        line = await self._line(job, texts)
        match job.request:
            case TrainRequest():
                return training_card(job, job.request, texts, line, mark)
            case DrawRequest():
                return drawing_card(job, job.request, texts, line, await self._near_misses(job, job.request), mark)
            case CreateRequest():
                return creating_card(job, job.request, texts, line, mark)
            case _:
                assert_never(job.request)

    async def short_card(self, job: Job, mark: int | None = None) -> Outgoing:
        """A card for when Discord takes no other: in few words, and how to get what is missing."""
        return _short(job, "card", await self.card(job, mark), mark)

    async def compose(self, job: Job, key: str, mark: int, *, short: bool = False) -> tuple[int, Outgoing] | None:
        """The channel and the message; None when there is nothing to send after all."""
        composed = await self._compose(job, key, mark)
        if composed is None or not short:
            return composed
        channel_id, outgoing = composed
        return channel_id, _short(job, key, outgoing, mark)

    async def _compose(self, job: Job, key: str, mark: int) -> tuple[int, Outgoing] | None:
        texts = texts_for(job.locale)
        if key in CARDS:
            card = await self.card(job, mark)
            # Nothing is sent after a card that was lost, but pictures, or the word that they are withheld.
            return None if key == KEPT and not (card.files or job.unchecked) else (job.channel_id, card)
        if not isinstance(job.request, TrainRequest):
            return None
        if key == "result":
            return job.channel_id, result_message(job, job.request, texts, mark)
        preview = preview_message(job, int(key.removeprefix(PREVIEW)), texts, mark)
        if preview is None or job.thread_id is None:
            return None
        return job.thread_id, preview

    async def record(self, queries: Any, job: Job, key: str, message: discord.Message) -> None:
        """A card's place is kept in the job's row."""
        if key not in CARDS:
            return
        stayed = message.channel.id == job.channel_id  # not so where a private chat took it in
        await queries.set_message(
            self._database.connection,
            id=job.id,
            message_id=message.id,
            channel_id=message.channel.id,
            guild_id=job.guild_id if stayed else None,
            revision=job.revision,
        )

    async def posted(self, job: Job, key: str, message: discord.Message) -> None:
        """A run's card gets a thread for its previews."""
        if key != "card":
            return
        if job.kind is Kind.TRAIN and self._threads and isinstance(job.request, TrainRequest):
            await self._open_thread(job, job.request, message)

    async def _open_thread(self, job: Job, request: TrainRequest, message: discord.Message) -> None:
        """A thread where the channel allows one; the card alone tells the story where not."""
        try:
            # A thread's name is plain text: nothing is escaped there, and nobody is mentioned.
            await message.create_thread(name=request.name[:THREAD_NAME_LIMIT], auto_archive_duration=DAY)
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

    async def _near_misses(self, job: Job, request: DrawRequest) -> list[tuple[str, str]]:
        if job.state is not State.SUCCEEDED:
            return []
        words = await self._library.seen_by(Actor(job.owner_id, job.guild_id))
        return near_misses(request.prompt, [word.name for word in words])

    async def _wait(self, job: Job, jobs: Sequence[Job]) -> float | None:
        if job.kind is not Kind.TRAIN:
            return None
        speed = await self._database.queries.latest_speed(self._database.reader)
        return expected_wait(job, jobs, self._runs_at_once, speed)


def _short(job: Job, key: str, outgoing: Outgoing, mark: int | None) -> Outgoing:
    texts = texts_for(job.locale)
    if isinstance(job.request, DrawRequest):
        line, shown = texts("short-drawing"), shown_pictures(job)
        # With several pictures the card has these buttons itself.
        more = row([button("1", f"pick:{job.id}.{shown[0]}")]) if len(shown) == 1 and job.ended else []
        return shortened(outgoing, line if shown else texts("short-card"), more, mark)
    if key == "result" and job.name is not None:
        return shortened(outgoing, texts("short-result"), mark=mark)
    return shortened(outgoing, texts("short-card"), mark=mark)
