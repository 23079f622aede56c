"""What events do to jobs."""

import typing
from collections.abc import Collection
from functools import partial

import pytest
from hypothesis import given, strategies as st
from msgspec.structs import replace

from bot.jobs.apply import KILLED_ATTEMPTS, LOST_ATTEMPTS, Change, apply, lose, release
from bot.jobs.job import ENDED, TRANSITIONS, Job, Kind, Report, ShownPreview, State
from tests.bot.jobs import job
from trainer.protocol import (
    Created,
    Drawing,
    Drawn,
    DrawnPicture,
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

EVENTS: dict[type, Event] = {
    type(event): event
    for event in (
        Started(attempt="a", n=1, from_step=0, steps=100),
        Progress(attempt="a", n=1, step=5, loss=0.1, learning_rate=0.005, seconds_per_step=0.1),
        Validated(attempt="a", n=1, step=5, loss=0.2, norm=3.0),
        Preview(attempt="a", n=1, step=50, path="/r/50.png", curve="/r/c.png", prompt="p", seed=1),
        Saved(attempt="a", n=1, step=50, checkpoint="/r/c-50", snapshot="/r/my-cat.pt", sha256="0"),
        Paused(attempt="a", n=1, step=5),
        Resumed(attempt="a", n=1, step=5, steps=120),
        Eased(attempt="a", n=1, change="examples", examples=2),
        Finished(attempt="a", n=1, step=100, snapshot="/r/my-cat.pt", strip="/r/s.png", film="/r/f.webp"),
        Stopped(attempt="a", n=1, step=40, snapshot="/r/my-cat.pt"),
        Created(attempt="a", n=1, path="/e/my-cat.pt", vectors=4),
        Drawing(attempt="a", n=1, step=3, steps=20),
        Drawn(
            attempt="a",
            n=1,
            pictures=(DrawnPicture(path="/d/0.png", seed=1, parameters="p"),),
            tokens=4,
            windows=1,
            words=(),
        ),
        Failed(attempt="a", n=1, reason="not_finite", facts={"learning_rate": "1"}, step=30, snapshot="/r/my-cat.pt"),
    )
}


def test_every_event_of_the_protocol_is_here() -> None:
    assert set(EVENTS) == set(typing.get_args(Event))


@pytest.mark.parametrize("event", EVENTS.values(), ids=lambda event: type(event).__name__)
def test_an_event_changes_its_job_once(event: Event) -> None:
    first = apply(job(state=State.RUNNING), event, now=9.0)
    assert first is not None
    assert first.job.event == 1
    assert first.job.revision == 2
    assert apply(first.job, event, now=9.0) is None


@pytest.mark.parametrize("event", EVENTS.values(), ids=lambda event: type(event).__name__)
def test_an_event_of_an_earlier_attempt_changes_nothing(event: Event) -> None:
    assert apply(job(state=State.RUNNING, attempt="b"), event, now=9.0) is None


@given(st.lists(st.sampled_from(list(EVENTS.values())), max_size=8))
def test_states_follow_the_drawn_transitions(events: list[Event]) -> None:
    current = job(state=State.RUNNING)
    for event in events:
        change = apply(current, event, now=9.0)
        if change is None:
            continue
        assert change.job.state is current.state or change.job.state in TRANSITIONS[current.state]
        assert (change.job.state in ENDED) == (change.job.ended_at is not None)
        current = change.job


def test_a_run_that_ends_sends_one_result() -> None:
    for ending in (Finished, Stopped, Failed):
        change = apply(job(state=State.RUNNING), EVENTS[ending], now=9.0)
        assert change is not None
        assert change.messages == ("result",)


def test_a_drawing_that_ends_is_its_own_card() -> None:
    change = apply(job(state=State.RUNNING, kind=Kind.DRAW), EVENTS[Drawn], now=9.0)
    assert change is not None
    assert change.messages == ()
    assert change.job.state is State.SUCCEEDED


def test_the_newest_coarse_picture_stays_until_the_attempt_is_over() -> None:
    current = job(state=State.RUNNING, kind=Kind.DRAW)
    for n, preview in enumerate([None, "/r/progress.png", None], start=1):
        change = apply(current, Drawing(attempt="a", n=n, step=n, steps=20, preview=preview), now=9.0)
        assert change is not None
        current = change.job
    assert (current.report.step, current.report.coarse) == (3, ShownPreview(2, "/r/progress.png"))
    assert release(current, now=9.0).job.report.coarse is None


def test_the_best_validation_is_remembered_with_its_step() -> None:
    current = job(state=State.RUNNING)
    for n, (step, loss) in enumerate([(0, 0.3), (50, 0.1), (100, 0.2)], start=1):
        change = apply(current, Validated(attempt="a", n=n, step=step, loss=loss, norm=1.0), now=9.0)
        assert change is not None
        current = change.job
    assert (current.report.validation, current.report.best_validation, current.report.best_step) == (0.2, 0.1, 50)


def run_through(*events: Event) -> Report:
    current = job(state=State.RUNNING)
    for n, event in enumerate(events, start=1):
        change = apply(current, replace(event, n=n), now=9.0)
        assert change is not None
        current = change.job
    return current.report


GOES_ON = Started(attempt="a", n=1, from_step=0, steps=100, before="/r/before/my-cat.pt")
STOPPED = Stopped(attempt="a", n=1, step=70, snapshot="/r/my-cat.pt")


def validated(step: int, loss: float) -> Validated:
    return Validated(attempt="a", n=1, step=step, loss=loss, norm=1.0)


@pytest.mark.parametrize(
    ("losses", "stays"),
    [
        ([(0, 0.2), (50, 0.1)], False),
        ([(0, 0.2), (50, 0.2)], False),
        ([(0, 0.2), (50, 0.1), (100, 0.3)], True),
        ([(0, 0.2)], True),
        ([], True),
    ],
)
def test_what_a_run_went_on_from_stays_unless_something_as_good_was_measured(
    losses: list[tuple[int, float]], stays: bool
) -> None:
    measured = [validated(step, loss) for step, loss in losses]
    assert run_through(GOES_ON, *measured, STOPPED).stays is stays
    failed = Failed(attempt="a", n=1, reason="not_finite", facts={}, step=60, snapshot="/r/my-cat.pt")
    assert run_through(GOES_ON, *measured, failed).stays is stays
    assert not run_through(replace(GOES_ON, before=None), *measured, STOPPED).stays


def test_a_run_that_begins_again_forgets_what_it_told() -> None:
    run = (replace(GOES_ON, before=None), validated(0, 0.2), EVENTS[Preview], EVENTS[Saved])
    first = run_through(*run)
    assert (first.lost_steps, first.best_validation) == (0, 0.2)
    again = run_through(*run, replace(GOES_ON, before=None))
    assert (again.lost_steps, again.step, again.best_validation, again.previews) == (50, 0, None, ())
    on = run_through(*run, replace(GOES_ON, before=None, from_step=50))
    assert (on.lost_steps, on.step, on.best_validation) == (0, 50, 0.2)


def died(current: Job, at_work: Collection[str] = ("a",), *, from_outside: bool = False) -> Change:
    """The job after its worker died in the work of these attempts."""
    return lose(current, 9.0, at_work, from_outside=from_outside)


def test_a_lost_attempt_goes_back_and_resumes() -> None:
    lost = died(job(state=State.RUNNING, resume_from="/r/c-50")).job
    assert (lost.state, lost.attempt, lost.resume_from) == (State.QUEUED, None, "/r/c-50")
    assert lost.report.recovered


def test_a_job_that_kills_every_worker_is_given_up() -> None:
    current = job(state=State.RUNNING, lost_attempts=LOST_ATTEMPTS - 1)
    change = died(current)
    assert change.job.state is State.FAILED
    assert change.job.report.failure == "worker_lost"
    assert change.messages == ("result",)


def test_a_worker_that_died_in_anothers_work_or_of_nobodys_counts_no_loss() -> None:
    for state, at_work in ((State.RUNNING, ("b",)), (State.RUNNING, ()), (State.PAUSED, ("a",))):
        current = job(state=state, lost_attempts=LOST_ATTEMPTS - 1)
        for from_outside in (False, True):
            innocent = died(current, at_work, from_outside=from_outside).job
            assert (innocent.state, innocent.lost_attempts) == (State.QUEUED, LOST_ATTEMPTS - 1)
            assert (innocent.report.killed, innocent.report.recovered) == (0, True)


def test_who_shared_the_work_that_a_worker_died_in_works_alone_until_a_step_is_gained() -> None:
    assert not job(state=State.RUNNING).suspect
    for from_outside in (False, True):
        suspect = died(job(state=State.RUNNING), ("b", "a"), from_outside=from_outside).job
        assert suspect.suspect
        again = replace(suspect, state=State.RUNNING, attempt="a")
        gained = apply(again, EVENTS[Saved], now=9.0)
        assert gained is not None
        assert not gained.job.suspect


def test_one_who_is_killed_from_outside_is_given_up_much_later() -> None:
    current = job(state=State.RUNNING)
    for _ in range(KILLED_ATTEMPTS - 1):
        back = died(current, from_outside=True).job
        assert (back.state, back.lost_attempts) == (State.QUEUED, 0)
        current = replace(back, state=State.RUNNING, attempt="a")
    last = died(current, from_outside=True).job
    assert (last.state, last.report.failure) == (State.FAILED, "worker_lost")
    assert last.report.facts == {"attempts": str(KILLED_ATTEMPTS)}


def test_a_gained_step_forgives_lost_attempts() -> None:
    change = apply(job(state=State.RUNNING, lost_attempts=2), EVENTS[Saved], now=9.0)
    assert change is not None
    assert change.job.lost_attempts == 0


def test_saving_the_same_step_again_forgives_nothing() -> None:
    change = apply(job(state=State.RUNNING, lost_attempts=2, resume_from="/r/c-50"), EVENTS[Saved], now=9.0)
    assert change is not None
    assert change.job.lost_attempts == 2


def test_a_wish_to_stop_outlives_the_worker() -> None:
    for back in (died, partial(release, now=9.0)):
        learned = back(job(state=State.RUNNING, stop_wanted=True, resume_from="/r/c-50"))
        assert (learned.job.state, learned.job.stop_wanted) == (State.QUEUED, True)
        nothing = back(job(state=State.RUNNING, stop_wanted=True))
        assert (nothing.job.state, nothing.messages) == (State.CANCELLED, ())


def test_a_drawing_whose_word_was_changed_meanwhile_is_begun_again() -> None:
    current = job(state=State.RUNNING, kind=Kind.DRAW)
    for lost in range(1, LOST_ATTEMPTS):
        change = apply(current, Failed(attempt="a", n=1, reason="word_changed", facts={"name": "my-cat"}), now=9.0)
        assert change is not None
        assert (change.job.state, change.job.attempt, change.job.lost_attempts) == (State.QUEUED, None, lost)
        current = replace(change.job, state=State.RUNNING, attempt="a", event=0)
    change = apply(current, Failed(attempt="a", n=1, reason="word_changed", facts={"name": "my-cat"}), now=9.0)
    assert change is not None
    assert (change.job.state, change.job.report.failure) == (State.FAILED, "word_changed")


def test_a_restart_of_the_bot_is_no_fault_of_the_job() -> None:
    assert release(job(state=State.RUNNING), 9.0).job.lost_attempts == 0
