"""Jobs as rows: reading and writing them whole, in one place."""

import secrets
import time
from pathlib import Path
from typing import Any, NamedTuple

from bot.db.database import Database
from bot.db.stored import NewerValue, Plain, Stored, UnreadableValue, inside, whole
from bot.jobs.apply import Change
from bot.jobs.job import Job, Kind, Report, State
from bot.jobs.stored_paths import in_report, in_request, report_with_paths_inside, request_with_paths_inside
from trainer.protocol import Request, TrainRequest


def _with_chosen(plain: Plain) -> None:
    """Version 3. Names were one person's alone."""


FAULT = "fault"
"""Key of the message that tells of a job whose row cannot be read."""
REQUEST: Stored[Request] = Stored(Request, (request_with_paths_inside,), in_request)
REPORT: Stored[Report] = Stored(Report, (report_with_paths_inside, _with_chosen), in_report)


class Unreadable(Exception):
    """A job's row holds what this release cannot read: it was damaged, or a newer release wrote it."""

    def __init__(self, job_id: int, *, newer: bool = False) -> None:
        super().__init__(f"the row of job {job_id}")
        self.job_id = job_id
        self.newer = newer


class Place(NamedTuple):
    """Where a job is told of, and its owner: what can be known of it even where its row cannot be read."""

    owner_id: int
    guild_id: int | None
    channel_id: int
    locale: str
    code: str | None
    """Of the fault that ended it."""
    failure: str | None


def job_from(row: Any, folder: Path) -> Job:
    """A row of `jobs` in this data folder as a Job. Raises Unreadable."""
    columns = {key: row[key] for key in row.keys()}  # noqa: SIM118 — sqlite3.Row iterates over values
    try:
        columns["kind"] = Kind(columns["kind"])
        columns["state"] = State(columns["state"])
        columns["request"] = REQUEST.read(columns["request"], folder)
        columns["report"] = REPORT.read(columns["report"], folder)
    except (ValueError, UnreadableValue) as error:
        raise Unreadable(columns["id"], newer=isinstance(error, NewerValue)) from error
    if columns["resume_from"] is not None:
        columns["resume_from"] = whole(columns["resume_from"], folder)
    for wish in ("stop_wanted", "pause_wanted"):
        columns[wish] = bool(columns[wish])
    return Job(**columns)


async def job_by_id(database: Database, job_id: int) -> Job | None:
    """Inside a transaction."""
    row = await database.queries.job_by_id(database.connection, id=job_id)
    return job_from(row, database.folder) if row else None


async def known_job(database: Database, job_id: int) -> Job | None:
    """As it was committed last."""
    row = await database.queries.job_by_id(database.reader, id=job_id)
    return job_from(row, database.folder) if row else None


async def open_jobs(database: Database) -> list[Job]:
    """Everything not ended that can be read, in the order it came."""
    return (await read_open_jobs(database))[0]


async def read_open_jobs(database: Database) -> tuple[list[Job], list[Unreadable]]:
    """Everything not ended, in the order it came, and what of it cannot be read."""
    return _read([row async for row in database.queries.jobs_open(database.reader)], database.folder)


async def jobs_behind(database: Database) -> list[Job]:
    """Jobs whose card shows less than is known."""
    return _read([row async for row in database.queries.jobs_behind(database.reader)], database.folder)[0]


def _read(rows: list[Any], folder: Path) -> tuple[list[Job], list[Unreadable]]:
    jobs, unreadable = [], []
    for row in rows:
        try:
            jobs.append(job_from(row, folder))
        except Unreadable as error:
            unreadable.append(error)
    return jobs, unreadable


async def place_of(database: Database, job_id: int) -> Place | None:
    row = await database.queries.place_of_job(database.connection, id=job_id)
    return Place(*row) if row else None


async def fail_unread(database: Database, job_id: int, code: str, *, newer: bool = False) -> None:
    """Ends a job whose row cannot be read or written as it is: one message tells its owner, all others are dropped.

    `newer` where a newer release wrote the row.
    """
    report = Report(failure="newer_release" if newer else "fault", facts={"code": code})
    async with database.transaction() as queries:
        now = time.time()
        await queries.fail_unread(database.connection, id=job_id, report=REPORT.text(report, database.folder), now=now)
        await queries.close_messages(database.connection, job_id=job_id, now=now)
        await queries.add_message(database.connection, job_id=job_id, key=FAULT, nonce=new_nonce())
        await queries.unreserve_embedding(database.connection, job_id=job_id)


async def keep_change(database: Database, queries: Any, change: Change) -> None:
    """Writes a changed job, its messages and its word, inside the caller's transaction."""
    job = change.job
    await write_job(database, queries, job)
    for key in change.messages:
        await queries.add_message(database.connection, job_id=job.id, key=key, nonce=new_nonce())
    if job.ended:
        await queries.touch_queued(database.connection)
        if job.name is not None:
            await _settle_word(database, queries, job)


async def write_job(database: Database, queries: Any, job: Job) -> None:
    await queries.save_job(
        database.connection,
        id=job.id,
        state=job.state,
        attempt=job.attempt,
        event=job.event,
        lost_attempts=job.lost_attempts,
        resume_from=None if job.resume_from is None else inside(job.resume_from, database.folder),
        report=REPORT.text(job.report, database.folder),
        revision=job.revision,
        started_at=job.started_at,
        ended_at=job.ended_at,
    )


async def _settle_word(database: Database, queries: Any, job: Job) -> None:
    """The job ended: its word has a file now, or the one from before, or the name that it held is free again."""
    if job.report.snapshot is None:
        await queries.unreserve_embedding(database.connection, job_id=job.id)
        return
    if job.report.stays:
        return
    trained = isinstance(job.request, TrainRequest)
    await queries.embedding_made(
        database.connection,
        job_id=job.id,
        step=job.report.step,
        continued=isinstance(job.request, TrainRequest) and job.request.continue_from is not None,
        model=job.report.model if trained else None,
        model_hash=job.report.model_hash if trained else None,
    )


def new_nonce() -> str:
    """25 characters are Discord's limit; it knows a nonce for a few minutes."""
    return secrets.token_hex(12)


def new_attempt() -> str:
    return secrets.token_hex(8)
