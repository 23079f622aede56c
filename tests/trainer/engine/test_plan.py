from collections import Counter
from dataclasses import replace

from hypothesis import given, strategies as st

from trainer.engine.plan import Candidate, Need, plan

candidates = st.lists(
    st.builds(
        Candidate,
        attempt=st.uuids().map(str),
        need=st.sampled_from(Need),
        arrived=st.integers(1, 1000),
        last_pass=st.integers(0, 1000),
        shape=st.sampled_from([None, "small", "large"]),
        examples=st.integers(1, 8),
    ),
    unique_by=lambda candidate: candidate.attempt,
)


def turns(waiting: list[Candidate], passes: int) -> list[str]:
    """Who gets the next passes, if nobody comes and nobody ends."""
    chosen: list[str] = []
    first = max(candidate.last_pass for candidate in waiting) + 1
    for number in range(first, first + passes):
        (attempt,) = plan(waiting, 16).attempts
        chosen.append(attempt)
        waiting = [replace(each, last_pass=number) if each.attempt == attempt else each for each in waiting]
    return chosen


def test_nobody_waiting_means_no_pass() -> None:
    assert plan([], 16) is None


@given(candidates.filter(bool))
def test_the_most_urgent_need_is_served_first(waiting: list[Candidate]) -> None:
    planned = plan(waiting, 16)
    assert planned.need == min(candidate.need for candidate in waiting)
    needs = {candidate.attempt: candidate.need for candidate in waiting}
    assert {needs[attempt] for attempt in planned.attempts} == {planned.need}


@given(st.integers(1, 8), st.integers(1, 60))
def test_runs_share_the_passes_evenly(runs: int, passes: int) -> None:
    waiting = [Candidate(str(run), Need.TRAINING, arrived=run) for run in range(runs)]
    shares = Counter(turns(waiting, passes))
    assert max(shares.values()) - min(shares[str(run)] for run in range(runs)) <= 1


def test_a_newcomer_trains_at_once_but_does_not_catch_up() -> None:
    old, new = Candidate("old", Need.TRAINING, 1, last_pass=900), Candidate("new", Need.TRAINING, 2)
    assert turns([old, new], 4) == ["new", "old", "new", "old"]


def test_a_picture_once_begun_is_finished_before_the_next() -> None:
    first, second = Candidate("first", Need.PICTURE, arrived=1), Candidate("second", Need.PICTURE, arrived=2)
    assert turns([second, first], 5) == ["first"] * 5
    begun = replace(second, last_pass=7)
    assert plan([first, begun], 16).attempts == ("second",)


@given(candidates.filter(bool), st.integers(1, 20))
def test_a_pass_is_of_one_shape_and_not_too_large(waiting: list[Candidate], most: int) -> None:
    named = {candidate.attempt: candidate for candidate in waiting}
    chosen = [named[attempt] for attempt in plan(waiting, most).attempts]
    assert len({candidate.attempt for candidate in chosen}) == len(chosen)
    if len(chosen) > 1:
        assert len({candidate.shape for candidate in chosen}) == 1
        assert chosen[0].shape is not None
        assert sum(candidate.examples for candidate in chosen) <= most


@given(candidates.filter(bool), st.integers(1, 20))
def test_sharing_takes_nobodys_turn(waiting: list[Candidate], most: int) -> None:
    alone = [replace(candidate, shape=None) for candidate in waiting]
    assert plan(waiting, most).attempts[0] == plan(alone, most).attempts[0]


@given(st.integers(1, 6), st.integers(1, 6), st.integers(1, 16))
def test_runs_of_two_shapes_both_go_on(small: int, large: int, most: int) -> None:
    waiting = [Candidate(f"small {n}", Need.TRAINING, n, shape="small") for n in range(small)]
    waiting += [Candidate(f"large {n}", Need.TRAINING, 10 + n, shape="large", examples=4) for n in range(large)]
    passes = 12
    for number in range(1, passes + 1):
        chosen = set(plan(waiting, most).attempts)
        waiting = [replace(each, last_pass=number) if each.attempt in chosen else each for each in waiting]
    assert min(candidate.last_pass for candidate in waiting) > 0


def picture(attempt: str, arrived: int, shape: str = "small", last_pass: int = 0) -> Candidate:
    return Candidate(attempt, Need.PICTURE, arrived, last_pass, shape, examples=2)


def test_pictures_of_one_shape_share_even_when_one_comes_later() -> None:
    begun = picture("begun", 1, last_pass=9)
    other, late = picture("other", 2, last_pass=8), picture("late", 3)
    assert plan([late, other, begun], 16).attempts == ("begun", "other", "late")
    assert plan([late, other, begun], 5).attempts == ("begun", "other")


def test_no_picture_is_begun_before_one_that_came_earlier() -> None:
    begun, large, late = picture("begun", 1, last_pass=9), picture("large", 2, "large"), picture("late", 3)
    assert plan([begun, large, late], 16).attempts == ("begun",)
    assert plan([begun, replace(large, last_pass=3), late], 16).attempts == ("begun", "late")
    assert plan([large, late], 16).attempts == ("large",)


@given(st.lists(st.sampled_from(["small", "large", None]), min_size=1, max_size=12), st.integers(2, 16))
def test_pictures_begin_in_the_order_they_came_and_all_end(shapes: list[str | None], most: int) -> None:
    left = {str(place): 5 for place in range(len(shapes))}
    waiting = [picture(str(place), place + 1, shape) for place, shape in enumerate(shapes)]
    begun: list[str] = []
    for number in range(1, 5 * len(shapes) + 1):
        if not (here := [each for each in waiting if left[each.attempt]]):
            break
        chosen = plan(here, most).attempts
        begun += [attempt for attempt in chosen if attempt not in begun]
        left |= {attempt: left[attempt] - 1 for attempt in chosen}
        waiting = [replace(each, last_pass=number) if each.attempt in chosen else each for each in waiting]
    assert begun == [str(place) for place in range(len(shapes))]
    assert not any(left.values())
