"""Fairness, without a worker."""

from collections import Counter

from hypothesis import given, strategies as st
from msgspec.structs import replace

from bot.jobs.job import Job, Kind, Report, State
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
    turns = Counter(running.owner_id for running in jobs if running.state is State.RUNNING)
    line = waiting_line(jobs)
    for position, taken in enumerate(line):
        assert turns[taken.owner_id] <= min(turns[other.owner_id] for other in line[position:])
        turns[taken.owner_id] += 1


@given(jobs_of_people)
def test_places_are_peoples_and_a_second_one_is_taken_only_while_nobody_else_waits(jobs: list[Job]) -> None:
    chosen = next_jobs(jobs, PLACES)
    before = Counter(running.owner_id for running in jobs if running.state is State.RUNNING)
    after = before + Counter(started.owner_id for started in chosen)
    places = PLACES[Kind.TRAIN]
    assert len(after) <= max(places, len(before))
    waiting = {left.owner_id for left in jobs if left.state is State.QUEUED and left not in chosen}
    newcomers = waiting - set(after)
    assert not newcomers or len(after) >= places
    seconds = [started for started in chosen if after[started.owner_id] > 1]
    assert not (seconds and newcomers)
    assert not seconds or after.total() <= places


def test_people_take_turns() -> None:
    jobs = [job(1, owner=1), job(2, owner=1), job(3, owner=1), job(4, owner=2)]
    assert [waiting.id for waiting in waiting_line(jobs)] == [1, 4, 2, 3]


def test_who_has_a_run_already_waits_behind_who_has_none() -> None:
    jobs = [job(1, State.RUNNING, owner=1), job(2, owner=1), job(3, owner=2)]
    assert [waiting.id for waiting in waiting_line(jobs)] == [3, 2]


def test_ones_many_drawings_hold_no_place_that_another_needs() -> None:
    drawings = [job(n, State.RUNNING, owner=1, kind=Kind.DRAW) for n in range(1, 5)]
    drawings += [job(n, owner=1, kind=Kind.DRAW) for n in range(5, 11)]
    assert next_jobs(drawings, PLACES) == []
    latecomer = job(11, owner=2, kind=Kind.DRAW)
    assert next_jobs([*drawings, latecomer], PLACES) == [latecomer]


def test_a_paused_run_takes_no_place() -> None:
    paused = [job(n, State.PAUSED, owner=n) for n in (1, 2)]
    assert [chosen.id for chosen in next_jobs([*paused, job(3, owner=3), job(4, owner=1)], PLACES)] == [3, 4]


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
