"""The UNet's attention, whose keys and values can be made of something else than what comes in."""

from collections.abc import Callable, Iterable

from diffusers.models.attention_processor import Attention
from torch import Tensor, nn

from trainer.models.family import AttentionInputs


class Attentions:
    """Of one UNet, cross and self.

    What holds in a pass holds until the next one takes something else: where activations are computed anew, the
    backward pass goes through the attention again.
    """

    def __init__(self, unet: nn.Module) -> None:
        self._attentions = [part for part in unet.modules() if isinstance(part, Attention)]
        self.widths = frozenset(_layer(attention.to_k).in_features for attention in self._attentions)
        self._inputs: AttentionInputs | None = None
        self._hooked = False

    def take(self, inputs: AttentionInputs | None) -> None:
        """From now on; None is nothing but what comes in. A model that never meets any is left without hooks."""
        self._inputs = inputs
        if inputs is not None and not self._hooked:
            self._hooked = True
            self._hook((attention.to_k for attention in self._attentions), lambda used: used.keys)
            self._hook((attention.to_v for attention in self._attentions), lambda used: used.values)

    def _hook(self, layers: Iterable[nn.Module], part: Callable[[AttentionInputs], Callable[[Tensor], Tensor]]) -> None:
        def put(_layer: nn.Module, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...] | None:
            if self._inputs is None:
                return None
            context_BTW, *rest = inputs
            return (part(self._inputs)(context_BTW), *rest)

        for layer in layers:
            layer.register_forward_pre_hook(put)


def _layer(layer: nn.Module) -> nn.Linear:
    assert isinstance(layer, nn.Linear)
    return layer
