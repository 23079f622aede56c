"""Sampling of latent consistency models (Luo et al. 2023, arXiv:2310.04378, algorithm 3)."""

from torch import Tensor

from trainer.sampling.samplers.stepping import Noise, Sampler, pairs


def lcm(x: Tensor, sigmas: Tensor, noise: Noise) -> Sampler:
    """Jump to the clean picture, add the next sigma's noise. The paper's c_skip is below 1e-5 here and left out."""
    for sigma, following in pairs(sigmas):
        x = yield x, sigma
        if following > 0:
            x = x + noise() * following
    return x
