"""Four runs that share passes beside the same four one after another."""

import statistics
from collections.abc import Iterable, Sequence

from bench.models import random_sd15, small
from bench.pairs import Side, seconds_of
from bench.requests import pictures_of, training
from bench.training_step import BareStep
from bench.turns import watch
from trainer.models.family import Family
from trainer.protocol import Control, Pause, Preview, Resume, Told, TrainRequest, Validated

_ENDLESS = 100_000
_SUBJECTS = ("owl", "cactus", "robot", "rocket")
_UNSETTLED = 2
_SD15 = {"size": 256, "rounds": 2, "turns": 6}


def small_x4() -> float:
    return _gain(small(), size=128, rounds=12, turns=6)


def sd15_x4() -> float:
    return _gain(random_sd15(native_size=128), **_SD15)


def sd15_x4_over_bare() -> float:
    """The gain ÷ that of bare steps, timed in the same rounds: what of the machine's own gain arrives."""
    model = random_sd15(native_size=128)
    return _gain(model, **_SD15) / _bare_gain(model, **_SD15)


class Rounds:
    """Turn and turn about: all runs together, then the first alone while the others are paused."""

    def __init__(self, names: Sequence[str], rounds: int, turns: int) -> None:
        """Of each round's `turns`, the first do not count: they obey the controls, and meet memory of another size."""
        self._names, self._rounds, self._turns = names, rounds, turns
        self._previews = 0
        self._seconds: list[list[float]] = []

    def __call__(self, seconds: float, told: Sequence[Told]) -> Iterable[Control] | None:
        self._previews += sum(isinstance(message, Preview) for message in told)
        if self._previews < len(self._names):
            return ()
        if self._seconds and not any(isinstance(message, Validated) for message in told):
            self._seconds[-1].append(seconds)
        if self._seconds and len(self._seconds[-1]) < self._turns:
            return ()
        if len(self._seconds) == 2 * self._rounds:
            return None
        self._seconds.append([])
        change = Resume if len(self._seconds) % 2 else Pause
        return [] if len(self._seconds) == 1 else [change(attempt=name) for name in self._names[1:]]

    def gains(self) -> list[float]:
        """Examples a second together ÷ in line, of each round."""
        turn = [statistics.median(seconds[_UNSETTLED:]) for seconds in self._seconds]
        return [len(self._names) * alone / together for together, alone in zip(turn[::2], turn[1::2], strict=True)]


def _bare_gain(model: Family, size: int, rounds: int, turns: int) -> float:
    """One step of as many examples as there are subjects, beside as many of one."""
    together, alone = (BareStep(model, size, batch_size) for batch_size in (len(_SUBJECTS), 1))
    gains = [len(_SUBJECTS) * _settled(alone, turns) / _settled(together, turns) for _ in range(rounds)]
    return statistics.median(gains)


def _settled(side: Side, turns: int) -> float:
    return statistics.median([seconds_of(side) for _ in range(turns)][_UNSETTLED:])


def _gain(model: Family, size: int, rounds: int, turns: int) -> float:
    requests = [_run(subject, size) for subject in _SUBJECTS]
    watcher = Rounds([request.name for request in requests], rounds, turns)
    watch(model, requests, watcher)
    return statistics.median(watcher.gains())


def _run(subject: str, size: int) -> TrainRequest:
    return training(subject, _ENDLESS, size=size, batch_size=1, pictures=pictures_of(subject, most=1))
