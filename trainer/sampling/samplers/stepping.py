"""What every sampler is made of: its shape, the noise it may ask for, and the step to less noise than wanted."""

import math
from collections.abc import Generator
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

from torch import Tensor


class Noise(Protocol):
    """Fresh unit noise (B, C, H, W) for every picture of a batch, each from its own seed."""

    def __call__(self) -> Tensor:
        """The next draw."""
        ...

    def between(self, sigma: float, following: float) -> Tensor:
        """Increment of a Brownian path in sigma, divided by its deviation; the same two sigmas give the same noise."""
        ...


@dataclass(frozen=True)
class Guided:
    """What a sampler whose row says `wants_unguided` is sent: clean latents with guidance and without the prompt."""

    denoised: Tensor
    unguided: Tensor


Sampler = Generator[tuple[Tensor, float], Tensor, Tensor]
"""Yields `(x, sigma)` where it wants the model's idea of the clean latents, is sent that, returns the final latents."""


def pairs(sigmas: Tensor) -> list[tuple[float, float]]:
    """Each sigma with the one that follows it."""
    values: list[float] = sigmas.tolist()
    return list(pairwise(values))


def ancestral_split(sigma: float, following: float, eta: float) -> tuple[float, float]:
    """Sigma to step down to, and sigma of the fresh noise, which together make `following`.

    Song et al. 2020a (arXiv:2010.02502), eq. 16, in sigma; eta 1 is DDPM's variance, eta 0 adds nothing.
    """
    up = min(following, eta * following * math.sqrt(max(sigma**2 - following**2, 0.0)) / sigma)
    return math.sqrt(max(following**2 - up**2, 0.0)), up
