"""The models that figures are taken with."""

from pathlib import Path

import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel

from trainer.models.families.latent_diffusion import Parts
from trainer.models.families.sd1 import StableDiffusion1
from trainer.models.family import Family
from trainer.models.loading.loading import load_model
from trainer.models.loading.noise_levels import alphas_cumprod
from trainer.models.parts.frozen import Part
from trainer.models.tokenizer import SHIPPED, read_tokenizer

DEMO_MODEL = Path(__file__).parents[1] / "trainer" / "demo_model"


def small() -> Family:
    """The model that ships: 128 pixels, float32."""
    return load_model(DEMO_MODEL, torch.device("cpu"), torch.float32)


def random_sd15(native_size: int = 512, dtype: torch.dtype = torch.bfloat16) -> Family:
    """Stable Diffusion 1.5's architecture with random weights: its speed and memory, not its pictures.

    `native_size` is pixels, a multiple of 8, and changes no weight. About 2 GB in bfloat16; nothing is written to disk.
    Widths from the configuration files of stable-diffusion-v1-5; what is not named is diffusers' default and the same.
    """
    torch.manual_seed(0)
    noise = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear"}
    parts = Parts(
        model="random-sd15",
        model_hash="0000000000",
        model_hash_old=None,
        prediction="epsilon",
        native_size=native_size,
        tokenizer=read_tokenizer(SHIPPED),
        text_encoders=(_frozen(CLIPTextModel(_text_config()), dtype),),
        unet=_frozen(UNet2DConditionModel(sample_size=native_size // 8, cross_attention_dim=768), dtype),
        vae=_frozen(_autoencoder(), torch.float32),
        alphas_cumprod=alphas_cumprod(noise),
    )
    return StableDiffusion1(parts)


def _text_config() -> CLIPTextConfig:
    return CLIPTextConfig(
        hidden_size=768,
        intermediate_size=3072,
        num_hidden_layers=12,
        num_attention_heads=12,
        projection_dim=768,
        bos_token_id=49406,
        eos_token_id=49407,
    )


def _autoencoder() -> AutoencoderKL:
    widths = (128, 256, 512, 512)
    vae: AutoencoderKL = AutoencoderKL(
        block_out_channels=widths,
        down_block_types=("DownEncoderBlock2D",) * len(widths),
        up_block_types=("UpDecoderBlock2D",) * len(widths),
        layers_per_block=2,
    )
    return vae


def _frozen(part: Part, dtype: torch.dtype) -> Part:
    return part.requires_grad_(requires_grad=False).eval().to(dtype)
