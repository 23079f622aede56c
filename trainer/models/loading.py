"""From a model folder in diffusers' layout to a frozen family."""

import hashlib
import json
from pathlib import Path

import torch
from diffusers import AutoencoderKL, DDPMScheduler, UNet2DConditionModel
from torch import nn
from transformers import CLIPTextModel, CLIPTokenizer

from trainer.models.family import Family
from trainer.models.sd1 import StableDiffusion1
from trainer.models.text import PromptReader

_PARTS = ("text_encoder", "unet", "vae")
_WEIGHTS = (".safetensors", ".bin")
_BLOCK = 1 << 20


class BadModel(ValueError):
    """A folder that does not hold a model we can work with."""


def load_model(folder: Path, device: torch.device, dtype: torch.dtype) -> Family:
    """Load a Stable Diffusion 1.x folder, every weight frozen. Raises BadModel, OSError."""
    scheduler = DDPMScheduler.from_config(_read_json(folder / "scheduler" / "scheduler_config.json"))
    if scheduler.config.prediction_type != "epsilon":
        raise BadModel(f"{folder} predicts {scheduler.config.prediction_type}; only epsilon is known")
    # transformers would keep the file's own type; a float16 model trains to NaN.
    text_encoder = CLIPTextModel.from_pretrained(folder / "text_encoder", dtype=dtype, local_files_only=True)
    unet = UNet2DConditionModel.from_pretrained(folder / "unet", torch_dtype=dtype, local_files_only=True)
    vae = AutoencoderKL.from_pretrained(folder / "vae", torch_dtype=torch.float32, local_files_only=True)
    for part in (text_encoder, unet, vae):
        _freeze(part, device)
    return StableDiffusion1(
        model=_model_name(folder),
        model_hash=_model_hash(folder),
        reader=PromptReader(CLIPTokenizer.from_pretrained(folder / "tokenizer", local_files_only=True)),
        text_encoder=text_encoder,
        unet=unet,
        vae=vae,
        alphas_cumprod=scheduler.alphas_cumprod.float().cpu(),
    )


def _freeze(part: nn.Module, device: torch.device) -> None:
    part.requires_grad_(requires_grad=False).eval().to(device)


def _model_name(folder: Path) -> str:
    """The name in model_index.json, without its path; else the folder's."""
    named = _read_json(folder / "model_index.json").get("_name_or_path")
    return Path(named).name if named else folder.resolve().name


def _model_hash(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(path for part in _PARTS for path in (folder / part).iterdir() if path.suffix in _WEIGHTS):
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
    return digest.hexdigest()[:10]


def _read_json(path: Path) -> dict[str, object]:
    if not path.is_file():
        raise BadModel(f"{path} is missing: not a model folder in diffusers' layout")
    return json.loads(path.read_text(encoding="utf-8"))
