"""A Brownian path that is the same however it is walked, and the same as in other programs: torchsde's tree.

Values are made where they are asked for, by halving intervals (Li et al. 2020, arXiv:2001.01328, algorithm 3); the
numbers are those of torchsde 0.2.6, which k-diffusion's SDE samplers take their noise from, so that a seed gives the
web UI's picture. docs/experiments.md says how near it comes.
"""

import math
from collections.abc import Callable

import numpy as np
from torch import Tensor

_DIGITS = 6
"""Decimals that torchsde keeps of a time."""
_POOL = 24
"""Words of entropy in numpy's SeedSequence, torchsde's choice."""


class BrownianTree:
    """One picture's path over sigma. `draw` gives unit noise of the picture's shape for a seed of 32 bits."""

    def __init__(self, seed: int, span: tuple[float, float], draw: Callable[[int], Tensor]) -> None:
        """`span` are the smallest sigma above 0 and the largest of the whole schedule; the path is 0 at the first."""
        self._seed, self._draw = seed, draw
        self._low, self._high = (round(sigma, _DIGITS) for sigma in span)
        self._known: dict[float, Tensor] = {}  # the ends of the last interval, since the next begins there

    def increment(self, low: float, high: float) -> Tensor:
        """W(high) - W(low), of variance high - low; outside the span the path stands still."""
        times = [min(max(round(sigma, _DIGITS), self._low), self._high) for sigma in (low, high)]
        self._known = {time: self._known[time] if time in self._known else self._at(time) for time in times}
        return self._known[times[1]] - self._known[times[0]]

    def _at(self, time: float) -> Tensor:
        """W(time): down the tree to the interval that ends there, adding up what lies before it."""
        low, high, key, depth = self._low, self._high, 0, 0
        increment = self._draw(self._word()) * math.sqrt(high - low)
        before = increment * 0
        while low < time < high:
            middle = round((low + high) / 2, _DIGITS)
            # The bridge's middle: a straight line and noise of variance (middle - low)(high - middle) / (high - low).
            deviation = math.sqrt((middle - low) * (high - middle) / (high - low))
            left = increment * ((middle - low) / (high - low)) + self._draw(self._word(key, depth)) * deviation
            if time < middle:
                high, increment, key = middle, left, 2 * key
            else:
                low, increment, key = middle, increment - left, 2 * key + 1
                before = before + left
            depth += 1
        return before if time <= low else before + increment

    def _word(self, *place: int) -> int:
        """The seed of a place in the tree, (key, depth), or of the whole."""
        sequence = np.random.SeedSequence(entropy=self._seed, spawn_key=place, pool_size=_POOL)
        return int(sequence.generate_state(1)[0])
