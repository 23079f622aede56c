from collections import Counter
from dataclasses import replace

from hypothesis import given, strategies as st

from trainer.engine.plan import Candidate, Need, Turns, plan

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


def picture(attempt: str, arrived: int, shape: str = "small", last_pass: int = 0, owner: str = "") -> Candidate:
    return Candidate(attempt, Need.PICTURE, arrived, last_pass, shape, examples=2, owner=owner)


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


class Hall:
    """People whose attempts want pass after pass, served as the engine serves them; an example is a unit of work."""

    def __init__(self, *waiting: Candidate, most: int = 16) -> None:
        self.waiting = {candidate.attempt: candidate for candidate in waiting}
        self._turns, self._most, self._passes = Turns(), most, 0
        self.work: Counter[str] = Counter()
        self.turns = 0

    def serve(self) -> tuple[str, ...]:
        """Make one pass; who had it."""
        had = self._turns.of({candidate.owner for candidate in self.waiting.values()})
        here = [replace(candidate, had=had[candidate.owner]) for candidate in self.waiting.values()]
        self._passes += 1
        chosen = plan(here, self._most).attempts
        self.turns += self.waiting[chosen[0]].examples
        for attempt in chosen:
            candidate = self.waiting[attempt]
            self._turns.charge(candidate.owner, candidate.examples)
            self.work[candidate.owner] += candidate.examples
            self.waiting[attempt] = replace(candidate, last_pass=self._passes)
        return chosen


greedy = st.lists(
    st.tuples(
        st.sampled_from(["Ada", "Lin", "Max"]),
        st.sampled_from(Need),
        st.sampled_from([None, "small", "large"]),
        st.integers(1, 16),
    ),
    min_size=1,
    max_size=12,
).map(
    lambda wishes: [
        Candidate(str(place), need, place, shape=shape, examples=examples, owner=owner)
        for place, (owner, need, shape, examples) in enumerate(wishes, start=1)
    ]
)


@given(greedy, st.integers(1, 80))
def test_of_n_people_each_gets_an_nth_of_the_work_up_to_a_pass(wishes: list[Candidate], passes: int) -> None:
    """Whatever they ask for, of any size; what rides along in somebody's turn comes on top."""
    hall = Hall(*wishes)
    for _ in range(passes):
        hall.serve()
    people, largest = {wish.owner for wish in wishes}, max(wish.examples for wish in wishes)
    assert all(hall.work[owner] >= hall.turns / len(people) - largest for owner in people)


@given(greedy, st.integers(1, 80))
def test_of_n_people_each_gets_an_nth_of_the_passes(wishes: list[Candidate], passes: int) -> None:
    hall = Hall(*(replace(wish, examples=1) for wish in wishes))
    for _ in range(passes):
        hall.serve()
    people = {wish.owner for wish in wishes}
    assert all(hall.work[owner] >= passes // len(people) for owner in people)


@given(greedy, st.integers(0, 50))
def test_whoever_comes_last_is_served_within_a_pass_a_person(wishes: list[Candidate], before: int) -> None:
    hall = Hall(*wishes)
    for _ in range(before):
        hall.serve()
    hall.waiting["new"] = picture("new", 1000, owner="New")
    people = len({wish.owner for wish in wishes})
    assert any("new" in hall.serve() for _ in range(people + 1))


def test_a_short_drawing_is_done_beside_many_long_ones() -> None:
    """Ada's nine are of one shape with it, and then of another: in both it goes on in every second pass at least."""
    for shape in ("small", "large"):
        hall = Hall(*(picture(f"ada {n}", n, shape, owner="Ada") for n in range(1, 10)))
        for _ in range(30):
            hall.serve()
        hall.waiting["max"] = picture("max", 10, owner="Max")
        served = [hall.serve() for _ in range(9)]
        assert sum("max" in chosen for chosen in served) >= 4


def test_who_was_away_catches_nothing_up() -> None:
    ada, lin = (Candidate(name, Need.TRAINING, place, owner=name) for place, name in enumerate(("Ada", "Lin"), start=1))
    hall = Hall(ada)
    for _ in range(100):
        hall.serve()
    hall.waiting["Lin"] = lin
    assert Counter(attempt for _ in range(20) for attempt in hall.serve()) == {"Ada": 10, "Lin": 10}
    del hall.waiting["Ada"]
    for _ in range(100):
        hall.serve()
    hall.waiting["Ada"] = ada
    assert Counter(attempt for _ in range(20) for attempt in hall.serve()) == {"Ada": 10, "Lin": 10}


def test_a_persons_own_pictures_go_before_their_training_and_others_take_turns() -> None:
    waiting = [Candidate("run", Need.TRAINING, 1, owner="Ada"), picture("mine", 2, owner="Ada")]
    assert plan(waiting, 16).attempts == ("mine",)
    hall = Hall(waiting[0], picture("other", 2, shape="large", owner="Max"))
    assert {attempt for _ in range(3) for attempt in hall.serve()} == {"run", "other"}
