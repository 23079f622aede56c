"""The mean of a run's late vectors, which is steadier than the last of them."""

import torch
from torch import Tensor

_GAMMA = 6.94
"""Karras et al. 2024 (arXiv:2312.02696), equation 2: the mean's spread is a tenth of the run so far."""


@torch.no_grad()
def average_in(average: Tensor, vectors: Tensor, step: int) -> None:
    """Take the vectors after `step` updates (from 1) into the power-function average, in place."""
    average.lerp_(vectors, 1 - (1 - 1 / step) ** (_GAMMA + 1))
