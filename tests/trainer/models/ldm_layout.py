"""A loaded model's weights under the names of Stable Diffusion's first program, as single files hold them."""

import re
from collections.abc import Iterable, Iterator

import torch
from torch import Tensor, nn

from trainer.models.families.latent_diffusion import LatentDiffusion

_RESNET = {
    "norm1": "in_layers.0",
    "conv1": "in_layers.2",
    "norm2": "out_layers.0",
    "conv2": "out_layers.3",
    "time_emb_proj": "emb_layers.1",
    "conv_shortcut": "skip_connection",
}
_UNET_ENDS = {
    "conv_in": "input_blocks.0.0",
    "time_embedding.linear_1": "time_embed.0",
    "time_embedding.linear_2": "time_embed.2",
    "add_embedding.linear_1": "label_emb.0.0",
    "add_embedding.linear_2": "label_emb.0.2",
    "conv_norm_out": "out.0",
    "conv_out": "out.2",
    "mid_block.resnets.0": "middle_block.0",
    "mid_block.attentions.0": "middle_block.1",
    "mid_block.resnets.1": "middle_block.2",
}
_ATTENTION = {"group_norm": "norm", "to_q": "q", "to_k": "k", "to_v": "v", "to_out.0": "proj_out"}
_OPEN_CLIP = {
    "embeddings.token_embedding.weight": "token_embedding.weight",
    "embeddings.position_embedding.weight": "positional_embedding",
    "final_layer_norm": "ln_final",
    "encoder.layers": "transformer.resblocks",
    "layer_norm1": "ln_1",
    "layer_norm2": "ln_2",
    "mlp.fc1": "mlp.c_fc",
    "mlp.fc2": "mlp.c_proj",
    "self_attn.out_proj": "attn.out_proj",
}
_TEXT_PREFIXES = {
    "sd1": ("cond_stage_model.transformer.text_model.",),
    "sd2": ("cond_stage_model.model.",),
    "sdxl": ("conditioner.embedders.0.transformer.text_model.", "conditioner.embedders.1.model."),
}


def ldm_weights(model: LatentDiffusion) -> dict[str, Tensor]:
    weights = {f"model.diffusion_model.{key}": value for key, value in _unet(model.unet)}
    weights |= {f"first_stage_model.{key}": value for key, value in _autoencoder(model.vae)}
    for text, prefix in zip(model.texts, _TEXT_PREFIXES[model.family], strict=True):
        encode = _clip if prefix.endswith("text_model.") else _open_clip
        weights |= {prefix + key: value for key, value in encode(text.encoder)}
    return {key: value.contiguous() for key, value in weights.items()}


def _renamed(key: str, names: Iterable[tuple[str, str]]) -> str:
    for ours, theirs in names:
        key = re.sub(rf"(^|\.){re.escape(ours)}(?=\.|$)", rf"\g<1>{theirs}", key)
    return key


def _unet(unet: nn.Module) -> Iterator[tuple[str, Tensor]]:
    places = _UNET_ENDS | dict(_down_places(unet)) | dict(_up_places(unet))
    for key, value in unet.state_dict().items():
        place = next(place for place in places if key.startswith(f"{place}."))
        inner = key.removeprefix(place)
        yield places[place] + (_renamed(inner, _RESNET.items()) if ".resnets." in f".{place}" else inner), value


def _down_places(unet: nn.Module) -> Iterator[tuple[str, str]]:
    at = 1
    for number, block in enumerate(unet.down_blocks):
        for layer in range(len(block.resnets)):
            yield f"down_blocks.{number}.resnets.{layer}", f"input_blocks.{at}.0"
            yield f"down_blocks.{number}.attentions.{layer}", f"input_blocks.{at}.1"
            at += 1
        if block.downsamplers is not None:
            yield f"down_blocks.{number}.downsamplers.0.conv", f"input_blocks.{at}.0.op"
            at += 1


def _up_places(unet: nn.Module) -> Iterator[tuple[str, str]]:
    at = 0
    for number, block in enumerate(unet.up_blocks):
        attends = hasattr(block, "attentions")
        for layer in range(len(block.resnets)):
            yield f"up_blocks.{number}.resnets.{layer}", f"output_blocks.{at}.0"
            yield f"up_blocks.{number}.attentions.{layer}", f"output_blocks.{at}.1"
            at += 1
        if block.upsamplers is not None:
            yield f"up_blocks.{number}.upsamplers.0.conv", f"output_blocks.{at - 1}.{2 if attends else 1}.conv"


def _autoencoder(vae: nn.Module) -> Iterator[tuple[str, Tensor]]:
    last = len(vae.config.block_out_channels) - 1
    for key, value in vae.state_dict().items():
        key = re.sub(r"down_blocks\.(\d+)\.resnets\.(\d+)", r"down.\1.block.\2", key)
        key = re.sub(r"down_blocks\.(\d+)\.downsamplers\.0", r"down.\1.downsample", key)
        key = re.sub(r"up_blocks\.(\d+)\.resnets\.(\d+)", lambda m: f"up.{last - int(m[1])}.block.{m[2]}", key)
        key = re.sub(r"up_blocks\.(\d+)\.upsamplers\.0", lambda m: f"up.{last - int(m[1])}.upsample", key)
        key = re.sub(r"mid_block\.resnets\.(\d+)", lambda m: f"mid.block_{int(m[1]) + 1}", key)
        key = _renamed(key, [("conv_shortcut", "nin_shortcut"), ("conv_norm_out", "norm_out")])
        if "mid_block.attentions.0" in key:
            key = _renamed(key.replace("mid_block.attentions.0", "mid.attn_1"), _ATTENTION.items())
            value = value[:, :, None, None] if value.ndim == 2 else value  # they were convolutions of one pixel
        yield key, value


def _clip(encoder: nn.Module) -> Iterator[tuple[str, Tensor]]:
    yield from getattr(encoder, "text_model", encoder).state_dict().items()


def _open_clip(encoder: nn.Module) -> Iterator[tuple[str, Tensor]]:
    weights = dict(_clip(encoder))
    for key, value in weights.items():
        if ".self_attn.q_proj." in key:
            parts = [weights[key.replace("q_proj", part)] for part in ("q_proj", "k_proj", "v_proj")]
            at = _renamed(key.split(".self_attn.")[0], _OPEN_CLIP.items())
            yield f"{at}.attn.in_proj_{key.rsplit('.')[-1]}", torch.cat(parts)
        elif not re.search(r"\.[kv]_proj\.", key):
            yield _renamed(key, _OPEN_CLIP.items()), value
    if hasattr(encoder, "text_projection"):
        yield "text_projection", encoder.text_projection.weight.T
