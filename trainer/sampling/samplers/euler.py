"""Euler's and Heun's methods on the flow dx/dsigma = (x - denoised) / sigma (Karras et al. 2022, eq. 3)."""

from torch import Tensor

from trainer.sampling.samplers.stepping import Noise, Sampler, ancestral_split, pairs


def euler(x: Tensor, sigmas: Tensor, noise: Noise) -> Sampler:
    """Euler's method."""
    for sigma, following in pairs(sigmas):
        denoised = yield x, sigma
        x = x + (x - denoised) / sigma * (following - sigma)
    return x


def euler_ancestral(x: Tensor, sigmas: Tensor, noise: Noise, eta: float = 1.0) -> Sampler:
    """Euler's step to less noise than wanted, then fresh noise (DDPM's variance, Song et al. 2020b, sec. 3.4)."""
    for sigma, following in pairs(sigmas):
        denoised = yield x, sigma
        down, up = ancestral_split(sigma, following, eta)
        x = x + (x - denoised) / sigma * (down - sigma)
        if up > 0:
            x = x + noise() * up
    return x


def heun(x: Tensor, sigmas: Tensor, noise: Noise) -> Sampler:
    """Heun's second-order method (Karras et al. 2022, algorithm 1)."""
    for sigma, following in pairs(sigmas):
        x = yield from heun_step(x, sigma, following)
    return x


def heun_step(x: Tensor, sigma: float, following: float) -> Sampler:
    """One step of two looks; the one to sigma 0 is Euler's, since the slope is not defined there."""
    denoised = yield x, sigma
    slope = (x - denoised) / sigma
    guess = x + slope * (following - sigma)
    if following > 0:
        denoised = yield guess, following
        slope = (slope + (guess - denoised) / following) / 2
    return x + slope * (following - sigma)
