"""A hypernetwork: small networks that change what attention makes its keys and values of, as the web UI has them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import torch
from torch import Tensor

from trainer.hypernetworks.structure import Layers
from trainer.models.family import Conditioning

_DIGITS = 10
"""As the web UI has them in a text's "Hypernet hash"."""


class Pair(NamedTuple):
    """The networks for one width of context, (B, T, W) each."""

    keys: Layers
    values: Layers

    def to(self, device: torch.device) -> "Pair":
        return Pair(self.keys.to(device), self.values.to(device))


@dataclass(frozen=True, eq=False)
class Hypernetwork:
    """Frozen, in float32. Contexts of other widths than it has networks for pass through it as they are."""

    name: str
    sha256: str
    """Of its file, 64 hexadecimal digits."""
    pairs: Mapping[int, Pair]

    def on(self, device: torch.device) -> "Hypernetwork":
        return replace(self, pairs={width: pair.to(device) for width, pair in self.pairs.items()})


class Link(NamedTuple):
    hypernetwork: Hypernetwork
    strength: float


@dataclass(frozen=True)
class Chain:
    """Several one after another, each x + f(x) · strength. Fulfils `AttentionInputs`.

    Two are equal when they are of the same hypernetworks at the same strengths: then their pictures share passes.
    """

    links: tuple[Link, ...]

    @property
    def hashes(self) -> tuple[tuple[str, str], ...]:
        """Each one's name, and the first of its file's digits."""
        return tuple(dict.fromkeys((each.name, each.sha256[:_DIGITS]) for each, _ in self.links))

    def __call__(self, told: Conditioning) -> Conditioning:
        """The same, and that this is done to the attention's inputs."""
        return replace(told, attention=self)

    def keys(self, context_BTW: Tensor) -> Tensor:
        for hypernetwork, strength in self.links:
            if pair := hypernetwork.pairs.get(context_BTW.shape[-1]):
                context_BTW = _added(context_BTW, pair.keys, strength)
        return context_BTW

    def values(self, context_BTW: Tensor) -> Tensor:
        for hypernetwork, strength in self.links:
            if pair := hypernetwork.pairs.get(context_BTW.shape[-1]):
                context_BTW = _added(context_BTW, pair.values, strength)
        return context_BTW


def _added(context_BTW: Tensor, layers: Layers, strength: float) -> Tensor:
    """In float32, as the web UI does it, whatever the model computes in."""
    x_BTW = context_BTW.float()
    f_BTW: Tensor = layers(x_BTW)
    return (x_BTW + f_BTW * strength).to(context_BTW.dtype)
