"""What is still to be told: each message is a row until Discord has it, and is sent exactly once."""

import asyncio
import sqlite3
import time
from collections.abc import Callable
from typing import Any, Protocol
from weakref import WeakValueDictionary

import discord
import structlog
from msgspec.structs import replace

from bot.db.database import Database
from bot.db.storage import storage_fault
from bot.delivery.fitting import FILE_LIMIT, Fitting, adapt, discord_files
from bot.delivery.living import Living, NoClient
from bot.delivery.outgoing import Outgoing, fault_message
from bot.delivery.trouble import DISCORDS, Routes, Tries, Trouble, trouble_of
from bot.errors import CannotStore
from bot.jobs.job import Job
from bot.jobs.rows import FAULT, known_job, new_nonce, place_of
from bot.logs import fault_code
from bot.texts.catalogue import texts_for

log = structlog.get_logger(__name__)

NONCE_SECONDS = 120.0
"""Discord knows a nonce for "a few minutes"; after this the channel's history is searched instead."""
LOOK_SECONDS = 1.0
FORMS = 3
"""A message is sent as it is, then with smaller files, then in few words; each once, if Discord refuses it."""
SMALLER, SHORT = 1, 2


KEPT = "kept"
"""The key of what its person gets privately, because its card was lost when it was to show the end."""


class Post(Protocol):
    """Composes the messages of a job. None means that there is nothing to send after all."""

    async def compose(self, job: Job, key: str, mark: int, *, short: bool = False) -> tuple[int, Outgoing] | None:
        """The channel's id and the message; `mark` is to be its first component's id."""
        ...

    async def record(self, queries: Any, job: Job, key: str, message: discord.Message, shown: int) -> None:
        """The message is in the channel: what that means for the job's row, in the transaction that closes its own."""
        ...

    async def posted(self, job: Job, key: str, message: discord.Message) -> None:
        """The message is in the channel, and the rows know. Raises nothing of Discord's."""
        ...


