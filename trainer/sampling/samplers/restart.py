"""Restart sampling (Xu et al. 2023, arXiv:2306.14878, algorithm 1): noise is added back and a stretch gone again."""

import math
from itertools import pairwise

from torch import Tensor

from trainer.sampling.curves import karras
from trainer.sampling.samplers.euler import heun_step
from trainer.sampling.samplers.stepping import Noise, Sampler

_BACK_FROM, _BACK_TO = 0.1, 2.0  # sigmas, as the web UI chooses them
_FEWEST_STEPS, _STEPS_FOR_TWO = 20, 36


def restart(x: Tensor, sigmas: Tensor, noise: Noise) -> Sampler:
    """Heun's steps; from 20 on, some of them are spent on going from sigma 2 down to 0.1 again (from 36, twice)."""
    reached: float | None = None
    for sigma, following in _route(sigmas.tolist()):
        if reached is not None and reached < sigma:
            x = x + noise() * math.sqrt(sigma**2 - reached**2)
        x = yield from heun_step(x, sigma, following)
        reached = following
    return x


def _route(values: list[float]) -> list[tuple[float, float]]:
    """Every step, as (from, to). The web UI lays Karras's schedule anew, between the same ends."""
    steps = len(values) - 1
    if steps < _FEWEST_STEPS:
        return list(pairwise(values))
    again, times = (steps // 4, 2) if steps >= _STEPS_FOR_TWO else (9, 1)
    down = [*karras(steps - again * times, values[-2], values[0]).float().tolist(), 0.0]
    low, high = _nearest(down, _BACK_FROM), _nearest(down, _BACK_TO)
    if high >= low:
        return list(pairwise(down))
    stretch = list(pairwise(karras(again + 1, down[low], down[high]).float().tolist()))
    return [*pairwise(down[: low + 1]), *stretch * times, *pairwise(down[low:])]


def _nearest(values: list[float], wanted: float) -> int:
    return min(range(len(values)), key=lambda place: abs(values[place] - wanted))
