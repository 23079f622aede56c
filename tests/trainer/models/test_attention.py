"""Hypernetworks in the attention of every family, beside diffusers' own model with the same done to it by hand."""

import pytest
import torch
from torch import Tensor

from tests.trainer.hypernetworks.files import contents, saved, two_layers
from trainer.hypernetworks.hypernetwork import Chain, Link
from trainer.hypernetworks.reading import read_hypernetwork
from trainer.models.families.latent_diffusion import LatentDiffusion
from trainer.models.family import Conditioning


def told(model: LatentDiffusion, *texts: str) -> Conditioning:
    with torch.no_grad():
        return model.encode_prompts([model.reader.read(text, {}) for text in texts], [{}] * len(texts))


def predicted(model: LatentDiffusion, conditioning: Conditioning) -> Tensor:
    shape = (len(conditioning), model.latent_channels, 8, 8)
    latents = torch.randn(shape, generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        return model.predict(latents, torch.full((len(conditioning),), 500), conditioning)


class ByHand:
    """A chain of two, 0.8 of the first and −0.5 of the second, written out."""

    def __init__(self, first: dict, second: dict) -> None:
        self._first, self._second = first, second

    def hook(self, unet: torch.nn.Module) -> list[torch.utils.hooks.RemovableHandle]:
        layers = [(name, part) for name, part in unet.named_modules() if name.endswith((".to_k", ".to_v"))]
        assert {name.split(".")[-2] for name, _ in layers} == {"attn1", "attn2"}
        return [part.register_forward_pre_hook(self._for(name.endswith("to_v"))) for name, part in layers]

    def _for(self, values: int) -> object:
        def changed(_layer: object, inputs: tuple[Tensor, ...]) -> tuple[Tensor]:
            (x,) = inputs
            if x.shape[-1] not in self._first:
                return (x,)
            once = two_layers(x, self._first[x.shape[-1]][values], 0.8)
            return (two_layers(once, self._second[x.shape[-1]][values], -0.5),)

        return changed


def test_a_chain_in_attention_is_what_it_is_by_hand(tiny: LatentDiffusion) -> None:
    assert tiny.attention_widths == {16, 32, sum(tiny.widths)} - {16}
    widths = sorted(tiny.attention_widths)
    first, second = contents(widths, scale=0.03), contents(widths, seed=40, scale=0.03)
    chain = Chain((Link(read_hypernetwork(saved(first), "a"), 0.8), Link(read_hypernetwork(saved(second), "b"), -0.5)))
    plain = told(tiny, "an owl", "a tree by night")
    without = predicted(tiny, plain)
    made = predicted(tiny, chain(plain))
    handles = ByHand(first, second).hook(tiny.unet)
    expected = predicted(tiny, plain)
    for handle in handles:
        handle.remove()
    torch.testing.assert_close(made, expected, atol=1e-5, rtol=0)
    assert (made - without).abs().max() > 1e-3
    assert torch.equal(predicted(tiny, plain), without), "the next pass sees nothing of it"


@pytest.mark.parametrize("name", ["sd1"])
def test_conditioning_keeps_it_whatever_is_taken_of_it(tiny: LatentDiffusion) -> None:
    chain = Chain(())
    said = chain(told(tiny, "an owl", "a tree"))
    for part in (said.taken([1]), said.repeated(2), said.zeroed([0])):
        assert part.attention is chain
