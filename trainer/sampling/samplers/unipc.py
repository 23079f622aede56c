"""UniPC (Zhao et al. 2023, arXiv:2302.04867, algorithms 5 and 6): predict, look, correct, with one look a step."""

import math

import numpy as np
from torch import Tensor

from trainer.sampling.samplers.stepping import Noise, Sampler

_ORDER = 3
Looks = list[tuple[float, Tensor]]
"""Sigma and what was seen there, newest first."""


def unipc(x: Tensor, sigmas: Tensor, noise: Noise) -> Sampler:
    """Order 3 with B(h) = h ("bh1"), data prediction, lower orders at both ends, no correction after the last step."""
    values: list[float] = sigmas.tolist()
    steps = len(values) - 1
    denoised = yield x, values[0]
    looks: Looks = [(values[0], denoised)]
    for step, sigma in enumerate(values[1:], 1):
        looks = looks[: min(_ORDER, step, steps + 1 - step)]
        predicted = _moved(x, looks, sigma, None)
        if step == steps:
            return predicted
        denoised = yield predicted, sigma
        x = _moved(x, looks, sigma, denoised)
        looks = [(sigma, denoised), *looks] if len(looks) < _ORDER else [(sigma, denoised), *looks[: _ORDER - 1]]
    return denoised


def _moved(x: Tensor, looks: Looks, sigma: float, seen: Tensor | None) -> Tensor:
    """x carried to `sigma`; `seen`, the look at the predicted point, makes it the corrector's."""
    start, newest = looks[0]
    h = math.log(start / sigma)
    ratios = [math.log(start / past) / h for past, _ in looks[1:]]
    bends = [(look - newest) / ratio for (_, look), ratio in zip(looks[1:], ratios, strict=True)]
    if seen is not None:
        ratios, bends = [*ratios, 1.0], [*bends, seen - newest]
    x = x * (sigma / start) - newest * math.expm1(-h)
    for weight, bend in zip(_weights(ratios, h), bends, strict=True):
        x = x + bend * (h * weight)
    return x


def _weights(ratios: list[float], h: float) -> list[float]:
    """Solve eq. 5 of the paper; with one difference it is 1/2, the authors' choice, which keeps the order."""
    if len(ratios) < 2:
        return [0.5] * len(ratios)
    phi, factorial, wanted = math.expm1(-h) / -h - 1, 1, []
    for order in range(1, len(ratios) + 1):
        wanted.append(phi * factorial / -h)
        factorial *= order + 1
        phi = phi / -h - 1 / factorial
    solved: list[float] = np.linalg.solve(np.vander(ratios, increasing=True).T, wanted).tolist()
    return solved
