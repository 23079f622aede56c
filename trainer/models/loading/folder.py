"""Model folders in diffusers' layout."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.models.modeling_utils import ModelMixin
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from diffusers.pipelines.stable_diffusion.safety_checker import StableDiffusionSafetyChecker
from transformers import CLIPTextModel, CLIPTextModelWithProjection, PreTrainedModel

from trainer.models.errors import BadModel
from trainer.models.families.latent_diffusion import LatentDiffusion, Parts
from trainer.models.families.table import FAMILIES
from trainer.models.loading.hashes import weights_hash
from trainer.models.loading.noise_levels import alphas_cumprod
from trainer.models.parametrisation import Prediction
from trainer.models.parts.clip_text import ClipEncoder
from trainer.models.parts.frozen import frozen
from trainer.models.parts.residency import HOME
from trainer.models.tokenizer import read_tokenizer
from trainer.pulse import Pulse, silent

TEXT_ENCODERS: Mapping[str, type[ClipEncoder]] = {
    "text_encoder": CLIPTextModel,
    "text_encoder_2": CLIPTextModelWithProjection,
}
Saved = TypeVar("Saved", bound=ModelMixin | PreTrainedModel)
_HALF = ".fp16"
_OTHER_NOISE = ("EDM", "FlowMatch")


@dataclass(frozen=True)
class Reading:
    """How weights are read: onto which device, in which precision, whether pickles (`.bin`, `.ckpt`) may be opened.

    `prediction`: what the model gives, where its own word is missing or wrong. `hashes`: a JSON file to remember in.
    `pulse`: is told of each part.
    """

    device: torch.device
    dtype: torch.dtype
    allow_pickle: bool = False
    prediction: Prediction | None = None
    hashes: Path | None = None
    pulse: Pulse = field(default_factory=silent)


def read_folder(folder: Path, reading: Reading, name: str | None = None) -> LatentDiffusion:
    """`name`: what people call it, if the folder does not know. Raises BadModel, OSError."""
    index = _read_json(folder / "model_index.json")
    kind = _kind(folder, index)
    scheduler = _read_json(folder / "scheduler" / "scheduler_config.json")
    text_encoders = tuple(
        _part(part, folder / place, reading) for place, part in TEXT_ENCODERS.items() if (folder / place).is_dir()
    )
    unet = _part(UNet2DConditionModel, folder / "unet", reading)
    vae = _part(AutoencoderKL, folder / "vae", reading, torch.float32)
    model = kind(
        Parts(
            model=name or _model_name(folder, index),
            model_hash=_hash(folder, reading),
            model_hash_old=None,
            prediction=reading.prediction or _prediction(folder, scheduler),
            native_size=unet.config["sample_size"] * 2 ** (len(vae.config["block_out_channels"]) - 1),
            tokenizer=read_tokenizer(folder / "tokenizer"),
            text_encoders=text_encoders,
            unet=unet,
            vae=vae,
            alphas_cumprod=alphas_cumprod(scheduler),
            safety_checker=_safety_checker(folder / "safety_checker", reading),
            empty_is_zero=bool(index.get("force_zeros_for_empty_prompt", kind.empty_is_zero)),
        )
    )
    if sum(model.widths) != unet.config["cross_attention_dim"]:
        raise BadModel(f"{folder}: text of width {model.widths}, attention takes {unet.config['cross_attention_dim']}")
    return model


def _hash(folder: Path, reading: Reading) -> str:
    reading.pulse.load("hash")
    return weights_hash(_weights(folder), folder, reading.hashes, reading.pulse)


def _kind(folder: Path, index: Mapping[str, object]) -> type[LatentDiffusion]:
    pipeline = index.get("_class_name", "unnamed pipeline")
    if not (folder / "unet").is_dir() or not any((folder / place).is_dir() for place in TEXT_ENCODERS):
        raise BadModel(f"{folder} is a {pipeline}: neither Stable Diffusion 1.x, 2.x nor XL")
    if not (folder / "text_encoder").is_dir():
        raise BadModel(
            f"{folder} is a {pipeline} without the first text encoder, as the SDXL refiner: give its base model"
        )
    takes, makes = (_read_json(folder / "unet" / "config.json").get(f"{end}_channels") for end in ("in", "out"))
    if takes != makes:
        raise BadModel(f"{folder} is a {pipeline} whose UNet takes {takes} channels: made for inpainting or editing")
    encoders = [_read_json(folder / place / "config.json") for place in TEXT_ENCODERS if (folder / place).is_dir()]
    return next(kind for kind in FAMILIES if kind.has_encoders(encoders))


def _safety_checker(folder: Path, reading: Reading) -> StableDiffusionSafetyChecker | None:
    """On the CPU. One that cannot be read is an error: a model must not lose its checker unnoticed."""
    return _part(StableDiffusionSafetyChecker, folder, replace(reading, device=HOME)) if folder.is_dir() else None


def _part(kind: type[Saved], folder: Path, reading: Reading, dtype: torch.dtype | None = None) -> Saved:
    if not (folder / "config.json").is_file():
        raise BadModel(f"{folder} is missing, or has no config.json")
    if not reading.allow_pickle and not any(folder.glob("*.safetensors")):
        raise BadModel(f"{folder} has no .safetensors; pickled weights are read only where the operator allows it")
    reading.pulse.load("weights")
    # transformers would keep the file's own type; a float16 model trains to NaN.
    part: Any = kind.from_pretrained(
        folder,
        dtype=dtype or reading.dtype,
        variant="fp16" if _only_half(folder) else None,
        use_safetensors=None if reading.allow_pickle else True,
        local_files_only=True,
    )
    own: Saved = frozen(part, reading.device)
    return own


def _prediction(folder: Path, scheduler: Mapping[str, object]) -> Prediction:
    counting = str(scheduler.get("_class_name"))
    if counting.startswith(_OTHER_NOISE):
        raise BadModel(f"{folder} was trained on noise as {counting} counts it, not as Stable Diffusion does")
    match scheduler.get("prediction_type", "epsilon"):
        case "epsilon":
            return "epsilon"
        case "v_prediction":
            return "v_prediction"
        case other:
            raise BadModel(f"{folder} predicts {other}; only epsilon and v_prediction are known")


def _model_name(folder: Path, index: Mapping[str, object]) -> str:
    """The name in model_index.json, without its path; else the folder's."""
    named = index.get("_name_or_path")
    return Path(str(named)).name if named else folder.resolve().name


def _weights(folder: Path) -> list[Path]:
    """The files that are read, of every part."""
    return sorted(path for place in (*TEXT_ENCODERS, "unet", "vae") for path in _files(folder / place))


def _files(folder: Path) -> list[Path]:
    files = list(folder.glob("*.safetensors")) or list(folder.glob("*.bin"))
    return [path for path in files if (_HALF in path.name) == _only_half(folder)]


def _only_half(folder: Path) -> bool:
    names = [path.name for path in folder.glob("*.safetensors")]
    return bool(names) and all(_HALF in name for name in names)


def _read_json(path: Path) -> dict[str, object]:
    if not path.is_file():
        raise BadModel(f"{path} is missing: not a model folder in diffusers' layout")
    read: dict[str, object] = json.loads(path.read_text(encoding="utf-8"))
    return read
