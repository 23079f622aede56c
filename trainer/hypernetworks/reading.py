"""A web UI's hypernetwork file → a hypernetwork. Read as embeddings are: nothing in it is run."""

import hashlib
from collections.abc import Mapping
from typing import Any

import torch

from trainer.embeddings.containers.torch_file import is_torch_file, read_torch_file
from trainer.embeddings.tensors import StoredTensor
from trainer.hypernetworks.errors import BadHypernetwork
from trainer.hypernetworks.hypernetwork import Hypernetwork, Pair
from trainer.hypernetworks.structure import Layers, Structure, legacy_dropout
from trainer.protocol import LARGEST_HYPERNETWORK_FILE

_LARGEST_WIDTH = 2**14
_MOST_LAYERS = 33
_FEWEST_BYTES = 2  # of a number: half precision
_OLD_NAMES = {"linear1.": "linear.0.", "linear2.": "linear.1."}
"""Of the first files, which had two layers and nothing between them."""


def read_hypernetwork(data: bytes, name: str) -> Hypernetwork:
    """Raises BadHypernetwork, and BadEmbedding for what reading its container ends in."""
    if not is_torch_file(data):
        raise BadHypernetwork("it is no file of torch's")
    contents = read_torch_file(data, LARGEST_HYPERNETWORK_FILE)
    if not isinstance(contents, dict):
        raise BadHypernetwork("it is something else")
    structure = _structure(contents)
    states = {width: _states(width, pair) for width, pair in contents.items() if type(width) is int}
    if not states:
        raise BadHypernetwork("it has no networks")
    _check_numbers(states, len(data))
    pairs = {
        width: Pair(*(_layers(structure, width, state, len(data)) for state in pair)) for width, pair in states.items()
    }
    return Hypernetwork(name, hashlib.sha256(data).hexdigest(), pairs)


_State = Mapping[str, StoredTensor]


def _structure(contents: Mapping[Any, Any]) -> Structure:
    """What is missing is what the web UI takes in its place."""
    multiples = _numbers(contents.get("layer_structure")) or Structure.multiples
    dropout = _numbers(contents.get("dropout_structure"))
    if dropout is None and contents.get("use_dropout") is True:
        dropout = legacy_dropout(len(multiples), last=contents.get("last_layer_dropout") is True)
    activation = contents.get("activation_func")
    return Structure(
        multiples=multiples,
        activation=activation if isinstance(activation, str) else None,
        activate_output=contents.get("activate_output", True) is True,
        layer_norm=contents.get("is_layer_norm", False) is True,
        dropout=dropout,
    )


def _numbers(value: Any) -> tuple[float, ...] | None:
    if not isinstance(value, list | tuple):
        return None
    if len(value) > _MOST_LAYERS or not all(type(number) in (int, float) for number in value):
        raise BadHypernetwork("its structure is not a short list of numbers")
    return tuple(float(number) for number in value)


def _states(width: int, pair: Any) -> tuple[_State, _State]:
    if not 0 < width <= _LARGEST_WIDTH or not isinstance(pair, tuple | list) or len(pair) != 2:
        raise BadHypernetwork("it has something else where its networks are")
    keys, values = (_state(state) for state in pair)
    return keys, values


def _state(state: Any) -> _State:
    if not isinstance(state, dict):
        raise BadHypernetwork("it has something else where its networks are")
    tensors = {}
    for key, tensor in state.items():
        if not isinstance(key, str) or not isinstance(tensor, StoredTensor):
            raise BadHypernetwork("its networks hold something else than numbers")
        old = next((old for old in _OLD_NAMES if key.startswith(old)), "")
        tensors[_OLD_NAMES.get(old, "") + key.removeprefix(old)] = tensor
    return tensors


def _check_numbers(states: Mapping[int, tuple[_State, _State]], file_bytes: int) -> None:
    """Tensors may share what is stored; together they may not become more than the file holds."""
    tensors = [tensor for pair in states.values() for state in pair for tensor in state.values()]
    if sum(tensor.check_size(file_bytes) for tensor in tensors) * _FEWEST_BYTES > file_bytes:
        raise BadHypernetwork("its networks are larger than its file")


def _layers(structure: Structure, width: int, state: _State, file_bytes: int) -> Layers:
    with torch.device("meta"):
        layers = structure.layers(width)
    expected = {key: tuple(weight.shape) for key, weight in layers.state_dict().items()}
    if expected != {key: tensor.shape for key, tensor in state.items()}:
        raise BadHypernetwork(f"its networks for width {width} are not built as it says")
    arrays = {key: torch.from_numpy(tensor.array(file_bytes)) for key, tensor in state.items()}
    layers.load_state_dict(arrays, assign=True)
    return layers.requires_grad_(requires_grad=False).eval()
