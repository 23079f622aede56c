"""Which pass comes next: pure, so that fairness and priority are tested without a model."""

from collections.abc import Sequence
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


@dataclass(frozen=True)
class Plan:
    """One pass, for one or several attempts."""

    need: Need
    attempts: tuple[str, ...]


def plan(candidates: Sequence[Candidate]) -> Plan | None:
    """Pictures before previews before training. A picture once begun is finished first; runs take turns."""
    if not candidates:
        return None
    need = min(candidate.need for candidate in candidates)
    waiting = [candidate for candidate in candidates if candidate.need is need]
    chosen = min(waiting, key=_turn if need is Need.TRAINING else _begun_first)
    return Plan(need, (chosen.attempt,))


def _begun_first(candidate: Candidate) -> tuple[bool, int]:
    return (candidate.last_pass == 0, candidate.arrived)


def _turn(candidate: Candidate) -> tuple[int, int]:
    return (candidate.last_pass, candidate.arrived)
