"""Which pass comes next, and for whom: pure, so that fairness and priority are tested without a model."""

from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass
from enum import IntEnum


class Need(IntEnum):
    """What an attempt wants of the model next; a person's lower number goes first."""

    PICTURE = 0
    PREVIEW = 1
    TRAINING = 2


@dataclass(frozen=True)
class Candidate:
    """An attempt that could use the next pass. `last_pass` is the number of the last one it had, 0 if none."""

    attempt: str
    need: Need
    arrived: int
    last_pass: int = 0
    shape: Hashable = None
    """Attempts whose passes have one shape can share one; None shares with nobody."""
    examples: int = 1
    """What it would put into the pass."""
    owner: str = ""
    had: float = 0.0
    """How much of the model its owner has had, as `Turns` counts it."""


@dataclass(frozen=True)
class Plan:
    """One pass, for one or several attempts."""

    need: Need
    attempts: tuple[str, ...]


class Turns:
    """How much of the model each person has had, in the work of their parts of passes (start-time fair queueing).

    Whoever has had least is next. So of n people who always want more, each gets an nth of the work, give or take one
    pass, whatever the others ask for and in however many pieces. Who was away has no claim to what was missed.
    """

    def __init__(self) -> None:
        self._had: dict[str, float] = {}

    def of(self, owners: Collection[str]) -> dict[str, float]:
        """What each of those who want passes now has had. A newcomer begins where the last in the row stands."""
        staying = {owner: had for owner, had in self._had.items() if owner in owners}
        least = min(staying.values(), default=0.0)
        self._had = {owner: staying.get(owner, least) for owner in owners}
        return self._had

    def charge(self, owner: str, work: float) -> None:
        self._had[owner] = self._had.get(owner, 0.0) + work


def plan(candidates: Sequence[Candidate], most_examples: int) -> Plan | None:
    """The turn is the person's who has had least; their pictures go before their previews before their training.

    Of a person's pictures one once begun goes before later ones; their runs take turns. Whoever's turn it is takes
    along, in the order of their turns, those who fit into the same pass. Only a person's own order holds there: a
    picture is not begun in others' company while an earlier one of its owner still waits, which would wait for ever.
    """
    if not candidates:
        return None
    first, *others = sorted(candidates, key=_turn)
    together, examples, waiting = [first], first.examples, set[str]()
    for other in others:
        if other.need is not first.need:
            continue
        unbegun = other.need is Need.PICTURE and other.last_pass == 0
        fits = first.shape is not None and other.shape == first.shape and examples + other.examples <= most_examples
        if fits and not (unbegun and other.owner in waiting):
            together.append(other)
            examples += other.examples
        elif unbegun:
            waiting.add(other.owner)
    return Plan(first.need, tuple(candidate.attempt for candidate in together))


def _turn(candidate: Candidate) -> tuple[float, int, int, int]:
    turn = candidate.last_pass if candidate.need is Need.TRAINING else int(candidate.last_pass == 0)
    return (candidate.had, candidate.need, turn, candidate.arrived)
