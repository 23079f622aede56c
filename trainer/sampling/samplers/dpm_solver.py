"""DPM-Solver of orders 1 to 3 (Lu et al. 2022a, arXiv:2206.00927, algorithms 1, 2 and 4) in sigma: lambda = -log sigma.

Both samplers go from the first sigma to the last and leave the noise of the last in the latents, as in the web UI.
"""

import math
from collections.abc import Generator

import torch
from torch import Tensor

from trainer.sampling.samplers.stepping import Noise, Sampler, ancestral_split, pairs

_FIRST_STEP = 0.05  # of lambda
_RELATIVE, _ABSOLUTE = 0.05, 0.0078  # tolerances, Lu et al. 2022a, sec. 3.4: 0.05 and one of 256 grey levels, halved
_ACCEPTED_FROM = 0.81
_CLOSE_ENOUGH = 1e-5  # of lambda

Look = Generator[tuple[Tensor, float], Tensor, Tensor]
WithGap = Generator[tuple[Tensor, float], Tensor, tuple[Tensor, Tensor]]


def dpm_fast(x: Tensor, sigmas: Tensor, noise: Noise, eta: float = 1.0) -> Sampler:
    """DPM-Solver-fast (Lu et al. 2022a, sec. 3.4): as many looks as there are steps, three to a step of order 3."""
    orders = _orders(len(sigmas) - 1)
    first, last = float(sigmas[0]), float(sigmas[-1])
    lambdas = torch.linspace(-math.log(first), -math.log(last), len(orders) + 1, dtype=torch.float64)
    for order, (sigma, following) in zip(orders, pairs((-lambdas).exp()), strict=True):
        target, up = _split(sigma, following, last, eta)
        x = yield from _step(x, sigma, target, order)
        if up > 0:
            x = x + noise() * up
    return x


def dpm_adaptive(x: Tensor, sigmas: Tensor, noise: Noise, eta: float = 1.0) -> Sampler:
    """Order 3, held against order 2 to choose the size of the step (Lu et al. 2022a, algorithm 3).

    The number of steps asked for does not matter. A batch shares the size of its steps, so that a picture in it is not
    the one drawn alone; the row says `alone` for that reason.
    """
    first, last = float(sigmas[0]), float(sigmas[-1])
    at, end, size, before = -math.log(first), -math.log(last), _FIRST_STEP, x
    if at >= end - _CLOSE_ENOUGH:
        yield x, first  # there is no way to go, but whoever draws waits for a question
    while at < end - _CLOSE_ENOUGH:
        reached = min(end, at + size)
        target, up = _split(math.exp(-at), math.exp(-reached), last, eta)
        high, gap = yield from _third_order(x, math.exp(-at), target)
        low = high + gap
        error = _error(gap, low, before)
        if not math.isfinite(error):
            return high  # nothing smaller would help, and the loop would not end
        factor = _limited((1 / (error + 1e-8)) ** (1 / (1.5 if eta else 3)))
        if factor >= _ACCEPTED_FROM:
            x, before, at = high if up == 0 else high + noise() * up, low, reached
        size *= factor
    return x


def _orders(looks: int) -> list[int]:
    steps = looks // 3 + 1
    return [3] * (steps - 2) + [2, 1] if looks % 3 == 0 else [3] * (steps - 1) + [looks % 3]


def _split(sigma: float, following: float, last: float, eta: float) -> tuple[float, float]:
    """As `ancestral_split`, but never below the last sigma."""
    if eta == 0:
        return following, 0.0
    target = max(last, ancestral_split(sigma, following, eta)[0])
    return target, math.sqrt(max(following**2 - target**2, 0.0))


def _step(x: Tensor, sigma: float, target: float, order: int) -> Sampler:
    if order == 3:
        x, _ = yield from _third_order(x, sigma, target)
        return x
    slope = yield from _slope(x, sigma)
    if order == 1:
        return x + slope * (target - sigma)
    middle = math.sqrt(sigma * target)
    at_middle = yield from _slope(x + slope * (middle - sigma), middle)
    return x + at_middle * (target - sigma)


def _third_order(x: Tensor, sigma: float, target: float) -> WithGap:
    """From looks at 0, 1/3 and 2/3 of the way in lambda; and how far the estimate of order 2 is from it."""
    h = math.log(sigma / target)
    third, two_thirds = sigma * math.exp(-h / 3), sigma * math.exp(-h * 2 / 3)
    slope = yield from _slope(x, sigma)
    early = (yield from _slope(x + slope * (third - sigma), third)) - slope
    guess = x + slope * (two_thirds - sigma) - early * (2 * two_thirds * _phi(h * 2 / 3))
    late = (yield from _slope(guess, two_thirds)) - slope
    bend = late * (-1.5 * target * _phi(h))
    # The gap is made of the bends alone: as a difference of latents it would be mostly their rounding.
    return x + slope * (target - sigma) + bend, early * (1.5 * (target - sigma)) - bend


def _slope(x: Tensor, sigma: float) -> Look:
    """The noise in x, which is dx/dsigma."""
    denoised = yield x, sigma
    return (x - denoised) / sigma


def _phi(h: float) -> float:
    return math.expm1(h) / h - 1


def _error(gap: Tensor, low: Tensor, before: Tensor) -> float:
    """Root mean square of the gap between the orders, in units of what is tolerated."""
    tolerated = (_RELATIVE * low.abs().maximum(before.abs())).clamp(min=_ABSOLUTE)
    return float((gap / tolerated).square().mean().sqrt())


def _limited(factor: float) -> float:
    """Near 1 as it is; never below 0.2 or above 2.6 (Söderlind 2003's limiter)."""
    return 1 + math.atan(factor - 1)
