"""Drives a sampler, and its reference with the same draws."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from tests.trainer.sampling.reference_timesteps import REFERENCES, VARIANCE_PRESERVING
from trainer.sampling.noise import BatchNoise, PictureNoise
from trainer.sampling.samplers.stepping import Guided
from trainer.sampling.samplers.table import SamplerRow

CPU = torch.device("cpu")
SPAN = (0.029167, 14.614641)
"""Sigmas of SD 1."""
Look = Callable[[Tensor, float], Any]
"""Clean latents that a model sees, or, for a sampler that wants it, (with guidance, without the prompt)."""


def noise_of(seeds: tuple[int, ...], shape: tuple[int, int, int]) -> BatchNoise:
    return BatchNoise([PictureNoise(seed, shape, SPAN) for seed in seeds], CPU)


def sampled(
    row: SamplerRow,
    values: Tensor,
    noise: BatchNoise,
    look: Look,
    eta: float | None = None,
    dtype: torch.dtype = torch.float32,
) -> tuple[Tensor, list[float]]:
    """Latents and the sigmas at which the model was asked."""
    sampling = row.sample(noise().to(dtype) * values[0], values, noise, eta)
    asked = []
    x, sigma = next(sampling)
    while True:
        asked.append(sigma)
        seen = look(x, sigma)
        try:
            x, sigma = sampling.send(Guided(*seen) if row.wants_unguided else seen)
        except StopIteration as end:
            return end.value, asked


class _InFloat64:
    def __init__(self, noise: BatchNoise) -> None:
        self._noise = noise

    def __call__(self) -> np.ndarray:
        return self._noise().double().numpy()

    def between(self, a: float, b: float) -> np.ndarray:
        return self._noise.between(a, b).double().numpy()


def referenced(row: SamplerRow, values: Tensor, noise: BatchNoise, look: Look, eta: float | None = None) -> np.ndarray:
    """The same by the rule in `reference_rules`; the look gets float64."""

    def in_numpy(x: np.ndarray, sigma: float) -> Any:
        seen = look(torch.from_numpy(np.ascontiguousarray(x)), sigma)
        return tuple(part.double().numpy() for part in seen) if row.wants_unguided else seen.double().numpy()

    draws, s = _InFloat64(noise), values.double().tolist()
    start = draws() if row.name in VARIANCE_PRESERVING else draws() * s[0]
    return REFERENCES[row.name](in_numpy, start, s, draws, row.eta if eta is None else eta)
