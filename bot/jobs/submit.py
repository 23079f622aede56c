"""A request becomes a row: the promise, made before anything is said."""

import time
from collections.abc import Callable
from typing import Any, NamedTuple

from msgspec.structs import replace

from bot.db.database import Database
from bot.errors import HaveOne, NothingCalled, QuotaReached, StillLearning
from bot.jobs.faults import check, check_device, check_upscaler
from bot.jobs.job import KINDS, Job, Kind, Report, kind_of
from bot.jobs.rows import REPORT, REQUEST, job_from, new_nonce
from bot.library.upscalers import Upscalers
from bot.texts.spelling import key
from trainer.protocol import CreateRequest, Ready, Request, TrainRequest


class Asker(NamedTuple):
    """Who asks, where, and in which language the public answer is."""

    interaction_id: int
    owner_id: int
    guild_id: int | None
    channel_id: int
    locale: str


class Quota(NamedTuple):
    """Jobs a person may have waiting or running."""

    runs: int
    drawings: int

    def of(self, kind: Kind) -> int:
        return self.runs if KINDS[kind].quota == "runs" else self.drawings


class Submissions:
    """Takes requests in."""

    def __init__(
        self,
        database: Database,
        quota: Quota,
        upscalers: Upscalers,
        ready: Callable[[], Ready | None] = lambda: None,
    ) -> None:
        """`ready` gives what the trainer last said of its device."""
        self._database = database
        self._quota = quota
        self._upscalers = upscalers
        self._ready = ready

    async def submit(self, asker: Asker, request: Request, *, age_restricted: bool = False) -> Job:
        """Keeps the request as a job with its card to be posted; the same interaction twice gives the same job.

        What the interaction kept as a draft becomes the job in the same moment, so that no restart offers it again.
        `age_restricted` is said of the channel; what a copied request has from its own channel does not count.
        Raises QuotaReached, CannotStore, what is wrong with the request as a Refusal, and what `_check_name` does.
        """
        check(request)
        await self._check_here(request)
        if not isinstance(request, CreateRequest):
            request = replace(request, allow_unsafe=age_restricted)
        self._database.check_room()
        async with self._database.transaction() as queries:
            known = await queries.job_by_interaction(self._database.connection, interaction_id=asker.interaction_id)
            if known:
                return job_from(known, self._database.folder)
            await self._check_quota(queries, asker, kind_of(request))
            if isinstance(request, CreateRequest | TrainRequest):
                await self._check_name(queries, asker, request)
            job = await self._add(queries, asker, request)
            if isinstance(request, CreateRequest | TrainRequest):
                await self._reserve(queries, job, request)
            await queries.add_message(self._database.connection, job_id=job.id, key="card", nonce=new_nonce())
            await queries.delete_draft(self._database.connection, id=asker.interaction_id)
        return job

    async def check(self, asker: Asker, request: Request) -> None:
        """Raises what `submit` would, before anything is done for the request; it is asked again then."""
        await self._check_here(request)
        self._database.check_room()
        async with self._database.transaction() as queries:
            await self._check_quota(queries, asker, kind_of(request))
            if isinstance(request, CreateRequest | TrainRequest):
                await self._check_name(queries, asker, request)

    async def _check_here(self, request: Request) -> None:
        """What another device, or another operator, would do. Raises TooLarge, UnknownUpscaler."""
        check_device(request, self._ready())
        check_upscaler(request, await self._upscalers.known())

    async def consent(self, person_id: int) -> None:
        """From now on the person's pictures may be stored here."""
        async with self._database.transaction() as queries:
            await queries.add_consent(self._database.connection, person_id=person_id, given_at=time.time())

    async def has_consented(self, person_id: int) -> bool:
        return bool(await self._database.queries.has_consented(self._database.reader, person_id=person_id))

    async def _check_quota(self, queries: Any, asker: Asker, kind: Kind) -> None:
        limit = self._quota.of(kind)
        waiting = [
            row async for row in queries.jobs_open_of(self._database.connection, owner_id=asker.owner_id, kind=kind)
        ]
        if len(waiting) >= limit:
            raise QuotaReached(limit=limit)

    async def _add(self, queries: Any, asker: Asker, request: Request) -> Job:
        steps = 0 if isinstance(request, CreateRequest) else request.steps
        await queries.add_job(
            self._database.connection,
            **asker._asdict(),
            kind=kind_of(request),
            request=REQUEST.text(request, self._database.folder),
            report=REPORT.text(Report(steps=steps), self._database.folder),
            created_at=time.time(),
        )
        row = await queries.job_by_interaction(self._database.connection, interaction_id=asker.interaction_id)
        await queries.touch_queued(self._database.connection)
        return job_from(row, self._database.folder)

    async def _check_name(self, queries: Any, asker: Asker, request: CreateRequest | TrainRequest) -> None:
        """A word is one person's, and one run at a time writes its file.

        Raises StillLearning, HaveOne; of a word that is trained further, NothingCalled when it is gone.
        """
        own = await self._own(queries, request.name, asker.owner_id)
        continues = isinstance(request, TrainRequest) and request.continue_from is not None
        if own is None and continues:
            raise NothingCalled(name=request.name)
        if await queries.open_making_of(self._database.connection, key=key(request.name), owner_id=asker.owner_id):
            raise StillLearning(name=request.name)
        if own is not None and not continues:
            raise HaveOne(name=request.name)

    async def _reserve(self, queries: Any, job: Job, request: CreateRequest | TrainRequest) -> None:
        """The word of the job's: a new one, or one that its person has. It is shown where the job is."""
        shown = {"job_id": job.id, "private": job.guild_id is None}
        known = await self._own(queries, request.name, job.owner_id)
        if known is not None:
            number = known["id"]
            await queries.train_embedding(self._database.connection, id=number, **shown)
        else:
            number = await queries.reserve_embedding(
                self._database.connection,
                key=key(request.name),
                name=request.name,
                owner_id=job.owner_id,
                vectors=request.vectors_per_token,
                created_at=time.time(),
                **shown,
            )
        await queries.add_making(self._database.connection, job_id=job.id, embedding_id=number)

    async def _own(self, queries: Any, name: str, person_id: int) -> Any | None:
        """The row of the person's own word of this name."""
        rows = queries.embeddings_called(
            self._database.connection, key=key(name), name=name, person_id=person_id, guild_id=None
        )
        return next(iter([row async for row in rows]), None)
