"""Noise that belongs to one picture, so that it looks the same alone and in a batch."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from trainer.sampling.brownian import BrownianTree
from trainer.sampling.philox import Philox

NoiseSource = Literal["CPU", "GPU", "NV"]
Shape = tuple[int, int, int]
_SAME_DIRECTION = 0.9995  # mean cosine above which the web UI mixes two noises in a straight line
_CPU = torch.device("cpu")


@dataclass(frozen=True)
class Variation:
    """A second seed mixed into a picture's first noise; strength 0 to 1."""

    seed: int
    strength: float


class PictureNoise:
    """One picture's draws, in order: the start first, then what an ancestral sampler adds.

    `source` is the web UI's RNG: torch's generator on the CPU or on `device`, or an NVIDIA card's numbers made on any
    machine. Draws after the first come from seed + `ensd`, begun anew, unless that is 0. `resized_from` is the (height,
    width) in latent elements at which the seed was found: its noise is laid in the middle. `span` are the smallest
    sigma above 0 and the largest of the whole schedule, for the Brownian path of the SDE samplers.
    """

    def __init__(
        self,
        seed: int,
        shape_CHW: Shape,
        span: tuple[float, float],
        source: NoiseSource = "CPU",
        device: torch.device = _CPU,
        ensd: int = 0,
        variation: Variation | None = None,
        resized_from: tuple[int, int] | None = None,
    ) -> None:
        self._seed, self._shape_CHW, self._source, self._device = seed, shape_CHW, source, device
        self._ensd, self._variation, self._resized_from = ensd, variation, resized_from
        self._draw = _draws(source, seed, device)
        self._begun = False
        self._path = BrownianTree(seed, span, lambda word: _draws(source, word, device)(shape_CHW))

    def next(self) -> Tensor:
        """Next draw, (C, H, W) float32; on the CPU unless the source is the GPU."""
        if self._begun:
            return self._draw(self._shape_CHW)
        self._begun = True
        first = self._first()
        if self._ensd:
            self._draw = _draws(self._source, (self._seed + self._ensd) % 2**64, self._device)
        return first

    def between(self, sigma: float, following: float) -> Tensor:
        """Unit noise for a step of an SDE sampler down to `following`: the path walked backwards, scaled."""
        deviation: float = (sigma - following) ** 0.5
        return -self._path.increment(following, sigma) / deviation

    def _first(self) -> Tensor:
        shape = self._shape_CHW if self._resized_from is None else (self._shape_CHW[0], *self._resized_from)
        own = self._draw(self._shape_CHW)
        noise = own if shape == self._shape_CHW else _draws(self._source, self._seed, self._device)(shape)
        if self._variation is not None and self._variation.strength > 0:
            other = _draws(self._source, self._variation.seed, self._device)(shape)
            noise = _slerp(noise, other, self._variation.strength)
        return noise if shape == self._shape_CHW else _laid_in_the_middle(own, noise)


class BatchNoise:
    """The noise of a batch's pictures, (B, C, H, W) on `device`; what samplers ask."""

    def __init__(self, pictures: Sequence[PictureNoise], device: torch.device) -> None:
        self._pictures, self._device = pictures, device

    def __call__(self) -> Tensor:
        """The next draw of every picture; the first call gives the start."""
        return torch.stack([picture.next() for picture in self._pictures]).to(self._device)

    def between(self, sigma: float, following: float) -> Tensor:
        """Increments of the pictures' Brownian paths, divided by their deviation."""
        return torch.stack([picture.between(sigma, following) for picture in self._pictures]).to(self._device)


def _draws(source: NoiseSource, seed: int, device: torch.device) -> Callable[[tuple[int, ...]], Tensor]:
    """Unit noise of any shape, float32, one draw after the other."""
    if source == "NV":
        philox = Philox(seed)
        return lambda shape: torch.from_numpy(philox.normal(shape))
    generator = torch.Generator(device if source == "GPU" else _CPU).manual_seed(seed)
    return lambda shape: torch.randn(shape, generator=generator, device=generator.device, dtype=torch.float32)


def _slerp(first_CHW: Tensor, second_CHW: Tensor, strength: float) -> Tensor:
    """Along the great circle (Shoemake 1985), as in the web UI for each column of each channel by itself."""
    directions = (noise / noise.norm(dim=1, keepdim=True) for noise in (first_CHW, second_CHW))
    cosine: Tensor = torch.linalg.vecdot(*directions, dim=1).unsqueeze(1).clamp(-1, 1)
    if cosine.mean() > _SAME_DIRECTION:
        return first_CHW.lerp(second_CHW, strength)
    angle: Tensor = cosine.acos()
    return (((1 - strength) * angle).sin() * first_CHW + (strength * angle).sin() * second_CHW) / angle.sin()


def _laid_in_the_middle(ground_CHW: Tensor, noise_CHW: Tensor) -> Tensor:
    """`noise` over the middle of `ground`, or its own middle where it is larger, as the web UI places it."""
    rows = _overlap(ground_CHW.shape[1], noise_CHW.shape[1])
    columns = _overlap(ground_CHW.shape[2], noise_CHW.shape[2])
    laid = ground_CHW.clone()
    laid[:, rows[0], columns[0]] = noise_CHW[:, rows[1], columns[1]]
    return laid


def _overlap(ground: int, laid: int) -> tuple[slice, slice]:
    """Where a side of length `laid` lies on one of length `ground`, and which part of it that is."""
    margin = (ground - laid) // 2
    length = laid if margin >= 0 else laid + 2 * margin
    there, here = max(margin, 0), max(-margin, 0)
    return slice(there, there + length), slice(here, here + length)
