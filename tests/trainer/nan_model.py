"""The small model with numbers that are none, as a model has that overflows."""

import shutil
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from tests.trainer.process import MODEL


def broken_model(folder: Path, part: str = "unet") -> Path:
    """A copy whose noise model (`unet`) or autoencoder (`vae`) gives nothing but NaN."""
    shutil.copytree(MODEL, folder)
    path = folder / part / "diffusion_pytorch_model.safetensors"
    weights = load_file(path)
    last = "conv_out.weight" if part == "unet" else "decoder.conv_out.weight"
    weights[last] = torch.full_like(weights[last], float("nan"))
    save_file(weights, path, metadata={"format": "pt"})
    return folder
