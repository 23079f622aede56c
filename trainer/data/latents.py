"""Latents of a run's pictures, encoded once; each step samples them anew from mean and deviation."""

from collections.abc import Sequence

import torch
from torch import Tensor


class Latents:
    """Mean and deviation of each picture's latent, in the order in which they were added."""

    def __init__(self) -> None:
        self._means: list[Tensor] = []
        self._deviations: list[Tensor] = []

    def __len__(self) -> int:
        return len(self._means)

    def add(self, mean_CHW: Tensor, deviation_CHW: Tensor) -> None:
        self._means.append(mean_CHW)
        self._deviations.append(deviation_CHW)

    def means(self) -> Tensor:
        """(n, C, H, W)."""
        return torch.stack(self._means)

    def sample(self, pictures: Sequence[int], generator: torch.Generator) -> Tensor:
        """A latent (B, C, H, W) of each of `pictures`."""
        means = torch.stack([self._means[picture] for picture in pictures])
        deviations = torch.stack([self._deviations[picture] for picture in pictures])
        return means + deviations * torch.randn(means.shape, generator=generator).to(means.device)
