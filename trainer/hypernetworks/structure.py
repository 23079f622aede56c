"""What the networks of one hypernetwork are built like, as the web UI builds them."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from torch import Tensor, nn

from trainer.hypernetworks.activations import ACTIVATIONS
from trainer.hypernetworks.errors import BadHypernetwork

_MOST_LAYERS = 32
_LARGEST_MULTIPLE = 64.0


class Layers(nn.Module):
    """f in x + f(x) · strength, for one width's keys or values. Its state has the keys that the web UI's has."""

    def __init__(self, layers: Iterator[nn.Module]) -> None:
        super().__init__()
        self.linear = nn.Sequential(*layers)

    def forward(self, x_BTW: Tensor) -> Tensor:
        f_BTW: Tensor = self.linear(x_BTW)
        return f_BTW


@dataclass(frozen=True, kw_only=True)
class Structure:
    """The defaults are what the web UI reads where a file says nothing. Raises BadHypernetwork for what none has."""

    multiples: tuple[float, ...] = (1.0, 2.0, 1.0)
    """Widths before, between and after the linear layers, as multiples of the context's."""
    activation: str | None = None
    activate_output: bool = True
    """Whether the activation follows the last linear layer, too."""
    layer_norm: bool = False
    """Whether one follows each linear layer."""
    dropout: tuple[float, ...] | None = None
    """For each of the multiples, the share that is left out after it while something is learned."""

    def __post_init__(self) -> None:
        if not 2 <= len(self.multiples) <= _MOST_LAYERS + 1 or self.multiples[0] != 1 or self.multiples[-1] != 1:
            raise BadHypernetwork(f"its layer structure is {self.multiples}")
        if not all(math.isfinite(each) and 0 < each <= _LARGEST_MULTIPLE for each in self.multiples):
            raise BadHypernetwork(f"its layer structure is {self.multiples}")
        if self.activation not in (None, "linear", *ACTIVATIONS):
            raise BadHypernetwork(f'its activation "{self.activation}" is not known here')
        if self.dropout is not None and len(self.dropout) != len(self.multiples):
            raise BadHypernetwork(f"its dropout structure is {self.dropout}")
        if not all(0 <= each < 1 for each in self.dropout or ()):
            raise BadHypernetwork(f"its dropout structure is {self.dropout}")

    def layers(self, width: int) -> Layers:
        """A network for contexts of `width`, with whatever torch begins its weights as."""
        return Layers(self._layers(width))

    def _layers(self, width: int) -> Iterator[nn.Module]:
        sides = list(pairwise(int(width * multiple) for multiple in self.multiples))
        activation = ACTIVATIONS.get(self.activation or "linear")
        for place, (before, after) in enumerate(sides, start=1):
            yield nn.Linear(before, after)
            if activation is not None and (self.activate_output or place < len(sides)):
                yield activation()
            if self.layer_norm:
                yield nn.LayerNorm(after)
            if self.dropout is not None and self.dropout[place] > 0:
                yield nn.Dropout(self.dropout[place])


def legacy_dropout(layers: int, *, last: bool) -> tuple[float, ...]:
    """Of files that only say that there is some, with so many multiples: never at the ends, at the last but one only
    with `last`."""
    return (0.0, *[0.3] * (layers - 3), 0.3 if last else 0.0, 0.0)[:layers]
