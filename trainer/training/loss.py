"""The training objective: mean squared error of what the model predicts (Ho et al. 2020, equation 14)."""

import torch
from torch import Tensor


def losses(predicted_BCHW: Tensor, target_BCHW: Tensor, weights_BHW: Tensor) -> Tensor:
    """One loss an example (B,), each place counted by its weight (of mean 1), so that several runs can share a pass."""
    return ((predicted_BCHW - target_BCHW).square().mean(dim=1) * weights_BHW).mean(dim=(1, 2))


def stratified_timesteps(count: int, most: int, generator: torch.Generator) -> Tensor:
    """One timestep in each of `count` equal stretches of time: uniform, and a step's losses vary less."""
    drawn = torch.rand(count, generator=generator, dtype=torch.float64)
    spread = (torch.arange(count) + drawn) / count * most
    return spread.long().clamp(max=most - 1)
