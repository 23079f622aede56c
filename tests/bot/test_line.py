"""Fairness, without a worker."""

from collections import Counter

from hypothesis import given, strategies as st
from msgspec.structs import replace

from bot.jobs.job import HELD, Job, Kind, Report, State
from bot.jobs.line import expected_wait, next_jobs, place_in_line, waiting_line
from tests.bot.jobs import job

PLACES = {Kind.CREATE: 4, Kind.TRAIN: 2, Kind.DRAW: 4}

jobs_of_people = st.lists(
    st.tuples(st.integers(1, 4), st.sampled_from([State.QUEUED, State.RUNNING, State.PAUSED])), max_size=12
).map(lambda people: [job(n, state, owner) for n, (owner, state) in enumerate(people, start=1)])


@given(jobs_of_people)
def test_everybody_who_waits_has_one_place(jobs: list[Job]) -> None:
    line = waiting_line(jobs)
    assert sorted(waiting.id for waiting in line) == [waiting.id for waiting in jobs if waiting.state is State.QUEUED]
    assert [place_in_line(waiting, jobs) for waiting in line] == list(range(1, len(line) + 1))


@given(jobs_of_people)
def test_who_had_fewer_turns_is_taken_first(jobs: list[Job]) -> None:
    turns = Counter(held.owner_id for held in jobs if held.state in HELD)
    line = waiting_line(jobs)
    for position, taken in enumerate(line):
        assert turns[taken.owner_id] <= min(turns[other.owner_id] for other in line[position:])
        turns[taken.owner_id] += 1


@given(jobs_of_people)
def test_no_more_are_held_than_there_are_places(jobs: list[Job]) -> None:
    held = sum(running.state in HELD for running in jobs)
    assert len(next_jobs(jobs, PLACES)) <= max(0, PLACES[Kind.TRAIN] - held)


def test_people_take_turns() -> None:
    jobs = [job(1, owner=1), job(2, owner=1), job(3, owner=1), job(4, owner=2)]
    assert [waiting.id for waiting in waiting_line(jobs)] == [1, 4, 2, 3]


def test_who_has_a_run_already_waits_behind_who_has_none() -> None:
    jobs = [job(1, State.RUNNING, owner=1), job(2, owner=1), job(3, owner=2)]
    assert [waiting.id for waiting in waiting_line(jobs)] == [3, 2]


def test_a_drawing_does_not_wait_for_runs() -> None:
    jobs = [job(n, State.RUNNING, owner=n) for n in (1, 2)] + [job(3, owner=3), job(4, owner=4, kind=Kind.DRAW)]
    assert [chosen.id for chosen in next_jobs(jobs, PLACES)] == [4]


def test_the_wait_is_the_shortest_run_and_those_ahead() -> None:
    running = [replace(job(n, State.RUNNING, owner=n), report=Report(step=step)) for n, step in ((1, 60), (2, 20))]
    waiting = [job(3, owner=3), job(4, owner=4)]
    # Two runs share the model: the nearer end is 40 of its own steps away, which take the time of 80.
    assert expected_wait(waiting[0], [*running, *waiting], 2, 0.5) == 40.0
    assert expected_wait(waiting[1], [*running, *waiting], 2, 0.5) == 90.0


def test_no_wait_is_told_before_a_step_was_measured() -> None:
    assert expected_wait(job(1), [job(1)], 2, None) is None
