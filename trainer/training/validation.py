"""A loss that two steps can be compared by: the same pictures, noise and timesteps every time."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from trainer.data.dataset import Dataset
from trainer.data.latents import Latents
from trainer.models.family import Family
from trainer.models.text import Prompt
from trainer.randomness import generator
from trainer.trainables.trainable import Trainable
from trainer.training.loss import losses

DEFAULT_COUNT = 16
"""The loss of two sets of vectors can then be told apart where it differs by 0.0005 (docs/experiments.md)."""
BATCH = 4
"""Examples in one pass without gradients, which takes no more memory than a training pass of one."""


@dataclass(frozen=True)
class ValidationTuple:
    """A fixed example: latent and noise (C, H, W), its weights (H, W), timestep and prompt."""

    latent_CHW: Tensor
    noise_CHW: Tensor
    weights_HW: Tensor
    timestep: int
    prompt: Prompt


def validation_tuples(
    dataset: Dataset, latents: Latents, model: Family, seed: int, count: int = DEFAULT_COUNT
) -> list[ValidationTuple]:
    """`count` tuples of the pictures that are held back, or of all when none is.

    The pictures come in turn, timesteps at equal distances over all of time, the prompt is the template's first line.
    """
    pictures = dataset.held_back or dataset.learned
    total = len(model.parametrisation.sigmas)
    order = torch.randperm(count, generator=generator(seed, "validation order")).tolist()
    return [
        _tuple(dataset, latents, seed, place, pictures[place % len(pictures)], int((time + 0.5) / count * total))
        for place, time in enumerate(order)
    ]


def validation_loss(model: Family, trainable: Trainable, values: Tensor, tuples: Sequence[ValidationTuple]) -> float:
    """Mean loss of the tuples with the trainable at `values`."""
    batches = [tuples[at : at + BATCH] for at in range(0, len(tuples), BATCH)]
    parts = [validation_losses(model, trainable, values, batch) for batch in batches]
    return torch.cat(parts).mean().item()


@torch.no_grad()
def validation_losses(model: Family, trainable: Trainable, values: Tensor, tuples: Sequence[ValidationTuple]) -> Tensor:
    """One loss a tuple (B,), in one pass; no gradient."""
    latents = torch.stack([each.latent_CHW for each in tuples])
    noise = torch.stack([each.noise_CHW for each in tuples])
    timesteps = torch.tensor([each.timestep for each in tuples], device=latents.device)
    words = [trainable.words(values)] * len(tuples)
    conditioning = trainable.applied(model.encode_prompts([each.prompt for each in tuples], words), values, None)
    noisy = model.parametrisation.noised(latents, noise, timesteps)
    wanted = model.parametrisation.target(latents, noise, timesteps)
    weights = torch.stack([each.weights_HW for each in tuples])
    return losses(model.predict(noisy, timesteps, conditioning), wanted, weights)


def _tuple(dataset: Dataset, latents: Latents, seed: int, place: int, picture: int, timestep: int) -> ValidationTuple:
    mean = latents.mean(picture)
    noise = torch.randn(mean.shape, generator=generator(seed, "validation noise", place)).to(mean.device)
    (weights,) = latents.weights([picture])
    return ValidationTuple(mean, noise, weights, timestep, dataset.prompt(0, picture))
