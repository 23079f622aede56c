"""What the engine needs of a model, whatever its kind. A new kind is a new file here; the engine stays as it is."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import torch
from PIL import Image
from torch import Tensor

from trainer.models.text import Prompt, PromptReader


class Family(Protocol):
    """One frozen model. No weight of it ever takes a gradient.

    Legend of shapes: B examples, n windows, C latent channels, H and W in latent elements, k vectors.
    """

    family: str
    model: str
    """The name people know it by."""
    model_hash: str
    """First 10 hex digits of a SHA-256 over its weights."""
    width: int
    """Numbers in one vector."""
    native_size: int
    """Pixels of the square that it was trained on."""
    latent_channels: int
    latent_scale: int
    """Pixels to one latent element, along one side."""
    alphas_cumprod: Tensor
    """(timesteps,) float32 on the CPU."""
    reader: PromptReader
    device: torch.device

    def token_rows(self, text: str, most: int) -> Tensor:
        """Token embeddings (m, width) float32 of a text's first `most` tokens, before the text encoder."""
        ...

    def encode_prompts(
        self, prompts: Sequence[Prompt], vectors: Sequence[Mapping[str, Tensor]], clip_skip: int = 1
    ) -> Tensor:
        """Conditioning (B, 77n, width); shorter prompts get empty windows; prompt i reads words in `vectors[i]`."""
        ...

    def predict_noise(self, latents_BCHW: Tensor, timesteps_B: Tensor, conditioning: Tensor) -> Tensor:
        """The noise (B, C, H, W) float32 that the model sees; latents float32, timesteps may lie between two."""
        ...

    def encode_picture(self, image: Image.Image) -> tuple[Tensor, Tensor]:
        """Mean and deviation (C, H, W) float32 of a picture's latent, in the scale that the noise model works in."""
        ...

    def decode_latent(self, latent_CHW: Tensor) -> Image.Image:
        """The picture of one latent."""
        ...
