"""A Brownian path that is the same however it is walked, so that more steps give the same picture, only finer.

Values are made where they are asked for, by halving intervals (Li et al. 2020, arXiv:2001.01328, algorithm 3); each
point's noise has a seed of its own, made from the path's seed and the point's place. It is not torchsde's path: a seed
gives another picture than in the web UI.
"""

import hashlib
import math
from collections.abc import Callable

from torch import Tensor

_HALVINGS = 12  # of an octave of sigma: finer than the steps of a thousand-step schedule
_SEED_BYTES = 8


class BrownianPath:
    """One picture's path over sigma > 0. `draw` gives unit noise of the picture's shape for a seed."""

    def __init__(self, seed: int, draw: Callable[[int], Tensor]) -> None:
        self._seed, self._draw = seed, draw
        self._known: dict[float, Tensor] = {}  # the ends of the last interval, since the next begins there

    def increment(self, low: float, high: float) -> Tensor:
        """W(high) - W(low), of variance high - low."""
        known = {sigma: self._known[sigma] if sigma in self._known else self._within(sigma) for sigma in (low, high)}
        self._known = known
        between = [self._end(octave) for octave in range(_octave(low), _octave(high))]
        return sum(between, known[high] - known[low])

    def _end(self, octave: int) -> Tensor:
        """W at an octave's end, counted from its beginning."""
        return self._noise(octave, "end") * math.sqrt(2.0**octave)

    def _within(self, sigma: float) -> Tensor:
        """W at sigma, counted from the beginning of its octave: halve towards it, then one bridge to it."""
        octave = _octave(sigma)
        low, high = 2.0**octave, 2.0 ** (octave + 1)
        at_high = self._end(octave)
        at_low = at_high * 0
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            at_middle = self._bridge(octave, low, high, at_low, at_high, middle)
            if sigma < middle:
                high, at_high = middle, at_middle
            else:
                low, at_low = middle, at_middle
        return self._bridge(octave, low, high, at_low, at_high, sigma)

    def _bridge(self, octave: int, low: float, high: float, at_low: Tensor, at_high: Tensor, at: float) -> Tensor:
        """W at a point between two known ones: a straight line and noise of variance (at-low)(high-at)/(high-low)."""
        share = (at - low) / (high - low)
        line = at_low + (at_high - at_low) * share
        return line + self._noise(octave, f"{low} {high}") * math.sqrt(share * (high - at))

    def _noise(self, octave: int, place: str) -> Tensor:
        digest = hashlib.blake2b(f"{self._seed} {octave} {place}".encode(), digest_size=_SEED_BYTES).digest()
        return self._draw(int.from_bytes(digest, "big") >> 1)


def _octave(sigma: float) -> int:
    return math.frexp(sigma)[1] - 1
