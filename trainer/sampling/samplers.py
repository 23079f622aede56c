"""Samplers: from noise to a picture's latents.

Each is a generator, so that the engine can put training passes between two of its steps. It yields `(x, sigma)` where
it wants the model's idea of the clean picture, is sent that, and returns the final latents. All work on latents whose
noise has standard deviation sigma (Karras et al. 2022, "Elucidating the Design Space of Diffusion-Based Generative
Models", with scale s(t) = 1), and start from unit noise times the first sigma.
"""

import math
from collections.abc import Callable, Generator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import torch

Sampler = Generator[tuple[torch.Tensor, float], torch.Tensor, torch.Tensor]
Noise = Callable[[], torch.Tensor]


class UnknownSampler(Exception):
    """No sampler goes by this name."""


def euler(x: torch.Tensor, sigmas: torch.Tensor, noise: Noise) -> Sampler:
    """Euler's method on the probability-flow ODE dx/dsigma = (x - denoised) / sigma (Karras et al. 2022, eq. 3)."""
    for sigma, following in _pairs(sigmas):
        denoised = yield x, sigma
        x = x + (x - denoised) / sigma * (following - sigma)
    return x


def euler_ancestral(x: torch.Tensor, sigmas: torch.Tensor, noise: Noise) -> Sampler:
    """Euler's step to less noise than wanted, then fresh noise (DDPM's variance, Song et al. 2020b, sec. 3.4)."""
    for sigma, following in _pairs(sigmas):
        denoised = yield x, sigma
        down, up = _ancestral_split(sigma, following)
        x = x + (x - denoised) / sigma * (down - sigma)
        if following > 0:
            x = x + noise() * up
    return x


def heun(x: torch.Tensor, sigmas: torch.Tensor, noise: Noise) -> Sampler:
    """Heun's second-order method (Karras et al. 2022, algorithm 1); the last step, to sigma 0, is Euler's."""
    for sigma, following in _pairs(sigmas):
        denoised = yield x, sigma
        slope = (x - denoised) / sigma
        guess = x + slope * (following - sigma)
        if following > 0:
            denoised = yield guess, following
            slope = (slope + (guess - denoised) / following) / 2
        x = x + slope * (following - sigma)
    return x


def dpmpp_2m(x: torch.Tensor, sigmas: torch.Tensor, noise: Noise) -> Sampler:
    """DPM-Solver++(2M) (Lu et al. 2022, arXiv:2211.01095, algorithm 2) in sigma: lambda = -log sigma, alpha = 1."""
    earlier: tuple[torch.Tensor, float] | None = None
    for sigma, following in _pairs(sigmas):
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


def ddim(x: torch.Tensor, sigmas: torch.Tensor, noise: Noise) -> Sampler:
    """DDIM with eta 0 (Song et al. 2020a, arXiv:2010.02502, eq. 12), which in sigma is Euler's method (eq. 14).

    The web UI starts it from unit noise in DDIM's own scale, x / sqrt(1 + sigma^2), and leaves the last latents in it.
    """
    first, last = float(sigmas[0]), float(sigmas[-1])
    x = yield from euler(x * (math.sqrt(1 + first**2) / first), sigmas, noise)
    return x / math.sqrt(1 + last**2)


def _pairs(sigmas: torch.Tensor) -> list[tuple[float, float]]:
    values: list[float] = sigmas.tolist()
    return list(pairwise(values))


def _ancestral_split(sigma: float, following: float) -> tuple[float, float]:
    """Sigma to step down to, and sigma of the fresh noise, which together make `following`."""
    up = following * math.sqrt(max(sigma**2 - following**2, 0.0)) / sigma
    return math.sqrt(max(following**2 - up**2, 0.0)), up


@dataclass(frozen=True)
class SamplerRow:
    """A sampler as people choose it: the web UI's name, other programs' names for it, its default noise schedule."""

    name: str
    aliases: tuple[str, ...]
    sample: Callable[[torch.Tensor, torch.Tensor, Noise], Sampler]
    schedule: Literal["uniform", "karras", "ddim"]


_ROWS = (
    SamplerRow("Euler a", ("k_euler_a", "k_euler_ancestral", "euler ancestral"), euler_ancestral, "uniform"),
    SamplerRow("Euler", ("k_euler",), euler, "uniform"),
    SamplerRow("Heun", ("k_heun",), heun, "uniform"),
    # Before the web UI's 1.9 the schedule was a part of the name.
    SamplerRow("DPM++ 2M", ("k_dpmpp_2m", "k_dpmpp_2m_ka", "dpm++ 2m karras"), dpmpp_2m, "karras"),
    SamplerRow("DDIM", (), ddim, "ddim"),
)
SAMPLERS: dict[str, SamplerRow] = {row.name: row for row in _ROWS}


def find_sampler(name: str) -> SamplerRow:
    """Row by name or alias, without regard to case. Raises UnknownSampler, whose text lists the names there are."""
    wanted = name.strip().lower()
    for row in _ROWS:
        if wanted in (row.name.lower(), *row.aliases):
            return row
    raise UnknownSampler(f'No sampler is called "{name}". There are {", ".join(SAMPLERS)}.')
