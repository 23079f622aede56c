"""The web UI's files are read as it reads them, the oldest too; what is none of them is refused, and runs nothing."""

import copy
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from tests.trainer.embeddings.hostile_containers import ZIPS
from tests.trainer.embeddings.hostile_pickles import PICKLES, Hostile
from tests.trainer.embeddings.hostile_tensors import TENSORS
from tests.trainer.hypernetworks.files import (
    ACTIVATED,
    contents,
    linear,
    module_state,
    normed,
    saved,
    state,
    two_layers,
)
from trainer.embeddings.errors import FileRefused
from trainer.hypernetworks.errors import BadHypernetwork
from trainer.hypernetworks.hypernetwork import Chain, Hypernetwork, Link
from trainer.hypernetworks.reading import read_hypernetwork

X = torch.randn(2, 5, 96, generator=torch.Generator().manual_seed(9))


def read(held: Any) -> Hypernetwork:
    return read_hypernetwork(saved(held), "soft")


def keys(hypernetwork: Hypernetwork, strength: float = 1.0, x: torch.Tensor = X) -> torch.Tensor:
    return Chain((Link(hypernetwork, strength),)).keys(x)


def test_each_width_has_networks_for_keys_and_for_values() -> None:
    held = contents()
    chain = Chain((Link(read(held), 0.8),))
    for width in (64, 96, 128):
        x = torch.randn(1, 3, width)
        for made, weights in ((chain.keys(x), held[width][0]), (chain.values(x), held[width][1])):
            torch.testing.assert_close(made, two_layers(x, weights, 0.8), atol=1e-5, rtol=0)
    other = torch.randn(1, 3, 77)
    assert chain.keys(other) is other


def test_a_chain_goes_through_one_after_another() -> None:
    one, two = contents(), contents(seed=50)
    chain = Chain((Link(read(one), 0.8), Link(read(two), -0.5)))
    expected = two_layers(two_layers(X, one[96][0], 0.8), two[96][0], -0.5)
    torch.testing.assert_close(chain.keys(X), expected, atol=1e-5, rtol=0)
    turned = Chain(chain.links[::-1])
    assert not torch.allclose(turned.keys(X), expected, atol=1e-3)


def test_half_precision_files_are_read_and_float32_is_computed() -> None:
    held = contents()
    halved = {
        key: tuple({name: weight.half() for name, weight in each.items()} for each in value)
        if isinstance(key, int)
        else value
        for key, value in held.items()
    }
    made = keys(read(halved), x=X.bfloat16())
    assert made.dtype == torch.bfloat16
    rounded = {name: weight.half().float() for name, weight in held[96][0].items()}
    torch.testing.assert_close(made, two_layers(X.bfloat16().float(), rounded, 1.0).bfloat16(), atol=0, rtol=0)


@pytest.mark.parametrize("activation", [name for name in ACTIVATED if name != "linear"])
def test_an_activation_stands_between_the_layers(activation: str) -> None:
    weights = state(96)
    weights = {name.replace("linear.1", "linear.2"): weight for name, weight in weights.items()}
    held = contents((), activation_func=activation, activate_output=False) | {96: (weights, weights)}
    expected = two_layers(X, weights, 1.0, activation)
    torch.testing.assert_close(keys(read(held)), expected, atol=1e-5, rtol=0)


def test_layer_norm_dropout_and_an_activated_output() -> None:
    """The indices of a state count all that stands in the network; nothing is left out while nothing is learned."""
    torch.manual_seed(3)
    layers = (nn.Linear(96, 144), nn.Tanh(), nn.LayerNorm(144), nn.Dropout(0.2))
    weights = module_state(*layers, nn.Linear(144, 96), nn.Tanh(), nn.LayerNorm(96))
    structure = {"layer_structure": [1, 1.5, 1], "dropout_structure": [0, 0.2, 0], "use_dropout": True}
    held = contents((), activation_func="tanh", is_layer_norm=True, **structure) | {96: (weights, weights)}
    between = normed(torch.tanh(linear(X, weights, 0)), weights, 2)
    expected = X + normed(torch.tanh(linear(between, weights, 4)), weights, 6)
    torch.testing.assert_close(keys(read(held)), expected, atol=1e-5, rtol=0)


