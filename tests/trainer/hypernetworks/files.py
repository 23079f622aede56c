"""Hypernetworks' files as the web UI's own code writes them, by torch; and what they do, written out plainly."""

import hashlib
import io
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import hardswish, layer_norm, leaky_relu

from trainer.protocol import HypernetworkFile

SMALL_MODEL = (64, 96, 128)
"""Widths of the small model's attention."""
State = dict[str, Tensor]


def state(width: int, multiples: Sequence[float] = (1, 2, 1), seed: int = 0, scale: float = 0.1) -> State:
    """Of one network of linear layers only."""
    generator = torch.Generator().manual_seed(seed)
    sides = [int(width * multiple) for multiple in multiples]
    filled: State = {}
    for place, (before, after) in enumerate(pairwise(sides)):
        filled[f"linear.{place}.weight"] = torch.randn(after, before, generator=generator) * scale
        filled[f"linear.{place}.bias"] = torch.randn(after, generator=generator) * scale
    return filled


def contents(widths: Sequence[int] = SMALL_MODEL, seed: int = 0, scale: float = 0.1, **others: Any) -> dict[Any, Any]:
    """All that such a file holds; `others` replace or add."""
    pairs = {
        width: (state(width, seed=seed + 2 * place, scale=scale), state(width, seed=seed + 2 * place + 1, scale=scale))
        for place, width in enumerate(widths)
    }
    return {
        **pairs,
        "step": 500,
        "name": "soft",
        "layer_structure": [1, 2, 1],
        "activation_func": "linear",
        "is_layer_norm": False,
        "weight_initialization": "Normal",
        "sd_checkpoint": "0123456789",
        "sd_checkpoint_name": "small",
        "activate_output": True,
        "use_dropout": False,
        "dropout_structure": [0, 0, 0],
        "last_layer_dropout": False,
        **others,
    }


def saved(held: Any) -> bytes:
    buffer = io.BytesIO()
    torch.save(held, buffer)
    return buffer.getvalue()


def written(folder: Path, name: str = "soft", held: Any = None) -> HypernetworkFile:
    """The file in the folder, which is made, named as the bot names it to a trainer."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.pt"
    data = held if isinstance(held, bytes) else saved(contents() if held is None else held)
    path.write_bytes(data)
    return HypernetworkFile(name=name, path=str(path), sha256=hashlib.sha256(data).hexdigest())


def linear(x: Tensor, weights: State, place: int) -> Tensor:
    return x @ weights[f"linear.{place}.weight"].T + weights[f"linear.{place}.bias"]


ACTIVATED = {"linear": lambda x: x, "relu": torch.relu, "leakyrelu": leaky_relu, "swish": hardswish, "tanh": torch.tanh}


def two_layers(x: Tensor, weights: State, strength: float, activation: str = "linear") -> Tensor:
    """x + f(x) · m of the usual structure, whose activation stands between the layers."""
    between = ACTIVATED[activation](linear(x, weights, 0))
    return x + linear(between, weights, 1 if activation == "linear" else 2) * strength


def normed(x: Tensor, weights: State, place: int) -> Tensor:
    return layer_norm(x, x.shape[-1:], weights[f"linear.{place}.weight"], weights[f"linear.{place}.bias"])


def module_state(*layers: nn.Module) -> State:
    """As torch itself numbers what stands in a Sequential."""
    return {f"linear.{key}": value for key, value in nn.Sequential(*layers).state_dict().items()}
