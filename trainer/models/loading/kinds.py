"""What a single file holds, told from the names and shapes of its weights; file names are people's."""

from collections.abc import Mapping

from torch import Tensor

from trainer.models.errors import BadModel
from trainer.models.families.latent_diffusion import LatentDiffusion
from trainer.models.families.table import FAMILIES

_UNET = "model.diffusion_model."
_INPUT = _UNET + "input_blocks.0.0.weight"
_OUTPUT = _UNET + "out.2.weight"
_PLAYGROUND = "edm_mean"

# Looked for in this order, with any of the prefixes that programs put before.
_OTHERS = {
    "joint_blocks.": "Stable Diffusion 3",
    "double_blocks.": "Flux or one of its kin",
    "double_layers.": "AuraFlow",
    "control_model.": "ControlNet",
    "controlnet_cond_embedding.": "ControlNet",
    "lora_unet_": "a LoRA, not a model",
    "lora_te": "a LoRA, not a model",
    "down_blocks.": "a single part in diffusers' layout: give the whole folder",
}
# By the channels that the UNet takes where the model's own latent has four.
_INPUTS = {5: "a depth model", 7: "an upscaler", 8: "an editing model (InstructPix2Pix)", 9: "an inpainting model"}


def kind_of(weights: Mapping[str, Tensor]) -> type[LatentDiffusion]:
    """The family of a state dict. Raises BadModel with what it is instead."""
    if _INPUT not in weights or _OUTPUT not in weights:
        raise BadModel(f"it is {_other(weights)}; Stable Diffusion 1.x, 2.x and XL are known")
    takes, makes = weights[_INPUT].shape[1], weights[_OUTPUT].shape[0]
    if takes != makes:
        raise BadModel(f"it is {_INPUTS.get(takes, f'a model of {takes} input channels')}: give the plain model")
    if _PLAYGROUND in weights:
        raise BadModel("it is Playground 2.5, which counts noise in another way (EDM)")
    if not _has(weights, "first_stage_model."):
        raise BadModel("it has no autoencoder (VAE)")
    for kind in FAMILIES:
        if _has(weights, kind.text_weights):
            return kind
    if _has(weights, "conditioner.embedders.0.model."):
        raise BadModel("it is the SDXL refiner: give the base model")
    raise BadModel("it has no text encoder")


def _other(weights: Mapping[str, Tensor]) -> str:
    for mark, name in _OTHERS.items():
        if any(mark in key for key in weights):
            return name
    return "no image model that we know"


def _has(weights: Mapping[str, Tensor], prefix: str) -> bool:
    return any(key.startswith(prefix) for key in weights)
