"""What is still to be told: each message is a row until Discord has it, and is sent exactly once."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any, Protocol

import aiohttp
import discord
import structlog
from msgspec.structs import replace

from bot.cards.outgoing import Outgoing, fault_message
from bot.db.database import Database
from bot.errors import CannotStore
from bot.jobs.job import Job
from bot.jobs.rows import FAULT, known_job, place_of
from bot.living import Living, NoClient
from bot.logs import fault_code
from bot.storage import storage_fault
from bot.texts.catalogue import texts_for

log = structlog.get_logger(__name__)

NONCE_SECONDS = 120.0
"""Discord knows a nonce for "a few minutes"; after this the channel's history is searched instead."""
RETRY_SECONDS = 3.0
UNREACHABLE = (discord.Forbidden, discord.NotFound)
PASSING = (discord.HTTPException, discord.RateLimited, aiohttp.ClientError, OSError)
"""Faults of the way to Discord, which pass."""


class Post(Protocol):
    """Composes the messages of a job. None means that there is nothing to send after all."""

    async def compose(self, job: Job, key: str, mark: int) -> tuple[int, Outgoing] | None:
        """The channel's id and the message; `mark` is to be its first component's id."""
        ...

    async def posted(self, job: Job, key: str, message: discord.Message) -> None:
        """The message is in the channel, and the row knows."""
        ...


