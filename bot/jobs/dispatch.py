"""Jobs to the worker, events back to rows; a lost worker's jobs go back into the queue."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import structlog
from msgspec.structs import replace

from bot.access import Actor
from bot.db.database import Database
from bot.db.storage import storage_fault
from bot.exits import CannotRun, TryLater
from bot.files.copies import copy_aside
from bot.files.hashes import FileHashes
from bot.jobs.apply import Change, apply, fail, lose, release
from bot.jobs.job import HELD, KINDS, Job, Kind, State
from bot.jobs.line import next_jobs
from bot.jobs.questions import Questions, Unanswered
from bot.jobs.rows import (
    REQUEST,
    Unreadable,
    fail_unread,
    job_by_id,
    keep_change,
    known_job,
    new_attempt,
    open_jobs,
    read_open_jobs,
)
from bot.library.hypernetworks import Hypernetworks
from bot.library.meanings import Meant, words_meant
from bot.library.whose import ChosenWord
from bot.library.word_files import WordFiles
from bot.logs import fault_code
from bot.workers.worker import Connection, Worker, WorkerLost
from trainer.protocol import (
    PROTOCOL_VERSION,
    Alive,
    DrawRequest,
    Event,
    Failed,
    Inspected,
    Loading,
    Pause,
    PreviewNow,
    Ready,
    Resume,
    Shutdown,
    Spelled,
    Start,
    Stop,
    Told,
    TrainRequest,
    Unusable,
)

log = structlog.get_logger(__name__)

T = TypeVar("T")

FIRST_BACKOFF, LAST_BACKOFF = 1.0, 60.0
STORAGE_SECONDS = 1.0
"""Between two tries while nothing can be stored; SQLite itself waits for a locked file before each."""
STABLE_SECONDS = 60.0
"""A trainer that lived so long has earned a quick restart."""


LOADING_TRIES = 5
"""A trainer that ends so often before it is ready, and was not killed from outside, is not started again by us."""


class Places(NamedTuple):
    """Jobs of a kind that the worker holds at a time. The engine lets them share the model."""

    runs: int
    drawings: int

    def by_kind(self) -> dict[Kind, int]:
        return {kind: self.runs if row.place == "runs" else self.drawings for kind, row in KINDS.items()}


class Dispatch:
    """The one that talks to the worker. `changed` is called after every change, for whoever shows jobs."""

    def __init__(
        self, database: Database, worker: Worker, places: Places, folder: Path, changed: Callable[[], None]
    ) -> None:
        """`folder` is the data folder, with `runs/`, `embeddings/`, `words/` and `hypernetworks/` in it."""
        self._database = database
        self._worker = worker
        self._places = places
        self._runs_folder = folder / "runs"
        self._word_files = WordFiles(folder)
        self._hashes = FileHashes()
        self._hypernetworks = Hypernetworks(folder / "hypernetworks")
        self._changed = changed
        self._wake = asyncio.Event()
        self._connection: Connection | None = None
        self._held: dict[str, int] = {}
        self._at_work: tuple[str, ...] = ()
        self._ended_from_outside = False
        self._loading: str | None = None
        self._questions = Questions()
        self._leaving = False
        self.ready: Ready | None = None

    def wake(self) -> None:
        """There may be something to start."""
        self._wake.set()

    async def run(self) -> None:
        """Keeps a worker alive until `leave`. Raises CannotRun and TryLater when none can be had."""
        await self._put_back(release)
        backoff, tries = FIRST_BACKOFF, 0
        while not self._leaving:
            began = time.monotonic()
            if await self._one_life() or self._ended_from_outside:
                tries = 0
            else:
                tries += 1
            if tries >= LOADING_TRIES:
                raise TryLater(f"The trainer ended {tries} times before its model was loaded; its output says why.")
            if time.monotonic() - began > STABLE_SECONDS:
                backoff = FIRST_BACKOFF
            held = bool(self._held)
            await self._put_back(release if self._leaving else self._lose)
            # A trainer that died under a job is started again at once: the job has its own limit.
            if not held and not self._leaving:
                await asyncio.sleep(backoff)
                backoff = min(LAST_BACKOFF, backoff * 2)

    async def leave(self) -> bool:
        """Asks the worker to save everything and go; `run` takes down the last that it says, and returns.

        False when there is nobody to ask.
        """
        self._leaving = True
        if self._connection is None:
            return False
        try:
            await self._connection.send(Shutdown())
        except WorkerLost:
            return False
        return True

    async def _one_life(self) -> bool:
        """Whether the worker came so far as to be ready."""
        came_up = False
        self._at_work, self._ended_from_outside, self._loading = (), False, None
        try:
            async with self._worker.live() as connection, asyncio.TaskGroup() as tasks:
                async for told in connection.told():
                    if isinstance(told, Ready):
                        self._check(told)
                        came_up = True
                        self.ready, self._connection = told, connection
                        tasks.create_task(self._start_jobs(connection))
                        self.wake()
                    elif isinstance(told, Unusable):
                        raise CannotRun(_why(told))
                    else:
                        await self._take(told)
        except* WorkerLost as group:
            self._ended_from_outside = any(
                isinstance(error, WorkerLost) and error.from_outside for error in group.exceptions
            )
            log.warning("trainer lost", reasons=[str(reason) for reason in group.exceptions])
        finally:
            self._connection = None
            self._questions.lost()
        return came_up

    def _check(self, ready: Ready) -> None:
        if ready.version != PROTOCOL_VERSION:
            raise CannotRun(
                f"The trainer speaks protocol {ready.version}, the bot {PROTOCOL_VERSION}: install both anew."
            )
        log.info("trainer ready", model=ready.model, hash=ready.model_hash, device=ready.device)

    async def _start_jobs(self, connection: Connection) -> None:
        asked = False
        while True:
            await self._wake.wait()
            self._wake.clear()
            try:
                asked = asked or await self._take_back_ordinary()
                await self._start_next(connection)
            except Exception as error:
                if storage_fault(error) is None:
                    raise
                await asyncio.sleep(STORAGE_SECONDS)
                self.wake()

    async def _start_next(self, connection: Connection) -> None:
        """Starts all that there are places for. Raises what `storage_fault` knows."""
        self._database.check_room()
        jobs, unreadable = await read_open_jobs(self._database)
        for row in unreadable:
            await self._give_up(row.job_id, row)
        for job in next_jobs(jobs, self._places.by_kind()):
            try:
                await self._start(connection, job)
            except WorkerLost:
                raise
            except Exception as error:
                if storage_fault(error) is not None:
                    raise
                await self._give_up(job.id, error)

    async def _take_back_ordinary(self) -> bool:
        """Words that were shared before their names were asked about, or under another model: their owners' alone.

        They would act in the prompts of people who never asked for them. False when the trainer did not answer.
        """
        rows = self._database.queries.shared_names(self._database.connection)
        shared = [(row["name"], row["id"]) async for row in rows]
        try:
            ordinary = await self._questions.ordinary(self._connection, tuple({name for name, _ in shared}))
        except Unanswered:
            return False
        for name, number in shared:
            if name in ordinary:
                async with self._database.transaction() as queries:
                    await queries.unshare_ordinary(self._database.connection, id=number)
                log.info("an ordinary word is no longer shared", name=name)
        return True

    async def _start(self, connection: Connection, job: Job) -> None:
        folder = self._runs_folder / str(job.id)
        folder.mkdir(parents=True, exist_ok=True)
        meant = await self._words(job)  # before the attempt is there that wishes may be sent to
        hypernetworks = (
            await self._hypernetworks.meant(job.request.prompt) if isinstance(job.request, DrawRequest) else ()
        )
        held = await self._hold(job.id, meant.chosen)
        if held is None or held.attempt is None:
            return
        self._held[held.attempt] = held.id
        self._changed()
        await connection.send(
            Start(
                attempt=held.attempt,
                job=held.id,
                request=held.request,
                folder=str(folder),
                resume_from=held.resume_from,
                words=meant.files,
                hypernetworks=hypernetworks,
                owner=str(held.owner_id),
                alone=held.suspect,
            )
        )
        if held.pause_wanted:
            await connection.send(Pause(attempt=held.attempt))
        if held.stop_wanted:
            await connection.send(Stop(attempt=held.attempt))

    async def _words(self, job: Job) -> Meant:
        """Looked up for each attempt: what is made private, renamed or taught meanwhile is so when the job starts."""
        if not isinstance(job.request, DrawRequest):
            return Meant((), ())
        prompts = job.request.prompt, job.request.negative_prompt
        actor = Actor(job.owner_id, job.guild_id)
        return await words_meant(self._database, self._word_files, self._hashes, actor, prompts)

    async def _hold(self, job_id: int, chosen: tuple[ChosenWord, ...]) -> Job | None:
        """The job with a fresh attempt; None when it was cancelled meanwhile."""
        async with self._database.transaction() as queries:
            job = await job_by_id(self._database, job_id)
            if job is None or job.state is not State.QUEUED:
                return None
            report = replace(job.report, phase="preparing", chosen=chosen)
            if self.ready is not None:
                report = replace(report, model=self.ready.model, model_hash=self.ready.model_hash)
            job = replace(
                job,
                state=State.RUNNING,
                attempt=new_attempt(),
                event=0,
                started_at=job.started_at or time.time(),
                revision=job.revision + 1,
                report=report,
            )
            await keep_change(self._database, queries, Change(job))
            await queries.touch_queued(self._database.connection)
        return job

    async def _take(self, told: Told) -> None:
        if isinstance(told, Inspected | Spelled | Failed) and self._questions.take(told):
            return
        if isinstance(told, Alive):
            self._at_work = told.attempts
            return
        if isinstance(told, Loading):
            if told.step != self._loading:
                log.info("trainer loading", step=told.step)
            self._loading = told.step
            return
        if isinstance(told, Ready | Inspected | Spelled | Unusable):
            return
        try:
            await self._kept(lambda: self._apply(told))
        except Exception as error:  # noqa: BLE001 — one job's trouble must not end the others'
            await self._give_up(self._held.pop(told.attempt), error)
            if self._connection is not None:
                await self._connection.send(Stop(attempt=told.attempt))
        self._changed()

    async def _apply(self, event: Event) -> None:
        job_id = self._held.get(event.attempt)
        if job_id is None:
            return
        async with self._database.transaction() as queries:
            job = await job_by_id(self._database, job_id)
            change = apply(job, event, time.time()) if job else None
            if change is None:
                return
            await self._keep(queries, change)
        if isinstance(event, Failed) and event.reason == "disk":
            self._database.give_up_ballast()  # nothing is begun before there is room for it
        if change.job.attempt is None:
            del self._held[event.attempt]
            self.wake()

    async def _put_back(self, how: Callable[[Job, float], Change]) -> None:
        """No worker lives, so no attempt does: what was held goes back into the queue."""
        self._held.clear()
        jobs, unreadable = await self._kept(lambda: read_open_jobs(self._database))
        for row in unreadable:
            await self._give_up(row.job_id, row)
        for job in jobs:
            if job.state in HELD:
                try:
                    await self._kept(partial(self._put_one_back, job, how))
                except Exception as error:  # noqa: BLE001 — one job's trouble must not end the others'
                    await self._give_up(job.id, error)
        self._changed()

    def _lose(self, job: Job, now: float) -> Change:
        return lose(job, now, self._at_work, from_outside=self._ended_from_outside)

    async def _put_one_back(self, job: Job, how: Callable[[Job, float], Change]) -> None:
        async with self._database.transaction() as queries:
            await self._keep(queries, how(job, time.time()))

    async def _keep(self, queries: Any, change: Change) -> None:
        """The file before the row: whichever way a run ended, what it learned is the word, unless it became worse."""
        job = change.job
        made = job.report.snapshot if job.ended and job.kind is not Kind.DRAW and not job.report.stays else None
        if made is not None:
            job = await self._hand_over(job, Path(made))
        await keep_change(self._database, queries, change._replace(job=job))

    async def _hand_over(self, job: Job, snapshot: Path) -> Job:
        try:
            await asyncio.to_thread(copy_aside, snapshot, self._word_files.folder_of(job.owner_id))
        except FileNotFoundError as error:
            log.warning("what the job had made is no longer there", job=job.id, error=str(error))
            return replace(job, report=replace(job.report, snapshot=None))
        return job

    async def _give_up(self, job_id: int, error: Exception) -> None:
        """Ends one job for a fault of ours, and tells its owner; the others go on."""
        code = fault_code()
        log.error("job given up", job=job_id, code=code, exc_info=error)
        try:
            await self._kept(lambda: self._fail(job_id, code))
        except Exception as hopeless:  # noqa: BLE001 — the row itself may be what is wrong
            log.warning("job ended unread", job=job_id, code=code, error=repr(hopeless))
            newer = isinstance(hopeless, Unreadable) and hopeless.newer
            await self._kept(lambda: fail_unread(self._database, job_id, code, newer=newer))
        self._changed()

    async def _fail(self, job_id: int, code: str) -> None:
        async with self._database.transaction() as queries:
            job = await job_by_id(self._database, job_id)
            if job is not None and not job.ended:
                await self._keep(queries, fail(job, code, time.time()))

    async def _kept(self, write: Callable[[], Awaitable[T]]) -> T:
        """Notes what has happened. While nothing can be stored it waits, and so does the trainer, whom nobody reads."""
        while True:
            try:
                return await write()
            except Exception as error:
                fault = storage_fault(error)
                if fault is None:
                    raise
                if not (fault == "full" and self._database.give_up_ballast()):
                    await asyncio.sleep(STORAGE_SECONDS)

    # What others ask -----------------------------------------------------------------------------------------------

    async def job(self, job_id: int) -> Job | None:
        return await known_job(self._database, job_id)

    async def open_jobs(self) -> list[Job]:
        """Everything not ended, in the order it came."""
        return await open_jobs(self._database)

    async def inspect(self, name: str, path: str, initialization_text: str | None) -> Inspected | Failed:
        """What the model makes of an embedding's file. Raises Unanswered."""
        return await self._questions.inspect(self._connection, name, path, initialization_text)

    async def ordinary(self, names: Sequence[str]) -> tuple[str, ...]:
        """Those of the names that the model knew before as words of its own. Raises Unanswered."""
        return await self._questions.ordinary(self._connection, names)

    # Wishes ------------------------------------------------------------------------------------------------------

    async def stop(self, job_id: int) -> Job | None:
        """Wishes the job's end. One that waits and has learned nothing yet ends here and now."""
        async with self._database.transaction() as queries:
            job = await job_by_id(self._database, job_id)
            if job is None or job.ended:
                return job
            await queries.set_wishes(
                self._database.connection, id=job.id, stop_wanted=True, pause_wanted=job.pause_wanted
            )
            if job.state is State.QUEUED and job.resume_from is None:
                job = replace(job, state=State.CANCELLED, ended_at=time.time(), revision=job.revision + 2)
                await keep_change(self._database, queries, Change(job))
        await self._tell(job, Stop)
        self._changed()
        return job

    async def pause(self, job_id: int, *, wanted: bool) -> Job | None:
        """Wishes a pause, or its end."""
        async with self._database.transaction() as queries:
            job = await job_by_id(self._database, job_id)
            if job is None or job.ended:
                return job
            await queries.set_wishes(
                self._database.connection, id=job.id, stop_wanted=job.stop_wanted, pause_wanted=wanted
            )
        await self._tell(job, Pause if wanted else Resume)
        self._changed()
        return job

    async def change(self, job_id: int, request: TrainRequest) -> Job | None:
        """A run goes on after its pause with other steps or rates; the row has them for every attempt to come."""
        async with self._database.transaction() as queries:
            job = await job_by_id(self._database, job_id)
            if job is None or job.ended:
                return job
            text = REQUEST.text(request, self._database.folder)
            await queries.set_request(self._database.connection, id=job.id, request=text)
            await queries.set_wishes(
                self._database.connection, id=job.id, stop_wanted=job.stop_wanted, pause_wanted=False
            )
        if job.attempt is not None:
            await self._send(job, Resume(attempt=job.attempt, steps=request.steps, learning_rate=request.learning_rate))
        self._changed()
        return job

    async def preview_now(self, job: Job) -> None:
        await self._tell(job, PreviewNow)

    async def _tell(self, job: Job, control: type[Stop | Pause | Resume | PreviewNow]) -> None:
        if job.attempt is not None:
            await self._send(job, control(attempt=job.attempt))

    async def _send(self, job: Job, control: Stop | Pause | Resume | PreviewNow) -> None:
        if self._connection is None:
            return
        try:
            await self._connection.send(control)
        except WorkerLost:
            # The row holds the wish; it is told to the next attempt.
            log.info("wish kept for the next attempt", job=job.id)


def _why(unusable: Unusable) -> str:
    """For the operator, by the name of the setting that is to be changed."""
    variable = {"model": "EMBEDSMITH_MODEL", "device": "EMBEDSMITH_DEVICE"}[unusable.reason]
    return f"{variable} cannot be used. {unusable.detail}"
