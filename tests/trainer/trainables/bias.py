"""A trainable of the next kind: numbers that are added to whatever the model is told, half of them left out at random.

Like a network in the model's attention it has no word in a prompt, holds for all that its pass holds, and is random.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor

from trainer.models.family import Conditioning, Family
from trainer.protocol import TrainRequest
from trainer.randomness import generator
from trainer.trainables.trainable import Place, Snapshot


class Bias:
    """`values` is (W,), the width of the conditioning."""

    shares_passes = False
    start = None

    def __init__(self, width: int, seed: int) -> None:
        self.values = torch.zeros(width, requires_grad=True)
        self._seed = seed

    def words(self, values: Tensor) -> Mapping[str, Tensor]:
        return {}

    def applied(self, told: Conditioning, values: Tensor, place: Place | None) -> Conditioning:
        biases_BW = values.expand(len(told), -1)
        if place is not None:
            biases_BW = biases_BW * self._kept(place, biases_BW)
        return replace(told, tokens_BTW=told.tokens_BTW + biases_BW[:, None])

    def _kept(self, place: Place, like_BW: Tensor) -> Tensor:
        """Dropout (Srivastava et al. 2014): an example's is its own, in whatever pass of the step it comes."""
        drawn = [
            torch.rand(like_BW.shape[1], generator=generator(self._seed, "dropout", place.step, place.first + at))
            for at in range(len(like_BW))
        ]
        return (torch.stack(drawn) < 0.5) * 2.0

    def norm(self, model: Family, values: Tensor) -> float:
        return values.norm().item()

    def snapshot(self, model: Family, values: Tensor, name: str, step: int) -> Snapshot:
        return Snapshot(".pt", values.detach().numpy().tobytes())

    def picture(self, model: Family, values: Tensor, name: str, step: int, image: Image.Image) -> bytes | None:
        return None


def begin_bias(model: Family, request: TrainRequest, before: Path | None) -> Bias:
    return Bias(sum(model.widths), request.seed)
