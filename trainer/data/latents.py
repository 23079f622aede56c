"""Latents of a run's pictures, encoded once; each step samples them anew from mean and deviation."""

from collections.abc import Sequence

import torch
from torch import Tensor


class Latents:
    """Mean, deviation and loss weights of each picture's latent, in the order in which they were added."""

    def __init__(self) -> None:
        self._means: list[Tensor] = []
        self._deviations: list[Tensor] = []
        self._weights: list[Tensor] = []

    def __len__(self) -> int:
        return len(self._means)

    def add(self, mean_CHW: Tensor, deviation_CHW: Tensor, weights_HW: Tensor) -> None:
        self._means.append(mean_CHW)
        self._deviations.append(deviation_CHW)
        self._weights.append(weights_HW.to(mean_CHW.device))

    def mean(self, entry: int) -> Tensor:
        """(C, H, W)."""
        return self._means[entry]

    def weights(self, entries: Sequence[int]) -> Tensor:
        """(B, H, W), of mean 1 each."""
        return torch.stack([self._weights[entry] for entry in entries])

    def sample(self, entries: Sequence[int], generator: torch.Generator) -> Tensor:
        """A latent (B, C, H, W) of each of `entries`."""
        means = torch.stack([self._means[entry] for entry in entries])
        deviations = torch.stack([self._deviations[entry] for entry in entries])
        noise = torch.randn(means.shape, generator=generator)
        return torch.addcmul(means, deviations, noise.to(means.device, non_blocking=True))
