"""What an event changes. Pure: a job and an event in, the changed job and what is to be told out."""

from collections.abc import Collection
from typing import NamedTuple, assert_never

from msgspec.structs import replace

from bot.jobs.job import ENDED, Job, Kind, Report, ShownPreview, State
from trainer.protocol import (
    Created,
    Drawing,
    Drawn,
    Eased,
    Event,
    Failed,
    Finished,
    Paused,
    Preview,
    Progress,
    Resumed,
    Saved,
    Started,
    Stopped,
    Validated,
)

LOST_ATTEMPTS = 3
"""Attempts that may be lost in a row, in the job's own work and without a step gained, before it is given up."""
KILLED_ATTEMPTS = 10
"""The same where the trainer was killed from outside, which is hardly the job's doing."""


class Change(NamedTuple):
    """The job after the event, and the keys of the messages that are to be sent because of it."""

    job: Job
    messages: tuple[str, ...] = ()


def apply(job: Job, event: Event, now: float) -> Change | None:
    """Applies one event; None when it comes from an earlier attempt, or comes twice, or the job has ended."""
    if job.ended or event.attempt != job.attempt or event.n <= job.event:
        return None
    change = _changed(replace(job, event=event.n, revision=job.revision + 1), event, now)
    if change.job.ended:
        change = change._replace(job=replace(change.job, ended_at=now, attempt=None))
    return change


def lose(job: Job, now: float, at_work: Collection[str], *, from_outside: bool) -> Change:
    """The worker died while the job was held: back into the queue, or given up when it keeps dying of the job.

    `at_work` names the attempts whose work it died in; the others', and paused ones', count no loss. `from_outside`:
    somebody else ended the worker.
    """
    job = replace(job, report=replace(job.report, recovered=True))
    if job.attempt not in at_work or job.state is State.PAUSED:
        return release(job, now)
    if from_outside:
        job = replace(job, report=replace(job.report, killed=job.report.killed + 1))
    else:
        job = replace(job, lost_attempts=job.lost_attempts + 1)
    if job.lost_attempts < LOST_ATTEMPTS and job.report.killed < KILLED_ATTEMPTS:
        return release(job, now)
    lost = job.lost_attempts + job.report.killed
    report = replace(job.report, failure="worker_lost", facts={"attempts": str(lost)})
    failed = _let_go(job, State.FAILED, now)
    return Change(replace(failed, report=report), _result(job, has_file=True))


def release(job: Job, now: float) -> Change:
    """The attempt ended through no fault of the job, such as a restart of the bot: back into the queue.

    A wish to stop goes with it: the next attempt hands over what was learned. Where nothing was, the job is cancelled.
    """
    if job.stop_wanted and job.resume_from is None:
        return Change(_let_go(job, State.CANCELLED, now))
    report = replace(job.report, phase="waiting", coarse=None)
    return Change(replace(_let_go(job, State.QUEUED, now), report=report))


def fail(job: Job, code: str, now: float) -> Change:
    """A fault of ours, which is in the log under the code: the job ends with what it has learned so far."""
    report = replace(job.report, failure="fault", facts={"code": code}, coarse=None)
    return Change(replace(_let_go(job, State.FAILED, now), report=report), _result(job, has_file=True))


def _let_go(job: Job, state: State, now: float) -> Job:
    ended_at = now if state in ENDED else None
    return replace(job, state=state, attempt=None, event=0, revision=job.revision + 1, ended_at=ended_at)


