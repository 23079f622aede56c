"""Samplers that look once a step and remember what they saw before."""

import math

from torch import Tensor

from trainer.sampling.samplers.stepping import Noise, Sampler, pairs

_LMS_ORDER = 4
_GAUSS = 1 / math.sqrt(3)  # two-point Gauss-Legendre quadrature is exact for the cubics of order 4


def dpmpp_2m(x: Tensor, sigmas: Tensor, noise: Noise) -> Sampler:
    """DPM-Solver++(2M) (Lu et al. 2022b, arXiv:2211.01095, algorithm 2) in sigma: lambda = -log sigma, alpha = 1."""
    earlier: tuple[Tensor, float] | None = None
    for sigma, following in pairs(sigmas):
        denoised = yield x, sigma
        if following == 0:
            return denoised
        h = math.log(sigma / following)
        estimate = denoised
        if earlier is not None:
            earlier_denoised, earlier_h = earlier
            estimate = denoised + (denoised - earlier_denoised) * (h / (2 * earlier_h))
        x = x * (following / sigma) - estimate * math.expm1(-h)
        earlier = denoised, h
    return x


def lms(x: Tensor, sigmas: Tensor, noise: Noise) -> Sampler:
    """Linear multistep (Adams-Bashforth, order 4) on unequal steps in sigma: Lagrange's polynomial, integrated."""
    slopes: list[Tensor] = []  # newest first
    past: list[float] = []
    for sigma, following in pairs(sigmas):
        denoised = yield x, sigma
        slopes = [(x - denoised) / sigma, *slopes[: _LMS_ORDER - 1]]
        past = [sigma, *past[: _LMS_ORDER - 1]]
        for place, slope in enumerate(slopes):
            x = x + slope * _weight(past, place, following)
    return x


def _weight(past: list[float], place: int, following: float) -> float:
    """Integral from `past[0]` to `following` of the polynomial that is 1 at `past[place]` and 0 at the others."""
    middle, half = (past[0] + following) / 2, (following - past[0]) / 2
    return half * sum(_lagrange(past, place, middle + half * node) for node in (-_GAUSS, _GAUSS))


def _lagrange(past: list[float], place: int, at: float) -> float:
    return math.prod((at - other) / (past[place] - other) for k, other in enumerate(past) if k != place)
