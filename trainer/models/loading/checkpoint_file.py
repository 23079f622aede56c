"""Single files of weights, `.safetensors` and `.ckpt`, read without running anything that they hold."""

import pickle
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from trainer.models.errors import BadModel

SUFFIXES = (".safetensors", ".ckpt")
_SD1_TEXT = "cond_stage_model.transformer."


@dataclass(frozen=True)
class CheckpointFile:
    """All tensors of a file in the layout of the first Stable Diffusion, and what the file says of itself."""

    path: Path
    weights: dict[str, Tensor]
    metadata: Mapping[str, str]


def read_checkpoint(path: Path, pulse: Callable[[], None], *, allow_pickle: bool) -> CheckpointFile:
    """Raises BadModel, OSError."""
    if path.suffix == ".safetensors":
        weights, metadata = read_safetensors(path, pulse)
    elif not allow_pickle:
        raise BadModel(f"{path} is a pickle; such files are read only where the operator allows it")
    else:
        weights, metadata = _named_weights(path), {}
    return CheckpointFile(path, {_named(key): value for key, value in weights.items()}, metadata)


def read_safetensors(path: Path, pulse: Callable[[], None]) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Weights by name, and what the file says of itself. Raises BadModel, OSError."""
    try:
        with safe_open(path, framework="pt") as file:
            weights = {}
            for key in file.keys():  # noqa: SIM118
                weights[key] = file.get_tensor(key)
                pulse()
            return weights, file.metadata() or {}
    except SafetensorError as error:
        raise BadModel(f"{path} is no whole safetensors file: {error}") from error


def _named_weights(path: Path) -> dict[str, Tensor]:
    content = read_pickle(path)
    while isinstance(content, Mapping) and "state_dict" in content:
        content = content["state_dict"]
    if not isinstance(content, Mapping):
        raise BadModel(f"{path} holds a {type(content).__name__}, not named weights")
    return {key: value for key, value in content.items() if isinstance(value, Tensor)}


def read_pickle(path: Path) -> object:
    """What torch.save was given, weights and plain things only, on the CPU. Raises BadModel, OSError."""
    # Stable Diffusion's own files name this class among their trainer's callbacks; nothing of it is ever made.
    inert = (_Named, "pytorch_lightning.callbacks.model_checkpoint.ModelCheckpoint")
    try:
        with torch.serialization.safe_globals([inert]):
            content: object = torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError) as error:
        raise BadModel(f"{path} holds more than weights, or is damaged: {error}") from error
    return content


class _Named:
    """Stands for a class that a pickle names."""


def _named(key: str) -> str:
    """The usual name: some merging programs save SD 1.x's text encoder a level higher."""
    if key.startswith((_SD1_TEXT + "embeddings.", _SD1_TEXT + "encoder.", _SD1_TEXT + "final_layer_norm.")):
        return f"{_SD1_TEXT}text_model.{key.removeprefix(_SD1_TEXT)}"
    return key
