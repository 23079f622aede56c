"""From a file, a folder or a hub's name to a frozen family."""

from pathlib import Path

import torch

from trainer.models.errors import BadModel
from trainer.models.families.latent_diffusion import LatentDiffusion
from trainer.models.family import Family
from trainer.models.loading import compiling
from trainer.models.loading.checkpoint_file import SUFFIXES
from trainer.models.loading.folder import Reading, read_folder
from trainer.models.loading.hub import fetch, looks_like_name
from trainer.models.loading.single_file import read_single_file
from trainer.models.parametrisation import Prediction
from trainer.pulse import Pulse, silent

__all__ = ["BadModel", "load_model"]


def load_model(
    source: Path,
    device: torch.device,
    dtype: torch.dtype,
    *,
    prediction: Prediction | None = None,
    allow_pickle: bool = False,
    allow_download: bool = False,
    hashes: Path | None = None,
    offloading: bool = False,
    compile_unet: bool = False,
    configuration: Path | None = None,
    pulse: Pulse | None = None,
) -> Family:
    """Load Stable Diffusion 1.x, 2.x or XL, every weight frozen. Raises BadModel, OSError.

    `source`: a folder in diffusers' layout, a `.safetensors` or `.ckpt` file, or "owner/name" on the hub.
    `prediction`: overrules what the model says of itself. `allow_pickle`: read `.ckpt` and `.bin`, weights only.
    `hashes`: a JSON file that remembers hashes. `compile_unet`: minutes, for faster passes after.
    `configuration`: for a single file of unusual architecture, a folder with the parts' config.json.
    `pulse`: is told of each step.
    """
    pulse = pulse or silent()
    reading = Reading(device, dtype, allow_pickle=allow_pickle, prediction=prediction, hashes=hashes, pulse=pulse)
    model = _read(source, reading, configuration, allow_download=allow_download)
    if device.type == "cuda":
        _suit_cuda(model)
    if compile_unet:
        pulse.load("compile")
        compiling.compile_unet(model)
    model.offloading = offloading
    return model


def _read(source: Path, reading: Reading, configuration: Path | None, *, allow_download: bool) -> LatentDiffusion:
    if source.is_dir():
        return read_folder(source, reading)
    if source.is_file() and source.suffix in SUFFIXES:
        return read_single_file(source, reading, configuration)
    if source.exists():
        raise BadModel(f"{source} is neither a folder nor a file that ends in {' or '.join(SUFFIXES)}")
    if looks_like_name(source.as_posix()):
        folder = fetch(source.as_posix(), reading.pulse, allow_download=allow_download)
        return read_folder(folder, reading, name=source.name)
    raise BadModel(f"there is no {source}")


def _suit_cuda(model: LatentDiffusion) -> None:
    torch.set_float32_matmul_precision("high")  # TF32: ten bits of mantissa, as float16, at several times the speed
    model.unet.to(memory_format=torch.channels_last)  # type: ignore[call-arg]  # diffusers wraps torch's, untyped
