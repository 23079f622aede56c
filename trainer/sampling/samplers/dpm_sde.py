"""DPM-Solver++ for the reverse SDE (Lu et al. 2022b, arXiv:2211.01095, sec. 6 and appendix), lambda = -log sigma.

`eta` scales the noise: 0 is the ODE, 1 the SDE. The noise is a Brownian path's, which the noise source keeps.
"""

import math

import torch
from torch import Tensor

from trainer.sampling.samplers.stepping import Noise, Sampler, ancestral_split, pairs


def dpmpp_sde(x: Tensor, sigmas: Tensor, noise: Noise, eta: float = 1.0) -> Sampler:
    """The single-step form of order 2 with a look halfway in lambda; twice the looks of the others."""
    for sigma, following in pairs(sigmas):
        denoised = yield x, sigma
        if following == 0:
            return denoised
        start, middle, end = _in_lambda(sigma, following)
        guess = _noisy_step(x, denoised, start, middle, noise, eta)
        denoised = yield guess, middle
        x = _noisy_step(x, denoised, start, end, noise, eta)
    return x


def dpmpp_2m_sde(x: Tensor, sigmas: Tensor, noise: Noise, eta: float = 1.0) -> Sampler:
    """SDE-DPM-Solver++(2M), the midpoint's correction."""
    return (yield from _two_looks_back(x, sigmas, noise, eta, heun=False))


def dpmpp_2m_sde_heun(x: Tensor, sigmas: Tensor, noise: Noise, eta: float = 1.0) -> Sampler:
    """SDE-DPM-Solver++(2M) with the correction integrated exactly, which the web UI calls Heun."""
    return (yield from _two_looks_back(x, sigmas, noise, eta, heun=True))


def dpmpp_3m_sde(x: Tensor, sigmas: Tensor, noise: Noise, eta: float = 1.0) -> Sampler:
    """Order 3 from the last three looks by Newton's differences, the second counted half, as in k-diffusion."""
    past: list[tuple[Tensor, float]] = []  # denoised and the step taken after it, newest first
    for sigma, following in pairs(sigmas):
        denoised = yield x, sigma
        if following == 0:
            return denoised
        h = math.log(sigma / following)
        x = x * math.exp(-h * (1 + eta)) - denoised * math.expm1(-h * (1 + eta)) + _bend(denoised, past, h, eta)
        x = _with_noise(x, sigma, following, noise, eta)
        past = [(denoised, h), *past[:1]]
    return x


def _in_lambda(sigma: float, following: float) -> list[float]:
    """The two sigmas and the one halfway in lambda, each by way of lambda in single precision, as k-diffusion has them.

    The Brownian path's times have six decimals, so their last one counts.
    """
    start, end = -torch.tensor([sigma, following]).log()
    return (-torch.stack([start, start + 0.5 * (end - start), end])).exp().tolist()


def _two_looks_back(x: Tensor, sigmas: Tensor, noise: Noise, eta: float, heun: bool) -> Sampler:
    before: tuple[Tensor, float] | None = None
    for sigma, following in pairs(sigmas):
        denoised = yield x, sigma
        if following == 0:
            return denoised
        h = math.log(sigma / following)
        reach = h * (1 + eta)
        x = x * math.exp(-reach) - denoised * math.expm1(-reach)
        if before is not None:
            share = _phi_2(reach) if heun else -0.5 * math.expm1(-reach)
            x = x + (denoised - before[0]) * (share * h / before[1])
        x = _with_noise(x, sigma, following, noise, eta)
        before = denoised, h
    return x


def _bend(denoised: Tensor, past: list[tuple[Tensor, float]], h: float, eta: float) -> Tensor | float:
    """What first and second differences of the looks add to a step."""
    if not past:
        return 0.0
    reach = h * (1 + eta)
    newest = (denoised - past[0][0]) / (past[0][1] / h)
    if len(past) == 1:
        return newest * _phi_2(reach)
    near, far = past[0][1] / h, past[1][1] / h
    older = (past[0][0] - past[1][0]) / far
    second = (newest - older) / (near + far)
    first = newest + second * near
    return first * _phi_2(reach) - second * (_phi_2(reach) / reach - 0.5)


def _phi_2(reach: float) -> float:
    return math.expm1(-reach) / reach + 1


def _with_noise(x: Tensor, sigma: float, following: float, noise: Noise, eta: float) -> Tensor:
    if eta == 0:
        return x
    h = math.log(sigma / following)
    return x + noise.between(sigma, following) * (following * math.sqrt(-math.expm1(-2 * eta * h)))


def _noisy_step(x: Tensor, denoised: Tensor, sigma: float, following: float, noise: Noise, eta: float) -> Tensor:
    """Exact step for a fixed idea of the clean picture, to less noise than wanted; then the path's noise."""
    down, up = ancestral_split(sigma, following, eta)
    x = denoised + (x - denoised) * (down / sigma)
    return x if up == 0 else x + noise.between(sigma, following) * up
