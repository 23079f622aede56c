"""Pictures in the making: one denoising pass of the model, or one decoding, at a time."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
from PIL import Image
from torch import Tensor

from trainer.models.family import Conditioning, Family
from trainer.models.text import Prompt
from trainer.sampling.noise import PictureNoise
from trainer.sampling.noise_schedule import sigmas, timestep_of
from trainer.sampling.samplers import SamplerRow


@dataclass(frozen=True)
class Order:
    """What is to be drawn, one picture a seed. `vectors` holds each word's (k, width)."""

    prompt: Prompt
    negative: Prompt
    vectors: Mapping[str, Tensor]
    sampler: SamplerRow
    steps: int
    guidance_scale: float
    seeds: tuple[int, ...]
    width: int
    height: int
    clip_skip: int = 1


@dataclass
class Drawing:
    """An order being drawn. Each `advance` is one pass; `images` fill up at the end, in the order of the seeds."""

    model: Family
    order: Order
    passes: int = 0
    images: list[Image.Image] = field(default_factory=list)

    def __post_init__(self) -> None:
        order, model = self.order, self.model
        shape = (model.latent_channels, order.height // model.latent_scale, order.width // model.latent_scale)
        self._noises = [PictureNoise(seed, shape) for seed in order.seeds]
        self._sigmas = sigmas(order.sampler, order.steps, model.alphas_cumprod)
        self._sampling = order.sampler.sample(self._noise() * self._sigmas[0].item(), self._sigmas, self._noise)
        self._wanted: tuple[Tensor, float] | None = None
        self._conditioning: Conditioning | None = None
        self._latents: Tensor | None = None

    @property
    def done(self) -> bool:
        return len(self.images) == len(self.order.seeds)

    @property
    def step(self) -> int:
        """Of `order.steps`; some samplers look at the model more than once a step."""
        return self.order.steps if self._latents is not None else min(self.passes, self.order.steps)

    @torch.no_grad()
    def advance(self) -> None:
        """Make one pass."""
        self.passes += 1
        if self._latents is None:
            self._denoise()
        else:
            self.images.append(self.model.decode_latent(self._latents[len(self.images)]))

    def _noise(self) -> Tensor:
        """The next draw of every picture (B, C, H, W); each has its own generator, so that a batch changes nothing."""
        return torch.stack([noise.next() for noise in self._noises]).to(self.model.device)

    def _denoise(self) -> None:
        if self._wanted is None:
            self._wanted = next(self._sampling)
        x, sigma = self._wanted
        try:
            self._wanted = self._sampling.send(self._denoised(x, sigma))
        except StopIteration as end:
            self._latents = end.value

    def _denoised(self, x: Tensor, sigma: float) -> Tensor:
        """The clean latents that the model sees in x, which carries noise of deviation sigma.

        Classifier-free guidance (Ho & Salimans 2022, equation 6): with and without the prompt, in one forward.
        """
        scaled = x / (sigma**2 + 1) ** 0.5  # the model was trained on noise and picture of summed variance 1
        timestep = timestep_of(sigma, self.model.alphas_cumprod)
        conditioning = self._encoded()
        inputs = scaled if len(conditioning) == len(x) else torch.cat([scaled, scaled])
        timesteps = torch.full((len(inputs),), timestep, device=x.device)
        predicted = self.model.predict(inputs, timesteps, conditioning)
        if len(predicted) != len(x):
            wanted, unwanted = predicted.chunk(2)
            predicted = unwanted + self.order.guidance_scale * (wanted - unwanted)
        if self.model.prediction == "epsilon":
            return x - sigma * predicted
        # Velocity (Salimans & Ho 2022, appendix D), with a = 1 / (sigma^2 + 1).
        return x / (sigma**2 + 1) - predicted * sigma / (sigma**2 + 1) ** 0.5

    def _encoded(self) -> Conditioning:
        """Conditioning of every picture, then, unless guidance is off, of the negative prompt for each; once."""
        if self._conditioning is None:
            order = self.order
            prompts = [order.prompt] if order.guidance_scale == 1 else [order.prompt, order.negative]
            encoded = self.model.encode_prompts(prompts, [order.vectors] * len(prompts), order.clip_skip)
            self._conditioning = encoded.repeated(len(order.seeds))
        return self._conditioning
