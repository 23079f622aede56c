"""Models of every family with random weights, small enough to build in a test, saved as diffusers would."""

import shutil
from pathlib import Path

import torch
from diffusers import AutoencoderKL, DDIMScheduler, UNet2DConditionModel
from diffusers.pipelines.stable_diffusion.pipeline_stable_diffusion import StableDiffusionPipeline
from diffusers.pipelines.stable_diffusion_xl.pipeline_stable_diffusion_xl import StableDiffusionXLPipeline
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer

from tests.trainer.process import MODEL

_WIDTH, _LARGE_WIDTH, _PROJECTION = 32, 64, 48


def save_sd1(folder: Path) -> None:
    _save(folder, _text_encoder("quick_gelu"), _tokenizer("<|endoftext|>"), _unet(_WIDTH), "epsilon")


def save_sd2(folder: Path, prediction: str = "epsilon") -> None:
    unet = _unet(_WIDTH, use_linear_projection=True, attention_head_dim=[2, 4])
    _save(folder, _text_encoder("gelu"), _tokenizer("!"), unet, prediction)


def save_sdxl(folder: Path) -> None:
    unet = _unet(
        _WIDTH + _LARGE_WIDTH,
        use_linear_projection=True,
        attention_head_dim=[2, 4],
        transformer_layers_per_block=[1, 2],
        addition_embed_type="text_time",
        addition_time_embed_dim=8,
        projection_class_embeddings_input_dim=_PROJECTION + 6 * 8,
    )
    large = CLIPTextModelWithProjection(_text_config("gelu", _LARGE_WIDTH))
    StableDiffusionXLPipeline(
        vae=_autoencoder(0.13025),
        text_encoder=_text_encoder("quick_gelu"),
        text_encoder_2=large,
        tokenizer=_tokenizer("<|endoftext|>"),
        tokenizer_2=_tokenizer("!"),
        unet=unet,
        scheduler=_scheduler("epsilon"),
        add_watermarker=False,
    ).save_pretrained(folder)
    _lay_out_tokenizers(folder)


SAVE = {
    "sd1": save_sd1,
    "sd2": save_sd2,
    "sd2-v": lambda folder: save_sd2(folder, "v_prediction"),
    "sdxl": save_sdxl,
}


def _save(
    folder: Path, text_encoder: CLIPTextModel, tokenizer: CLIPTokenizer, unet: UNet2DConditionModel, prediction: str
) -> None:
    StableDiffusionPipeline(
        vae=_autoencoder(0.18215),
        text_encoder=text_encoder,
        tokenizer=tokenizer,
        unet=unet,
        scheduler=_scheduler(prediction),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    ).save_pretrained(folder)
    _lay_out_tokenizers(folder)


def _lay_out_tokenizers(folder: Path) -> None:
    """As published models have them: the vocabulary and its merges, and which token pads in the settings."""
    for place in folder.glob("tokenizer*"):
        (place / "tokenizer.json").unlink()
        for name in ("vocab.json", "merges.txt"):
            shutil.copy(MODEL / "tokenizer" / name, place)


def _text_encoder(activation: str) -> CLIPTextModel:
    return CLIPTextModel(_text_config(activation, _WIDTH))


def _text_config(activation: str, width: int) -> CLIPTextConfig:
    return CLIPTextConfig(
        hidden_act=activation,
        hidden_size=width,
        intermediate_size=width,
        num_hidden_layers=3,
        num_attention_heads=4,
        projection_dim=_PROJECTION,
        bos_token_id=49406,
        eos_token_id=49407,
    )


def _tokenizer(pad: str) -> CLIPTokenizer:
    return CLIPTokenizer.from_pretrained(MODEL / "tokenizer", pad_token=pad)


def _unet(width: int, **family: object) -> UNet2DConditionModel:
    torch.manual_seed(1)
    plain = {
        "sample_size": 8,
        "block_out_channels": (16, 32),
        "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D"),
        "up_block_types": ("CrossAttnUpBlock2D", "UpBlock2D"),
        "layers_per_block": 2,
        "norm_num_groups": 8,
        "attention_head_dim": 4,
        "cross_attention_dim": width,
    }
    return UNet2DConditionModel(**plain | family)


def _autoencoder(scaling_factor: float) -> AutoencoderKL:
    torch.manual_seed(2)
    widths = (8, 16)
    return AutoencoderKL(
        block_out_channels=widths,
        down_block_types=("DownEncoderBlock2D",) * len(widths),
        up_block_types=("UpDecoderBlock2D",) * len(widths),
        layers_per_block=1,
        norm_num_groups=8,
        scaling_factor=scaling_factor,
    )


def _scheduler(prediction: str) -> DDIMScheduler:
    return DDIMScheduler(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", prediction_type=prediction)
