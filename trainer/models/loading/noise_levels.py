"""The noise levels that a model was trained with, from its scheduler's configuration."""

from collections.abc import Mapping

from diffusers.schedulers import DDPMScheduler
from torch import Tensor

# Zero terminal SNR would make the last sigma infinite; diffusers' Euler sampler puts the same floor.
_FLOOR = 2**-24


def alphas_cumprod(configuration: Mapping[str, object]) -> Tensor:
    """(timesteps,) float32 on the CPU."""
    own: Tensor = DDPMScheduler.from_config(dict(configuration)).alphas_cumprod
    return own.float().cpu().clamp(min=_FLOOR)
