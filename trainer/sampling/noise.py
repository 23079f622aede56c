"""Noise that belongs to one picture, so that it looks the same alone and in a batch."""

import torch


class PictureNoise:
    """One picture's draws, in order: the start first, then what an ancestral sampler adds (the web UI's `RNG: CPU`)."""

    def __init__(self, seed: int, shape_CHW: tuple[int, int, int]) -> None:
        self._generator = torch.Generator("cpu").manual_seed(seed)
        self._shape_CHW = shape_CHW

    def next(self) -> torch.Tensor:
        """Next draw, (C, H, W) float32 on the CPU."""
        return torch.randn(self._shape_CHW, generator=self._generator, dtype=torch.float32)
