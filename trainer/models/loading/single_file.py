"""From one file of weights to a family, offline: what diffusers would fetch from the hub is in `configs/`."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import torch
from accelerate import init_empty_weights
from diffusers.loaders.single_file_utils import (
    convert_ldm_clip_checkpoint,
    convert_ldm_unet_checkpoint,
    convert_ldm_vae_checkpoint,
    convert_open_clip_checkpoint,
)
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from torch import Tensor
from transformers import CLIPTextConfig

from trainer.models.errors import BadModel
from trainer.models.families.latent_diffusion import LatentDiffusion, Parts
from trainer.models.loading.checkpoint_file import CheckpointFile, read_checkpoint
from trainer.models.loading.folder import TEXT_ENCODERS, Reading
from trainer.models.loading.hashes import old_hash, weights_hash
from trainer.models.loading.kinds import kind_of
from trainer.models.loading.noise_levels import alphas_cumprod
from trainer.models.loading.prediction import shown_prediction, told_prediction
from trainer.models.parametrisation import Prediction
from trainer.models.parts.clip_text import ClipEncoder, ClipText
from trainer.models.parts.frozen import Part, frozen
from trainer.models.tokenizer import SHIPPED, read_tokenizer

CONFIGURATIONS = Path(__file__).parent / "configs"
_CLIP_TABLE = "text_model.embeddings.token_embedding.weight"
_OPEN_CLIP_TABLE = "token_embedding.weight"
_TOKEN_TABLES = {
    "cond_stage_model.transformer.": _CLIP_TABLE,
    "cond_stage_model.model.": _OPEN_CLIP_TABLE,
    "conditioner.embedders.0.transformer.": _CLIP_TABLE,
    "conditioner.embedders.1.model.": _OPEN_CLIP_TABLE,
}
_ZERO_SNR = "ztsnr"


def read_single_file(path: Path, reading: Reading, configuration: Path | None = None) -> LatentDiffusion:
    """`configuration`: the parts' config.json, for an architecture that is not its family's own.

    Raises BadModel, OSError.
    """
    reading.pulse.load("weights")
    file = read_checkpoint(path, reading.pulse, allow_pickle=reading.allow_pickle)
    try:
        kind = kind_of(file.weights)
        told = reading.prediction or told_prediction(file)
        parts = _parts(file, kind, configuration or CONFIGURATIONS / kind.family, told or "epsilon", reading)
    except BadModel as error:
        raise BadModel(f"{path}: {error}") from error
    if kind.velocity_size is not None:  # in the other families velocity is rare, and says so
        if told is None:
            parts = replace(parts, prediction=shown_prediction(kind(parts)))
        if parts.prediction == "v_prediction" and configuration is None:
            parts = replace(parts, native_size=kind.velocity_size)
    return kind(parts)


def _parts(
    file: CheckpointFile, kind: type[LatentDiffusion], configuration: Path, prediction: Prediction, reading: Reading
) -> Parts:
    unet, vae = _unet(file, configuration, reading), _autoencoder(file, configuration, reading)
    scheduler = _read_json(configuration / "scheduler" / "scheduler_config.json")
    return Parts(
        model=file.path.stem,
        model_hash=_hash(file.path, reading),
        model_hash_old=old_hash(file.path),
        prediction=prediction,
        native_size=unet.config["sample_size"] * 2 ** (len(vae.config["block_out_channels"]) - 1),
        tokenizer=read_tokenizer(SHIPPED),
        text_encoders=tuple(_text_encoders(file, configuration, reading)),
        unet=unet,
        vae=vae,
        alphas_cumprod=alphas_cumprod(scheduler | {"rescale_betas_zero_snr": _ZERO_SNR in file.weights}),
        empty_is_zero=kind.empty_is_zero,
    )


def _hash(path: Path, reading: Reading) -> str:
    reading.pulse.load("hash")
    return weights_hash([path], path, reading.hashes, reading.pulse)


def _unet(file: CheckpointFile, configuration: Path, reading: Reading) -> UNet2DConditionModel:
    settings = _read_json(configuration / "unet" / "config.json")
    with init_empty_weights():
        unet: UNet2DConditionModel = UNet2DConditionModel.from_config(settings)
    return _filled(unet, convert_ldm_unet_checkpoint(file.weights, unet.config), reading.dtype, reading)


def _autoencoder(file: CheckpointFile, configuration: Path, reading: Reading) -> AutoencoderKL:
    settings = _read_json(configuration / "vae" / "config.json")
    with init_empty_weights():
        vae: AutoencoderKL = AutoencoderKL.from_config(settings)
    return _filled(vae, convert_ldm_vae_checkpoint(file.weights, vae.config), torch.float32, reading)


def _text_encoders(file: CheckpointFile, configuration: Path, reading: Reading) -> Iterator[ClipEncoder]:
    for place, kind in TEXT_ENCODERS.items():
        if (configuration / place).is_dir():
            with init_empty_weights():
                encoder = kind(CLIPTextConfig.from_pretrained(configuration / place, local_files_only=True))
            yield _filled(encoder, _text_weights(file.weights, encoder), reading.dtype, reading)


def _text_weights(weights: Mapping[str, Tensor], encoder: ClipEncoder) -> dict[str, Tensor]:
    """Of the encoder that has a token table of this one's width, under this one's names."""
    shape = ClipText(encoder).token_embedding.weight.shape
    prefix, table = next((found for found in _TOKEN_TABLES.items() if _shape(weights, found) == shape), (None, None))
    if prefix is None:
        raise BadModel(f"no text encoder of {shape[1]} numbers a token")
    if table == _CLIP_TABLE:
        ours = convert_ldm_clip_checkpoint(weights, prefix)
    else:
        ours = convert_open_clip_checkpoint(encoder, weights, prefix)
    # CLIPTextModel is flat since transformers 5.6; CLIPTextModelWithProjection still nests.
    return ours if hasattr(encoder, "text_model") else {key.removeprefix("text_model."): ours[key] for key in ours}


def _shape(weights: Mapping[str, Tensor], place: tuple[str, str]) -> torch.Size | None:
    table = weights.get("".join(place))
    return None if table is None else table.shape


def _filled(part: Part, weights: Mapping[str, Tensor], dtype: torch.dtype, reading: Reading) -> Part:
    reading.pulse.load("weights")
    # Copied: a file that is replaced while its pages are mapped would end the process; and pages are aligned badly.
    copies = {key: _copied(value, dtype, reading) for key, value in weights.items()}
    try:
        # Not strict: some files hold a layer more of the text encoder than is used. Missing ones are found by `frozen`.
        part.load_state_dict(copies, strict=False, assign=True)
    except RuntimeError as error:
        raise BadModel(f"weights of another shape than its family's: {error}") from error
    return frozen(part, reading.device)


def _copied(weight: Tensor, dtype: torch.dtype, reading: Reading) -> Tensor:
    reading.pulse()
    return weight.to(dtype, copy=True)


def _read_json(path: Path) -> dict[str, object]:
    read: dict[str, object] = json.loads(path.read_text(encoding="utf-8"))
    return read
