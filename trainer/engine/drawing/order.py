"""What is to be drawn, down to the last number."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce

from PIL import Image
from torch import Tensor

from trainer.engine.drawing.wording import Wording
from trainer.models.family import Conditioning
from trainer.prompts.prompt import PromptPlan, followed_by
from trainer.protocol import NoiseSource
from trainer.sampling.enlargement import Enlargement, Size
from trainer.sampling.sampler_names import ScheduleChoice
from trainer.sampling.samplers.table import SamplerRow
from trainer.sampling.upscaler_names import Upscaler
from trainer.upscaling.kinds import Network


@dataclass(frozen=True)
class Start:
    """One picture's seed, and the seed of its variation; None where there is none."""

    seed: int
    variation_seed: int | None = None


Applied = Callable[[Conditioning], Conditioning]


def _as_worded(told: Conditioning) -> Conditioning:
    return told


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
    seed_resize_from: Size | None = None
    """At which the seed's noise is made, to be laid in the middle."""
    image: Image.Image | None = None
    """To draw over, of this width and height."""
    strength: float = 1.0
    """How much of what is drawn over is drawn anew, 0 to 1."""
    all_steps: bool = False
    """Over a picture, all `steps` are made, as the end of a longer schedule; otherwise the strength's part of them."""
    larger: "Larger | None" = None
    applied: Applied = _as_worded
    """What the model is told instead of what the wording says, with the prompt and without. Drawings share passes only
    where these are equal."""

    @property
    def guided(self) -> bool:
        """Whether the model has to be asked without the prompt, too."""
        return self.guidance_scale != 1 or self.wording.pulls != (1.0,) or self.sampler.wants_unguided

    @property
    def kept(self) -> Image.Image | None:
        """Its picture, where that is enlarged as it is: none of it is to be drawn anew before."""
        return self.image if self.strength == 0 and self.larger is not None else None

    @property
    def words(self) -> tuple[str, ...]:
        """Embeddings that it uses at any size, each once."""
        return tuple(dict.fromkeys(word for order in self.orders for word in order.wording.words))

    @property
    def plan(self) -> PromptPlan:
        """What the prompt says at all sizes, one after another."""
        return reduce(followed_by, (order.wording.prompt for order in self.orders))

    @property
    def orders(self) -> tuple["Order", ...]:
        """This one, then what is drawn over its pictures."""
        return (self,) if self.larger is None else (self, *self.larger.order.orders)


@dataclass(frozen=True)
class Larger:
    """What becomes of an order's pictures: enlarged, and drawn over."""

    upscaler: Upscaler
    enlargement: Enlargement
    order: Order
    network: Network | None = None
    """The upscaler's, where it has one."""

    @property
    def how(self) -> tuple[Upscaler, Enlargement]:
        return self.upscaler, self.enlargement