class Outbox:
    """Sends the open rows, oldest first."""

    def __init__(self, database: Database, living: Living, post: Post, delivered: Callable[[], None]) -> None:
        """`delivered` is called after each message: its job may have changed while it was on the way."""
        self._database = database
        self._living = living
        self._post = post
        self._delivered = delivered
        self._wake = asyncio.Event()
        self._sending: dict[int, asyncio.Lock] = defaultdict(asyncio.Lock)

    def wake(self) -> None:
        """There may be something to send."""
        self._wake.set()

    async def run(self) -> None:
        """Sends for ever. What cannot be sent now is tried again; nothing else waits for it."""
        while True:
            await self._living.there()
            if await self._sent_all():
                await self._wake.wait()
            else:
                await asyncio.sleep(RETRY_SECONDS)
            self._wake.clear()

    async def _sent_all(self) -> bool:
        try:
            rows = [row async for row in self._database.queries.messages_open(self._database.reader)]
        except Exception as error:
            if storage_fault(error) is None:
                raise
            return False
        return all(await asyncio.gather(*(self.deliver(job_id) for job_id in {row["job_id"] for row in rows})))

    async def deliver(self, job_id: int) -> bool:
        """Sends what is open for one job, in order; False when something must be tried again."""
        async with self._sending[job_id]:
            rows = [row async for row in self._database.queries.messages_open_of(self._database.reader, job_id=job_id)]
            for row in rows:
                try:
                    await self._send(row)
                except CannotStore:
                    return False  # the database has said so in the log
                except PASSING as error:
                    log.warning("message waits", job=job_id, key=row["key"], error=repr(error))
                    return False
                except Exception as error:  # noqa: BLE001 — one message's trouble must not end the others'
                    if not await self._tell_fault(row, error):
                        return False
        return True

    async def _tell_fault(self, row: Any, error: Exception) -> bool:
        """Tells in place of a message that cannot be made or sent that something went wrong; False to try it again."""
        code = fault_code()
        log.error("message given up", job=row["job_id"], key=row["key"], code=code, exc_info=error)
        place = await place_of(self._database, row["job_id"])
        try:
            if place is not None and row["key"] in ("card", "result", FAULT):
                texts = texts_for(place.locale)
                outgoing = fault_message(texts, "fault-card", code, row["id"], ping=place.owner_id)
                await self._post_to(row, place.channel_id, outgoing, place.guild_id)
        except (CannotStore, NoClient):
            return False
        except Exception as hopeless:  # noqa: BLE001 — there is nothing simpler left to say
            log.warning("not even the fault could be told", job=row["job_id"], code=code, error=repr(hopeless))
        await self._close(row, None)
        return True

    async def _send(self, row: Any) -> None:
        if row["key"] == FAULT:
            await self._send_fault(row)
            return
        job = await known_job(self._database, row["job_id"])
        composed = await self._post.compose(job, row["key"], row["id"]) if job else None
        if job is None or composed is None:
            await self._close(row, None)
            return
        channel_id, outgoing = composed
        message: discord.Message | None
        try:
            message = await self._earlier(row, channel_id) or await self._post_to(
                row, channel_id, outgoing, job.guild_id
            )
        except UNREACHABLE as error:
            log.warning("channel out of reach", job=job.id, key=row["key"], error=repr(error))
            message = await self._post_privately(row, job)
        await self._close(row, message.id if message else None)
        if message is not None:
            await self._post.posted(job, row["key"], message)
            self._delivered()

    async def _send_fault(self, row: Any) -> None:
        """Of a job whose row cannot be read: only where it was asked for, and by whom, is known."""
        place = await place_of(self._database, row["job_id"])
        if place is not None:
            texts, code = texts_for(place.locale), place.code or "?"
            outgoing = fault_message(texts, "fault-job", code, row["id"], ping=place.owner_id)
            try:
                await self._post_to(row, place.channel_id, outgoing, place.guild_id)
            except UNREACHABLE as error:
                log.warning("channel out of reach", job=row["job_id"], key=FAULT, error=repr(error))
        await self._close(row, None)

    async def _post_to(
        self, row: Any, channel_id: int, outgoing: Outgoing, guild_id: int | None = None
    ) -> discord.Message:
        async with self._database.transaction() as queries:
            await queries.message_tried(self._database.connection, id=row["id"], now=time.time())
        channel = self._living.client.get_partial_messageable(channel_id, guild_id=guild_id)
        return await channel.send(
            view=outgoing.view,
            files=outgoing.attachments(),
            nonce=row["nonce"],
            allowed_mentions=outgoing.mentions(),
        )

    async def _post_privately(self, row: Any, job: Job) -> discord.Message | None:
        """The channel is gone or closed to us: what a person waits for goes to them, the rest is let go."""
        if row["key"] not in ("card", "result"):
            return None
        composed = await self._post.compose(replace(job, guild_id=None), row["key"], row["id"])
        if composed is None:
            return None
        _, outgoing = composed
        try:
            private = await self._living.client.create_dm(discord.Object(job.owner_id))
            return await self._post_to(row, private.id, outgoing)
        except UNREACHABLE as error:
            log.warning("person out of reach", job=job.id, error=repr(error))
            return None

    async def _earlier(self, row: Any, channel_id: int) -> discord.Message | None:
        """The message, if an earlier life sent it so long ago that Discord has forgotten its nonce."""
        tried = row["first_tried_at"]
        if tried is None or time.time() - tried < NONCE_SECONDS:
            return None
        channel = self._living.client.get_partial_messageable(channel_id)
        after = discord.Object(
            discord.utils.time_snowflake(discord.utils.utcnow()) - _snowflakes(time.time() - tried + 60)
        )
        async for message in channel.history(limit=200, after=after):
            if message.author == self._living.client.user and _mark_of(message) == row["id"]:
                return message
        return None

    async def _close(self, row: Any, message_id: int | None) -> None:
        async with self._database.transaction() as queries:
            await queries.message_closed(
                self._database.connection, id=row["id"], message_id=message_id, now=time.time()
            )


def _snowflakes(seconds: float) -> int:
    """A time span as a difference of Discord's ids, which count milliseconds above 22 bits."""
    return int(seconds * 1000) << 22


def _mark_of(message: discord.Message) -> int | None:
    """The id of a card's container, which is the row it was sent for."""
    return next((part.id for part in message.components if isinstance(part, discord.Container)), None)