def test_the_first_files_have_two_named_layers_and_nothing_else() -> None:
    weights = state(96)
    old = {name.replace("linear.0", "linear1").replace("linear.1", "linear2"): each for name, each in weights.items()}
    torch.testing.assert_close(keys(read({96: (old, old)})), two_layers(X, weights, 1.0), atol=1e-5, rtol=0)


def test_missing_keys_are_what_the_web_ui_takes_them_for() -> None:
    """An activation follows the last layer, too, and dropout stands before it with three layers, not at the ends."""
    layers = (nn.Linear(96, 192), nn.ReLU(), nn.Dropout(0.3), nn.Linear(192, 192), nn.ReLU(), nn.Linear(192, 96))
    weights = module_state(*layers, nn.ReLU())
    said = {"layer_structure": [1, 2, 2, 1], "activation_func": "relu", "use_dropout": True}
    between = torch.relu(linear(torch.relu(linear(X, weights, 0)), weights, 3))
    expected = X + torch.relu(linear(between, weights, 5))
    torch.testing.assert_close(keys(read({96: (weights, weights), **said})), expected, atol=1e-5, rtol=0)


def changed(change: Callable[[dict[Any, Any]], object]) -> bytes:
    held = copy.deepcopy(contents())
    change(held)
    return saved(held)


BAD: dict[str, Callable[[], bytes]] = {
    "no torch file": lambda: b"GIF89a",
    "nothing": lambda: b"",
    "a list": lambda: saved([1, 2]),
    "an embedding": lambda: saved({"string_to_param": {"*": torch.zeros(1, 96)}, "step": 1}),
    "no networks": lambda: saved({"layer_structure": [1, 2, 1]}),
    "one network of two": lambda: changed(lambda held: held.update({96: (held[96][0],)})),
    "numbers where networks are": lambda: changed(lambda held: held.update({96: (1, 2)})),
    "a text among the weights": lambda: changed(lambda held: held[96][0].update({"linear.2.weight": "x"})),
    "a weight too many": lambda: changed(lambda held: held[96][0].update({"linear.2.weight": torch.zeros(1)})),
    "a weight too few": lambda: changed(lambda held: held[96][0].pop("linear.1.bias")),
    "weights of another shape": lambda: changed(lambda held: held[96][0].update(state(64))),
    "another structure than it says": lambda: changed(lambda held: held.update(layer_structure=[1, 3, 1])),
    "a structure that begins elsewhere": lambda: changed(lambda held: held.update(layer_structure=[2, 2, 1])),
    "an endless structure": lambda: changed(lambda held: held.update(layer_structure=[1] * 10_000)),
    "an infinite structure": lambda: changed(lambda held: held.update(layer_structure=[1, float("inf"), 1])),
    "a structure of text": lambda: changed(lambda held: held.update(layer_structure=["1", "2", "1"])),
    "an unknown activation": lambda: changed(lambda held: held.update(activation_func="softmax")),
    "certain dropout": lambda: changed(lambda held: held.update(dropout_structure=[0, 1, 0])),
    "too little dropout": lambda: changed(lambda held: held.update(dropout_structure=[0])),
    "no number": lambda: changed(lambda held: held[96][0]["linear.0.bias"].fill_(float("nan"))),
    "whole numbers": lambda: changed(lambda held: held[96][0].update({"linear.0.bias": torch.zeros(192).long()})),
    "a huge width": lambda: changed(lambda held: held.update({2**30: held[96]})),
    "a negative width": lambda: changed(lambda held: held.update({-96: held[96]})),
    "weights that share what is stored": lambda: saved(
        {width: ({"linear.0.weight": torch.zeros(1).expand(width, width)},) * 2 for width in range(1000, 1010)}
        | {"layer_structure": [1, 1]}
    ),
    "something that runs": lambda: pickle.dumps(Path),
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_what_is_no_hypernetwork_is_refused(bad: Callable[[], bytes]) -> None:
    with pytest.raises((BadHypernetwork, FileRefused)):
        read_hypernetwork(bad(), "soft")


HOSTILE = {**ZIPS, **PICKLES, **TENSORS}


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
def test_files_that_harm_a_reader_do_not_harm_this_one(hostile: Hostile, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    with pytest.raises((BadHypernetwork, FileRefused)):
        read_hypernetwork(hostile(canary), "soft")
    assert not canary.exists()
