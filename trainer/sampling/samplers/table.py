"""Samplers: from noise to a picture's latents.

Each is a generator, so that the engine can put training passes between two of its steps. It yields `(x, sigma)` where
it wants the model's idea of the clean picture, is sent that, and returns the final latents. All work on latents whose
noise has standard deviation sigma (Karras et al. 2022, "Elucidating the Design Space of Diffusion-Based Generative
Models", with scale s(t) = 1).
"""

import math
from collections.abc import Callable, Generator
from dataclasses import asdict, dataclass
from functools import cached_property
from importlib import import_module
from typing import Any

from torch import Tensor

from trainer.sampling.sampler_names import SAMPLER_NAMES, SamplerName, UnknownSampler, read_sampler
from trainer.sampling.samplers.stepping import Noise

__all__ = ["SAMPLERS", "Noise", "SamplerRow", "UnknownSampler", "find_sampler"]

# Any: what is sent is a Tensor, or Guided where the row wants it.
Sampling = Generator[tuple[Tensor, float], Any, Tensor]


@dataclass(frozen=True, kw_only=True)
class SamplerRow(SamplerName):
    """A sampler with its function at hand."""

    @cached_property
    def rule(self) -> Callable[..., Sampling]:
        module, _, function = self.update.partition(".")
        rule: Callable[..., Sampling] = getattr(import_module(f"{__package__}.{module}"), function)
        return rule

    def sample(
        self, x: Tensor, sigmas: Tensor, noise: Noise, eta: float | None = None, noise_on_picture: float | None = None
    ) -> Sampling:
        """Latents from x: unit noise times the first sigma, or a picture with noise of the sigma `noise_on_picture`.

        `eta` None takes the row's; where the row has none it changes nothing.
        """
        first, last = float(sigmas[0]), float(sigmas[-1])
        if self.variance_preserving:  # its own scale is where it begins, even if the noise is of another timestep
            deviation = first if noise_on_picture is None else math.sqrt(1 + noise_on_picture**2)
            x = x * (math.sqrt(1 + first**2) / deviation)
        amount = {} if self.eta is None else {"eta": self.eta if eta is None else eta}
        x = yield from self.rule(x, sigmas, noise, **amount)
        return x / math.sqrt(1 + last**2) if self.variance_preserving else x


SAMPLERS: dict[str, SamplerRow] = {row.name: SamplerRow(**asdict(row)) for row in SAMPLER_NAMES}


def find_sampler(name: str) -> SamplerRow:
    """Row by name or alias, without regard to case. Raises UnknownSampler, whose text lists the names there are.

    A name with a noise schedule that is not the sampler's default is refused too; `read_sampler` takes it apart.
    """
    known, schedule = read_sampler(name)
    if schedule != "Automatic":
        raise UnknownSampler(f'"{name}" is the sampler {known.name} with the noise schedule {schedule}.')
    return SAMPLERS[known.name]
