"""Two sides timed in turn, so that a slow moment of the machine strikes both."""

import statistics
import time
from collections.abc import Callable

Side = Callable[[], object]


def seconds_of(side: Side) -> float:
    began = time.perf_counter()
    side()
    return time.perf_counter() - began


def ratio(ours: Side, theirs: Side, pairs: int, warm_up: int = 2) -> float:
    """Median over pairs of ours ÷ theirs, A B A B …; the first `warm_up` pairs do not count."""
    ratios = [seconds_of(ours) / seconds_of(theirs) for _ in range(warm_up + pairs)]
    return statistics.median(ratios[warm_up:])
