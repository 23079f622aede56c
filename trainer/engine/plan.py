"""Which pass comes next, and for whom: pure, so that fairness and priority are tested without a model."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from enum import IntEnum


class Need(IntEnum):
    """What an attempt wants of the model next; a lower number goes first."""

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


@dataclass(frozen=True)
class Plan:
    """One pass, for one or several attempts."""

    need: Need
    attempts: tuple[str, ...]


def plan(candidates: Sequence[Candidate], most_examples: int) -> Plan | None:
    """Pictures before previews before training. A picture once begun goes before later ones; runs take turns.

    Whoever's turn it is takes along, in the order of their turns, those who fit into the same pass. A picture is not
    begun in another's company while one that came earlier still waits: it would wait for ever longer.
    """
    if not candidates:
        return None
    need = min(candidate.need for candidate in candidates)
    waiting = [candidate for candidate in candidates if candidate.need is need]
    first, *others = sorted(waiting, key=_turn if need is Need.TRAINING else _begun_first)
    together, examples = [first], first.examples
    for other in others:
        if first.shape is not None and other.shape == first.shape and examples + other.examples <= most_examples:
            together.append(other)
            examples += other.examples
        elif need is Need.PICTURE and other.last_pass == 0:
            break
    return Plan(need, tuple(candidate.attempt for candidate in together))


def _begun_first(candidate: Candidate) -> tuple[bool, int]:
    return (candidate.last_pass == 0, candidate.arrived)


def _turn(candidate: Candidate) -> tuple[int, int]:
    return (candidate.last_pass, candidate.arrived)
