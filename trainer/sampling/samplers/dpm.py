"""Second-order steps that look once more on the way, halfway in log sigma."""

import math

from torch import Tensor

from trainer.sampling.samplers.stepping import Noise, Sampler, ancestral_split, pairs


def dpm_2(x: Tensor, sigmas: Tensor, noise: Noise) -> Sampler:
    """The midpoint method in log sigma (Karras et al. 2022, table 3 with alpha 1/2 in the time of DPM-Solver-2)."""
    for sigma, following in pairs(sigmas):
        x = yield from _midpoint_step(x, sigma, following)
    return x


def dpm_2_ancestral(x: Tensor, sigmas: Tensor, noise: Noise, eta: float = 1.0) -> Sampler:
    """`dpm_2` to less noise than wanted, then fresh noise."""
    for sigma, following in pairs(sigmas):
        down, up = ancestral_split(sigma, following, eta)
        x = yield from _midpoint_step(x, sigma, down)
        if up > 0:
            x = x + noise() * up
    return x


def dpmpp_2s_ancestral(x: Tensor, sigmas: Tensor, noise: Noise, eta: float = 1.0) -> Sampler:
    """DPM-Solver++(2S) (Lu et al. 2022b, arXiv:2211.01095, algorithm 1, r = 1/2) with fresh noise after each step."""
    for sigma, following in pairs(sigmas):
        down, up = ancestral_split(sigma, following, eta)
        x = yield from _dpmpp_2s_step(x, sigma, down)
        if up > 0:
            x = x + noise() * up
    return x


def _midpoint_step(x: Tensor, sigma: float, target: float) -> Sampler:
    denoised = yield x, sigma
    if target == 0:
        return denoised
    middle = math.sqrt(sigma * target)
    guess = x + (x - denoised) / sigma * (middle - sigma)
    denoised = yield guess, middle
    return x + (guess - denoised) / middle * (target - sigma)


def _dpmpp_2s_step(x: Tensor, sigma: float, target: float) -> Sampler:
    denoised = yield x, sigma
    if target == 0:
        return denoised
    middle = math.sqrt(sigma * target)
    share = middle / sigma
    denoised = yield x * share + denoised * (1 - share), middle
    share = target / sigma
    return x * share + denoised * (1 - share)
