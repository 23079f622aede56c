"""A step of the engine beside the bare forward and backward that it cannot do without."""

import statistics
from collections.abc import Callable, Iterable, Sequence

import torch
from torch import Tensor, nn

from bench.models import random_sd15, small
from bench.pairs import seconds_of
from bench.requests import pictures_of, training
from bench.turns import watch
from trainer.models.families.sd1 import StableDiffusion1
from trainer.models.family import Family
from trainer.protocol import MOST_VECTORS, Control, Preview, Told, TrainRequest, Validated

_ENDLESS = 100_000
_TOKENS = MOST_VECTORS + 2


def small_alone() -> float:
    return _over_bare(small(), size=128, batch_size=1, pairs=50)


def small_batch_of_four() -> float:
    return _over_bare(small(), size=128, batch_size=4, pairs=30)


def sd15() -> float:
    # The run's first preview has the native size; a small one saves half a minute.
    return _over_bare(random_sd15(native_size=128), size=256, batch_size=1, pairs=7, warm_up=1)


class BareStep:
    """Text encoder and UNet, forward and backward to the token embeddings; no run, no optimizer, no engine."""

    def __init__(self, model: Family, size: int, batch_size: int) -> None:
        """`size` is the side of the training square in pixels."""
        if not isinstance(model, StableDiffusion1):
            raise TypeError(f"no bare step is known for {model.family}")
        self._model = model
        side = size // model.latent_scale
        shape = (batch_size, model.latent_channels, side, side)
        self._ids = torch.randint(model.token_embedding.num_embeddings, (batch_size, _TOKENS))
        self._latents, self._noise = torch.randn(shape).to(model.unet.dtype), torch.randn(shape)
        self._timesteps = torch.randint(len(model.parametrisation.sigmas), (batch_size,))

    def __call__(self) -> None:
        # For this one step only: the engine works with the same modules.
        hook = self._model.token_embedding.register_forward_hook(_require_gradient)
        try:
            conditioning = self._model.text_encoder(self._ids)[0]
        finally:
            hook.remove()
        predicted = self._model.unet(
            self._latents, self._timesteps, encoder_hidden_states=conditioning, return_dict=False
        )[0]
        nn.functional.mse_loss(predicted.float(), self._noise).backward()


def _require_gradient(_layer: nn.Module, _inputs: tuple[Tensor, ...], rows: Tensor) -> Tensor:
    return rows.detach().requires_grad_()


class StepPairs:
    """Times a bare step after every turn of the engine that was a training step."""

    def __init__(self, bare: Callable[[], None], pairs: int) -> None:
        self._bare, self._pairs = bare, pairs
        self._training = False
        self.ratios: list[float] = []

    def __call__(self, seconds: float, told: Sequence[Told]) -> Iterable[Control] | None:
        # A run first encodes its pictures and draws a preview; now and then it validates. Those turns are no steps.
        if self._training and not any(isinstance(message, Validated) for message in told):
            self.ratios.append(seconds / seconds_of(self._bare))
        self._training |= any(isinstance(message, Preview) for message in told)
        return None if len(self.ratios) >= self._pairs else ()


def _over_bare(model: Family, size: int, batch_size: int, pairs: int, warm_up: int = 5) -> float:
    # One picture: encoding takes a large model long, and no part of a step.
    request = training("owl", _ENDLESS, size=size, batch_size=batch_size, pictures=pictures_of("owl", most=1))
    ratios = engine_step_ratios(model, request, BareStep(model, size, batch_size), warm_up + pairs)
    return statistics.median(ratios[warm_up:])


def engine_step_ratios(model: Family, request: TrainRequest, bare: Callable[[], None], pairs: int) -> list[float]:
    """A turn of the real engine that makes one step ÷ `bare`, turn and turn about."""
    timed = StepPairs(bare, pairs)
    watch(model, [request], timed)
    return timed.ratios
