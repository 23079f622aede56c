"""Stable Diffusion 1.x: CLIP text encoder, cross-attention UNet that predicts noise, KL autoencoder."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from PIL import Image
from torch import Tensor, nn
from transformers import CLIPTextModel

from trainer.models.family import Conditioning, Prediction
from trainer.models.text import Prompt, PromptReader, injected


class StableDiffusion1:
    """Fulfils `Family`. The autoencoder always works in float32; the rest in the precision it was loaded with."""

    family = "sd1"
    prediction: Prediction = "epsilon"

    def __init__(
        self,
        *,
        model: str,
        model_hash: str,
        reader: PromptReader,
        text_encoder: CLIPTextModel,
        unet: UNet2DConditionModel,
        vae: AutoencoderKL,
        alphas_cumprod: Tensor,
    ) -> None:
        self.model, self.model_hash, self.reader = model, model_hash, reader
        self.text_encoder, self.unet, self.vae = text_encoder, unet, vae
        self.alphas_cumprod = alphas_cumprod
        self.device = unet.device
        self.widths = (text_encoder.config.hidden_size,)
        self.latent_channels = unet.config.in_channels
        self.latent_scale = 2 ** (len(vae.config.block_out_channels) - 1)
        self.native_size = unet.config.sample_size * self.latent_scale
        # CLIPTextModel is flat since transformers 5.6 and nested before.
        self._text = getattr(text_encoder, "text_model", text_encoder)

    @property
    def token_embedding(self) -> nn.Embedding:
        return self._text.embeddings.token_embedding

    def token_rows(self, text: str, most: int) -> Tensor:
        ids = self.reader.token_ids(text)[:most]
        return self.token_embedding.weight[torch.tensor(ids, dtype=torch.long, device=self.device)].float().cpu()

    def encode_prompts(
        self, prompts: Sequence[Prompt], vectors: Sequence[Mapping[str, Tensor]], clip_skip: int = 1
    ) -> Conditioning:
        windows = max(prompt.windows for prompt in prompts)
        ids = torch.cat([self.reader.padded(prompt, windows) for prompt in prompts]).to(self.device)
        with injected(self.token_embedding, prompts, vectors):
            encoded = self._encode_windows(ids, clip_skip)
        return Conditioning(encoded.reshape(len(prompts), windows * ids.shape[1], -1))

    def predict(self, latents_BCHW: Tensor, timesteps_B: Tensor, conditioning: Conditioning) -> Tensor:
        latents = latents_BCHW.to(self.unet.dtype)
        tokens = conditioning.tokens_BTW
        return self.unet(latents, timesteps_B, encoder_hidden_states=tokens, return_dict=False)[0].float()

    @torch.no_grad()
    def encode_picture(self, image: Image.Image) -> tuple[Tensor, Tensor]:
        pixels = torch.from_numpy(np.array(image.convert("RGB"), dtype=np.float32)).permute(2, 0, 1)
        posterior = self.vae.encode((pixels / 127.5 - 1)[None].to(self.device)).latent_dist
        scale = self.vae.config.scaling_factor
        return posterior.mean[0] * scale, posterior.std[0] * scale

    @torch.no_grad()
    def decode_latent(self, latent_CHW: Tensor) -> Image.Image:
        decoded = self.vae.decode(latent_CHW[None].float() / self.vae.config.scaling_factor).sample[0]
        # Vectors that learned too fast can give latents beyond all numbers; such a picture is grey, not an error.
        pixels = decoded.nan_to_num(0.0).clamp(-1, 1).add(1).mul(127.5).round().byte()
        return Image.fromarray(pixels.permute(1, 2, 0).cpu().numpy())

    def _encode_windows(self, ids: Tensor, clip_skip: int) -> Tensor:
        """Clip skip n: the n-th last hidden state through the final layer norm; 1 is the encoder's own output."""
        if clip_skip <= 1:
            return self.text_encoder(ids).last_hidden_state
        hidden_states = self.text_encoder(ids, output_hidden_states=True).hidden_states
        return self._text.final_layer_norm(hidden_states[-min(clip_skip, len(hidden_states) - 1)])