def _changed(job: Job, event: Event, now: float) -> Change:
    report = job.report
    match event:
        case Started():
            return _started(job, event)
        case Eased():
            return _told(job, easing=event.change, examples=event.examples)
        case Progress():
            return _told(
                job,
                step=event.step,
                loss=event.loss,
                learning_rate=event.learning_rate,
                seconds_per_step=event.seconds_per_step,
                sharing=event.sharing,
            )
        case Validated():
            return Change(replace(job, report=_validated(report, event)))
        case Preview():
            return _previewed(job, event)
        case Saved():
            return _saved(job, event)
        case Paused():
            return Change(replace(job, state=State.PAUSED, report=replace(report, step=event.step)))
        case Resumed():
            return Change(replace(job, state=State.RUNNING, report=replace(report, step=event.step, steps=event.steps)))
        case Finished():
            job = replace(job, state=State.SUCCEEDED)
            return _told(
                job,
                "result",
                step=event.step,
                snapshot=event.snapshot,
                strip=event.strip,
                film=event.film,
                best=event.best,
            )
        case Stopped():
            report = replace(report, step=event.step, snapshot=event.snapshot)
            return Change(
                replace(job, state=State.CANCELLED, report=report), _result(job, has_file=event.snapshot is not None)
            )
        case Created():
            return _told(replace(job, state=State.SUCCEEDED), snapshot=event.path, start=event.start)
        case Drawing():
            coarse = ShownPreview(event.step, event.preview) if event.preview else report.coarse
            return _told(job, phase="working", step=event.step, steps=event.steps, coarse=coarse)
        case Drawn():
            return _drawn(job, event)
        case Failed():
            return _failed(job, event, now)
        case _:
            assert_never(event)


def _told(job: Job, *messages: str, **facts: object) -> Change:
    return Change(replace(job, report=replace(job.report, **facts)), messages)


def _result(job: Job, *, has_file: bool) -> tuple[str, ...]:
    """A run's end is a message of its own when there is something to hand over; a drawing's card is its result."""
    return ("result",) if job.kind is Kind.TRAIN and has_file else ()


def _previewed(job: Job, event: Preview) -> Change:
    if event.path is None:
        return _told(job, no_preview=event.step, curve=event.curve)
    previews = tuple(preview for preview in job.report.previews if preview.step != event.step)
    previews = (*previews, ShownPreview(event.step, event.path))
    return _told(job, f"preview-{event.step}", previews=previews, no_preview=None, curve=event.curve)


def _started(job: Job, event: Started) -> Change:
    report = job.report
    if event.from_step == 0 and report.step > 0:
        report = _begun_again(report)
    report = replace(report, phase="working", step=event.from_step, steps=event.steps, held_back=event.held_back)
    return Change(replace(job, report=replace(report, before=event.before, start=event.start)))


def _begun_again(report: Report) -> Report:
    """Nothing that could be gone on from was left, or the model is another one: what was told is no longer so."""
    return replace(
        report,
        lost_steps=report.step,
        loss=None,
        validation=None,
        validation_step=0,
        first_validation=None,
        best_validation=None,
        best_step=0,
        previews=(),
        no_preview=None,
        curve=None,
    )


def _validated(report: Report, event: Validated) -> Report:
    report = replace(report, validation=event.loss, validation_step=event.step, norm=event.norm)
    if event.step == 0:
        report = replace(report, first_validation=event.loss)
    if report.best_validation is not None and event.loss >= report.best_validation:
        return report
    return replace(report, best_validation=event.loss, best_step=event.step)


def _saved(job: Job, event: Saved) -> Change:
    report = replace(job.report, step=max(job.report.step, event.step), snapshot=event.snapshot)
    gained = event.checkpoint != job.resume_from
    lost_attempts = 0 if gained else job.lost_attempts
    report = replace(report, killed=0) if gained else report
    return Change(replace(job, report=report, resume_from=event.checkpoint, lost_attempts=lost_attempts))


def _drawn(job: Job, event: Drawn) -> Change:
    return _told(
        replace(job, state=State.SUCCEEDED),
        pictures=event.pictures,
        tokens=event.tokens,
        windows=event.windows,
        words=event.words,
        unreadable=event.unreadable,
        reading=event.reading,
        not_used=event.not_used,
    )


def _failed(job: Job, event: Failed, now: float) -> Change:
    if event.reason in ("disk", "word_changed") and job.lost_attempts + 1 < LOST_ATTEMPTS:
        # It goes on from its last checkpoint once there is room; the dispatch begins nothing before. A drawing's words
        # are looked up anew.
        return release(replace(job, lost_attempts=job.lost_attempts + 1), now)
    report = replace(job.report, failure=event.reason, facts=event.facts, step=event.step)
    # What a run kept before is no result where it learned nothing.
    if event.snapshot is not None or event.reason == "not_finite":
        report = replace(report, snapshot=event.snapshot)
    return Change(replace(job, state=State.FAILED, report=report), _result(job, has_file=True))
