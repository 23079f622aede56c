"""What is to be drawn, down to the last number."""

from collections.abc import Mapping
from dataclasses import dataclass

from PIL import Image
from torch import Tensor

from trainer.engine.wording import Wording
from trainer.protocol import NoiseSource
from trainer.sampling.sampler_names import ScheduleChoice
from trainer.sampling.samplers import SamplerRow


@dataclass(frozen=True)
class Start:
    """One picture's seed, and the seed of its variation; None where there is none."""

    seed: int
    variation_seed: int | None = None


@dataclass(frozen=True, kw_only=True)
class Order:
    """One picture a start. `vectors` holds each word's (k, width); width and height are pixels."""

    wording: Wording
    vectors: Mapping[str, Tensor]
    sampler: SamplerRow
    steps: int
    guidance_scale: float
    starts: tuple[Start, ...]
    width: int
    height: int
    clip_skip: int = 1
    schedule: ScheduleChoice = "Automatic"
    eta: float | None = None
    ensd: int = 0
    rng: NoiseSource = "CPU"
    variation_strength: float = 0.0
    image: Image.Image | None = None
    """To draw over, of this width and height."""
    strength: float = 1.0
    """How much of `image` is drawn anew, 0 to 1."""

    @property
    def guided(self) -> bool:
        """Whether the model has to be asked without the prompt, too."""
        return self.guidance_scale != 1 or self.wording.pulls != (1.0,) or self.sampler.wants_unguided