class Outbox:
    """Sends the open rows, each job's in order."""

    def __init__(
        self,
        database: Database,
        living: Living,
        post: Post,
        delivered: Callable[[], None],
        routes: Routes,
        fitting: Fitting,
        patience: float,
    ) -> None:
        """`delivered` is called after each message: its job may have changed while it was on the way. `patience` is
        for how many seconds a channel may be closed to us before what people wait for goes to them privately.
        """
        self._database = database
        self._living = living
        self._post = post
        self._delivered = delivered
        self._routes = routes
        self._fitting = fitting
        self._patience = patience
        self._wake = asyncio.Event()
        self._sending: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self._tries: dict[int, Tries] = {}

    def wake(self) -> None:
        """There may be something to send."""
        self._wake.set()

    async def run(self) -> None:
        """Sends for ever. Each job's messages by themselves: nothing else waits for a slow channel, or a closed one."""
        under_way: set[int] = set()
        async with asyncio.TaskGroup() as tasks:
            while True:
                await self._living.there()
                self._wake.clear()
                rows = await self._open_rows()
                self._tries = {row["id"]: self._tries[row["id"]] for row in rows if row["id"] in self._tries}
                for job_id in dict.fromkeys(row["job_id"] for row in rows if self._due(row)):
                    if job_id not in under_way:
                        under_way.add(job_id)
                        tasks.create_task(self._deliver_of(job_id, under_way))
                await self._woken(LOOK_SECONDS if rows else None)

    async def _open_rows(self) -> list[Any]:
        try:
            await self._keep_unseen()
            return [row async for row in self._database.queries.messages_open(self._database.reader)]
        except Exception as error:
            if storage_fault(error) is None:
                raise
            self._wake.set()  # the database has said so in the log; it is asked again
            await asyncio.sleep(LOOK_SECONDS)
            return []

    async def _deliver_of(self, job_id: int, under_way: set[int]) -> None:
        try:
            await self.deliver(job_id)
        finally:
            under_way.discard(job_id)

    async def _keep_unseen(self) -> None:
        """Drawings that were finished when their card was lost already, or whose end it could not show."""
        for row in [row async for row in self._database.queries.drawings_unseen(self._database.reader)]:
            async with self._database.transaction() as queries:
                await queries.add_message(self._database.connection, job_id=row["id"], key=KEPT, nonce=new_nonce())

    async def deliver(self, job_id: int) -> bool:
        """Sends what is open for one job, in order; False when something must be tried again."""
        lock = self._sending.setdefault(job_id, asyncio.Lock())
        async with lock:
            queries, reader = self._database.queries, self._database.reader
            rows = [row async for row in queries.messages_open_of(reader, job_id=job_id)]
            waiting: set[str] = set()
            for row in rows:
                kind = row["key"].partition("-")[0]
                # A run's result does not wait for a preview whose thread is closed; all wait for the card.
                if "card" in waiting or kind in waiting:
                    continue
                if not self._due(row) or not await self._deliver(row):
                    waiting.add(kind)
        return not waiting

    async def _woken(self, seconds: float | None) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            pass

    def _due(self, row: Any) -> bool:
        return row["id"] not in self._tries or self._tries[row["id"]].due()

    async def _deliver(self, row: Any) -> bool:
        """Whether the row needs no further try."""
        tries = self._tries.setdefault(row["id"], Tries())
        try:
            return await self._send(row)
        except CannotStore:
            tries.failed(Trouble.PASSING)  # the database has said so in the log
            return False
        except DISCORDS as error:
            tries.failed(trouble_of(error))
            log.warning("message waits", job=row["job_id"], key=row["key"], error=repr(error))
            return False
        except Exception as error:  # noqa: BLE001 — one message's trouble must not end the others'
            return await self._tell_fault(row, error)

    async def _tell_fault(self, row: Any, error: Exception) -> bool:
        """Tells in place of a message that cannot be made or sent that something went wrong; False to try it again."""
        code = fault_code()
        log.error("message given up", job=row["job_id"], key=row["key"], code=code, exc_info=error)
        try:
            await self._post_fault(row, code)
            await self._close(row, None, None)
        except (CannotStore, NoClient, sqlite3.Error) as trouble:
            if isinstance(trouble, sqlite3.Error) and storage_fault(trouble) is None:
                raise
            self._tries.setdefault(row["id"], Tries()).failed(Trouble.PASSING)
            return False
        return True

    async def _post_fault(self, row: Any, code: str) -> None:
        """Raises CannotStore, NoClient, and what the database raises where it cannot be asked."""
        place = await place_of(self._database, row["job_id"])
        if place is None or row["key"] not in ("card", "result", FAULT):
            return
        try:
            outgoing = fault_message(texts_for(place.locale), "fault-card", code, row["id"], ping=place.owner_id)
            await self._post_to(row, place.channel_id, place.guild_id, outgoing, place.locale)
        except (CannotStore, NoClient):
            raise
        except Exception as hopeless:  # noqa: BLE001 — there is nothing simpler left to say
            log.warning("not even the fault could be told", job=row["job_id"], code=code, error=repr(hopeless))

    async def _send(self, row: Any) -> bool:
        """Raises what Discord raises where it is to be tried again; False where Discord is not even to be asked."""
        if row["key"] == FAULT:
            await self._send_fault(row)
            return True
        job = await known_job(self._database, row["job_id"])
        composed = await self._post.compose(job, row["key"], row["id"]) if job else None
        if job is None or composed is None:
            await self._close(row, None, None)
            return True
        channel_id, _ = composed
        if not self._routes.open("POST", channel_id):
            return False
        message = await (self._post_privately if row["key"] == KEPT else self._post_publicly)(row, job, channel_id)
        await self._close(row, job, message)
        if message is not None:
            await self._post.posted(job, row["key"], message)
            self._delivered()
        return True

    async def _send_fault(self, row: Any) -> None:
        """Of a job whose row cannot be read: only where it was asked for, and by whom, is known."""
        place = await place_of(self._database, row["job_id"])
        if place is not None:
            texts, code = texts_for(place.locale), place.code or "?"
            text_id = "failure-newer-release" if place.failure == "newer_release" else "fault-job"
            outgoing = fault_message(texts, text_id, code, row["id"], ping=place.owner_id)
            try:
                await self._post_to(row, place.channel_id, place.guild_id, outgoing, place.locale)
            except discord.HTTPException as error:
                if trouble_of(error) is Trouble.PASSING:
                    raise
                log.warning("channel out of reach", job=row["job_id"], key=FAULT, error=repr(error))
        await self._close(row, None, None)

    async def _post_publicly(self, row: Any, job: Job, channel_id: int) -> discord.Message | None:
        try:
            return await self._in_some_form(row, job, channel_id)
        except discord.HTTPException as error:
            if not self._give_up(row, trouble_of(error)):
                raise
            log.warning("channel out of reach", job=job.id, key=row["key"], error=repr(error))
        return await self._post_privately(row, job, channel_id)

    def _give_up(self, row: Any, trouble: Trouble) -> bool:
        """A fresh card has somebody waiting for it now; what comes later waits until the channel may be open again."""
        if trouble in (Trouble.CLOSED, Trouble.ASLEEP):
            tries = self._tries.setdefault(row["id"], Tries())
            return row["key"] == "card" or tries.closed_for() > self._patience
        return trouble is Trouble.GONE

    async def _in_some_form(self, row: Any, job: Job, channel_id: int) -> discord.Message | None:
        """The message as it is; where Discord refuses it, smaller, then short. None where it takes none of them."""
        for form in range(row["refused"], FORMS):
            composed = await self._post.compose(job, row["key"], row["id"], short=form == SHORT)
            if composed is None:
                return None
            try:
                earlier = await self._earlier(row, channel_id)
                return earlier or await self._post_to(row, channel_id, job.guild_id, composed[1], job.locale, form)
            except discord.HTTPException as error:
                self._routes.heed("POST", channel_id, error)
                if trouble_of(error) is not Trouble.REFUSED:
                    raise
                log.warning("message refused", job=job.id, key=row["key"], form=form, error=repr(error))
                async with self._database.transaction() as queries:
                    await queries.message_refused(self._database.connection, id=row["id"], refused=form + 1)
            except discord.RateLimited as error:
                self._routes.heed("POST", channel_id, error)
                raise
        log.error("message given up: Discord takes it in no form", job=job.id, key=row["key"])
        return None

    async def _post_to(
        self, row: Any, channel_id: int, guild_id: int | None, outgoing: Outgoing, locale: str, form: int = 0
    ) -> discord.Message:
        guild = self._living.client.get_guild(guild_id) if guild_id else None
        limit = guild.filesize_limit if guild else FILE_LIMIT
        fit = await self._fitting.fit(outgoing.files, limit, smaller=form >= SMALLER)
        try:
            adapt(outgoing.view, fit, texts_for(locale))
            async with self._database.transaction() as queries:
                await queries.message_tried(self._database.connection, id=row["id"], now=time.time())
            channel = self._living.client.get_partial_messageable(channel_id, guild_id=guild_id)
            return await channel.send(
                view=outgoing.view,
                files=discord_files(outgoing, fit),
                nonce=row["nonce"],
                allowed_mentions=outgoing.mentions(),
            )
        finally:
            fit.close()

    async def _post_privately(self, row: Any, job: Job, _: int) -> discord.Message | None:
        """The channel is gone or closed to us: what a person waits for goes to them, the rest is let go."""
        if row["key"].startswith("preview-"):
            return None
        try:
            private = await self._living.client.create_dm(discord.Object(job.owner_id))
            return await self._in_some_form(row, replace(job, guild_id=None), private.id)
        except discord.HTTPException as error:
            if trouble_of(error) is Trouble.PASSING:
                raise
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
        try:
            async for message in channel.history(limit=200, after=after):
                if message.author == self._living.client.user and _mark_of(message) == row["id"]:
                    return message
        except discord.Forbidden as error:  # a message that stands there twice is better than none
            log.warning("the channel's history may not be read", channel=channel_id, error=repr(error))
        return None

    async def _close(self, row: Any, job: Job | None, message: discord.Message | None) -> None:
        """In one transaction with what follows for the job, so that a card is never posted and then forgotten."""
        message_id = message.id if message else None
        async with self._database.transaction() as queries:
            await queries.message_closed(
                self._database.connection, id=row["id"], message_id=message_id, now=time.time()
            )
            if job is not None and message is not None:
                # Of two tries Discord keeps the first: it may show less than is known by now.
                first = row["first_tried_at"] is None
                await self._post.record(queries, job, row["key"], message, shown=job.revision - (not first))


def _snowflakes(seconds: float) -> int:
    """A time span as a difference of Discord's ids, which count milliseconds above 22 bits."""
    return int(seconds * 1000) << 22


def _mark_of(message: discord.Message) -> int | None:
    """The id of a card's container, which is the row it was sent for."""
    return next((part.id for part in message.components if isinstance(part, discord.Container)), None)
