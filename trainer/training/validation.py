"""A loss that two steps can be compared by: the same pictures, noise and timesteps every time."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from trainer.data.dataset import Dataset, read_picture
from trainer.data.latents import Latents
from trainer.engine.randomness import generator
from trainer.models.family import Family
from trainer.models.text import Prompt
from trainer.protocol import TrainingPicture
from trainer.training.loss import add_noise, losses, target

DEFAULT_COUNT = 8
_BATCH = 8


@dataclass(frozen=True)
class ValidationTuple:
    """A fixed example: latent and noise (C, H, W), timestep, prompt, and the word that it is about."""

    latent_CHW: Tensor
    noise_CHW: Tensor
    timestep: int
    prompt: Prompt
    name: str


def validation_tuples(
    dataset: Dataset, latents: Latents, model: Family, seed: int, count: int
) -> list[ValidationTuple]:
    """`count` tuples: pictures in turn, timesteps at equal distances over all of time, the template's first line."""
    means = latents.means()
    total = len(model.alphas_cumprod)
    order = torch.randperm(count, generator=generator(seed, "validation order")).tolist()
    return [_tuple(dataset, means, seed, place, int((time + 0.5) / count * total)) for place, time in enumerate(order)]


def tuples_from_pictures(
    model: Family,
    pictures: Sequence[TrainingPicture],
    line: str,
    name: str,
    vectors_per_token: int,
    seed: int,
    count: int = DEFAULT_COUNT,
    size: int = 0,
) -> list[ValidationTuple]:
    """Tuples of picture files; `line` is a template line, `size` the square in pixels (0: the model's own).

    Raises BadPicture, PromptTooLong.
    """
    dataset = Dataset(model.reader, name, vectors_per_token, pictures, (line,), seed)
    latents = Latents()
    for picture in pictures:
        latents.add(*model.encode_picture(read_picture(Path(picture.path), size or model.native_size)))
    return validation_tuples(dataset, latents, model, seed, count)


@torch.no_grad()
def validation_loss(model: Family, vectors: Tensor, tuples: Sequence[ValidationTuple]) -> float:
    """Mean loss of the tuples with `vectors` (k, width) as their word; no gradient."""
    parts = [_losses(model, vectors, tuples[start : start + _BATCH]) for start in range(0, len(tuples), _BATCH)]
    return torch.cat(parts).mean().item()


def _tuple(dataset: Dataset, means: Tensor, seed: int, place: int, timestep: int) -> ValidationTuple:
    picture = place % len(dataset)
    noise = torch.randn(means[picture].shape, generator=generator(seed, "validation noise", place)).to(means.device)
    return ValidationTuple(means[picture], noise, timestep, dataset.prompt(0, picture), dataset.name)


def _losses(model: Family, vectors: Tensor, tuples: Sequence[ValidationTuple]) -> Tensor:
    latents = torch.stack([each.latent_CHW for each in tuples])
    noise = torch.stack([each.noise_CHW for each in tuples])
    timesteps = torch.tensor([each.timestep for each in tuples], device=latents.device)
    conditioning = model.encode_prompts([each.prompt for each in tuples], [{each.name: vectors} for each in tuples])
    noisy = add_noise(latents, noise, timesteps, model.alphas_cumprod)
    wanted = target(model.prediction, latents, noise, timesteps, model.alphas_cumprod)
    return losses(model.predict(noisy, timesteps, conditioning), wanted)
