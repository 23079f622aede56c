"""Learning-rate schedules in the web UI's syntax: `0.005:100, 1e-3:1000, 1e-5`.

Needs the standard library only, so that a schedule can be checked before anything heavy starts.
"""

import math
import re
from dataclasses import dataclass
from typing import Literal, NamedTuple

EXAMPLE = "0.005:100, 1e-3:1000, 1e-5"
_DECIMAL_COMMA = re.compile(r"(?:^|[,\s])0,\d[^\s,]*")
"""A rate of 0 is never meant."""
_TO_THE_END = -1  # the web UI's `rate:-1`

Problem = Literal["empty", "not_a_number", "not_positive", "not_a_step", "comma", "not_rising", "ends_early"]


class BadSchedule(Exception):
    """A schedule cannot be followed; `problem`, `part` and `ends_at` let a reply say so in another language."""

    def __init__(self, problem: Problem, sentence: str, part: str = "", ends_at: int | None = None) -> None:
        super().__init__(f"{sentence} Example: {EXAMPLE}.")
        self.problem = problem
        self.part = part
        self.ends_at = ends_at


class _Part(NamedTuple):
    written: str
    rate: float
    step: int


@dataclass(frozen=True)
class _Stretch:
    rate: float
    end: int
    """First step, from 0, that the rate no longer holds for."""


@dataclass(frozen=True)
class LearningRates:
    """Rates over the steps of one run: what the schedule says, brought in by a warm-up, let out by a cosine."""

    stretches: tuple[_Stretch, ...]
    steps: int
    warmup: int = 0
    """Steps over which the rate rises to the schedule's."""
    cosine: bool = False
    """Half a cosine over the whole run, from the schedule's rate to nothing (Loshchilov & Hutter 2017, equation 5)."""

    def at(self, step: int) -> float:
        """Rate of the update that follows `step` finished ones; after the last step the last rate."""
        rate = next((stretch.rate for stretch in self.stretches if step < stretch.end), self.stretches[-1].rate)
        if step < self.warmup:
            rate *= (step + 1) / self.warmup
        return rate * (1 + math.cos(math.pi * step / self.steps)) / 2 if self.cosine else rate


def parse_schedule(text: str, steps: int, start: int = 0, *, warmup: int = 0, cosine: bool = False) -> LearningRates:
    """Rates from step `start` to `steps`; stretches that lie before `start` are dropped.

    The web UI's rules, except where it would guess: it ends the run early when the schedule does, reads `a:b:c` as
    `a`, and holds a stretch that ends before the one before it for one step. Raises BadSchedule for these as well.
    """
    stretches = _until(_parse_parts(text), steps)
    last = stretches[-1].end
    if last < steps:
        raise BadSchedule("ends_early", f"The schedule ends at step {last} but the run has {steps}.", ends_at=last)
    left = [stretch for stretch in stretches if stretch.end > start]
    # A run resumed after its last step has nothing left to do.
    return LearningRates(tuple(left or stretches[-1:]), steps, warmup, cosine)


def _parse_parts(text: str) -> list[_Part]:
    if comma := _DECIMAL_COMMA.search(text):
        written = comma.group().strip(", ")
        raise BadSchedule("comma", f'"{written}" needs a point in place of its comma.', written)
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not parts:
        raise BadSchedule("empty", "The schedule is empty.")
    return [_parse_part(part) for part in parts]


def _parse_part(part: str) -> _Part:
    rate, colon, step = (piece.strip() for piece in part.partition(":"))
    return _Part(part, _parse_rate(rate, part), _parse_step(step, part) if colon else _TO_THE_END)


def _parse_rate(rate: str, part: str) -> float:
    try:
        value = float(rate)
    except ValueError:
        raise BadSchedule("not_a_number", f'"{rate}" is not a number.', part) from None
    if not (math.isfinite(value) and value > 0):
        raise BadSchedule("not_positive", f'"{rate}" is not a rate: it must be more than 0 and finite.', part)
    return value


def _parse_step(step: str, part: str) -> int:
    if step == str(_TO_THE_END):
        return _TO_THE_END
    if not (step.isdecimal() and step.isascii()) or len(step) > 9:
        raise BadSchedule("not_a_step", f'"{step}" is not a step: it must be a whole number.', part)
    return int(step)


def _until(parts: list[_Part], steps: int) -> list[_Stretch]:
    """Stretches up to the first that reaches the last step; what is written after it is not used."""
    stretches: list[_Stretch] = []
    for written, rate, step in parts:
        end = steps if step == _TO_THE_END else min(step, steps)
        if stretches and end <= stretches[-1].end:
            sentence = f"Step {step} does not come after step {stretches[-1].end}."
            raise BadSchedule("not_rising", sentence, written)
        stretches.append(_Stretch(rate, end))
        if end == steps:
            break
    return stretches
