"""One picture's way from noise to latents. Each goes by itself, so that company changes nothing."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from trainer.engine.drawing.order import Order, Start
from trainer.engine.drawing.told import ToldTexts
from trainer.models.family import Conditioning, Family
from trainer.sampling.noise import BatchNoise, PictureNoise, Variation
from trainer.sampling.noise_schedule import over_picture, reach_of, sigmas, span_of, timestep_of
from trainer.sampling.samplers.stepping import Guided
from trainer.sampling.samplers.table import Sampling


class Question(NamedTuple):
    """One example for the model: latents (C, H, W) as it was trained to see them, its timestep, what it is told."""

    latents_CHW: Tensor
    timestep: float
    conditioning: Conditioning


class Trajectory:
    """Asks questions, takes the answers, and has `latents_CHW` in the end."""

    def __init__(self, model: Family, order: Order, start: Start, over_CHW: Tensor | None = None) -> None:
        self._model, self._order, self._start = model, order, start
        self.over_CHW = over_CHW
        """The latent of the picture to draw over, if there is one; known before the first question."""
        self._wanted: tuple[Tensor, float] | None = None
        self._sampling: Sampling | None = None
        self.calls = 0
        """How often the model was asked, a question without the prompt not counted."""
        self.denoised_CHW: Tensor | None = None
        """What the picture would be by the last answer."""
        self.latents_CHW: Tensor | None = None

    def questions(self, told: ToldTexts) -> list[Question]:
        """One for each part of the prompt, then, where the order is guided, one without it."""
        if self._wanted is None:
            self._wanted = self._begin()
        x, sigma = self._wanted
        order, model = self._order, self._model
        seen = model.parametrisation.seen(x[0], sigma)
        timestep = timestep_of(sigma, model.parametrisation.sigmas, order.sampler.timesteps_every)
        said = order.wording.at(self.calls)
        return [Question(seen, timestep, each) for each in told.of(said, guided=order.guided)]

    def take(self, answers_CHW: Sequence[Tensor]) -> None:
        """Go on with what the model gave for each question."""
        if self._wanted is None or self._sampling is None:
            raise RuntimeError("an answer without a question")
        x, sigma = self._wanted
        clean = self._model.parametrisation.clean
        guided, unguided = (clean(x, sigma, given[None]) for given in self._guided(answers_CHW))
        self.denoised_CHW = guided[0]
        self.calls += 1
        sent = Guided(guided, unguided) if self._order.sampler.wants_unguided else guided
        try:
            self._wanted = self._sampling.send(sent)
        except StopIteration as end:
            self.latents_CHW = end.value[0]

    def _begin(self) -> tuple[Tensor, float]:
        order, over_CHW = self._order, self.over_CHW
        if over_CHW is None:
            whole = self._schedule(order.steps)
            noise = self._noise(whole)
            self._sampling = order.sampler.sample(noise() * whole[0].item(), whole, noise, order.eta)
        else:
            steps, reach = reach_of(order.steps, order.strength, order.all_steps)
            whole = self._schedule(steps)
            noise = self._noise(whole)
            laid, values = over_picture(order.sampler, whole, steps, reach, self._model.parametrisation.sigmas)
            x = over_CHW[None] + noise() * laid
            self._sampling = order.sampler.sample(x, values, noise, order.eta, noise_on_picture=laid)
        return next(self._sampling)

    def _schedule(self, steps: int) -> Tensor:
        """All sigmas, also those before the part that draws over a picture."""
        order, model = self._order, self._model
        table = model.parametrisation.sigmas
        return sigmas(order.sampler, steps, table, order.schedule, aligned=model.aligned_steps)

    def _noise(self, whole: Tensor) -> BatchNoise:
        order, model = self._order, self._model
        seed = self._start.variation_seed
        noise = PictureNoise(
            self._start.seed,
            (model.latent_channels, *self._latent_size(order.width, order.height)),
            span_of(whole),
            order.rng,
            model.device,
            order.ensd,
            variation=None if seed is None else Variation(seed, order.variation_strength),
            resized_from=None if order.seed_resize_from is None else self._latent_size(*order.seed_resize_from),
        )
        return BatchNoise([noise], model.device)

    def _latent_size(self, width: int, height: int) -> tuple[int, int]:
        return height // self._model.latent_scale, width // self._model.latent_scale

    def _guided(self, answers_CHW: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
        """With and without the prompt: unwanted + sum over parts of (wanted - unwanted) * pull * guidance scale.

        Ho & Salimans 2022, equation 6, for one part; Liu et al. 2022 (arXiv:2206.01714), equation 11, for several.
        """
        order = self._order
        if not order.guided:
            return answers_CHW[0], answers_CHW[0]
        *wanted, unwanted = answers_CHW
        scale = order.guidance_scale / order.sampler.guidance_divisor
        pulled = [(each - unwanted) * (pull * scale) for each, pull in zip(wanted, order.wording.pulls, strict=True)]
        return unwanted + torch.stack(pulled).sum(dim=0), unwanted
