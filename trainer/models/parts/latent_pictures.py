"""The autoencoder of a latent diffusion model: pictures to latents and back."""

import numpy as np
import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from PIL import Image
from torch import Tensor

from trainer.models.errors import NoNumbers
from trainer.models.parts.residency import working


class LatentPictures:
    """Works in float32: the autoencoders of SD 1.x and SDXL overflow in float16.

    A latent is in the scale that the noise model works in: (z - shift) * scaling.
    """

    def __init__(self, vae: AutoencoderKL, device: torch.device) -> None:
        self.vae, self._device = vae, device
        self.offloading = False
        """Whether the autoencoder leaves the device after each picture."""
        self.channels: int = vae.config["latent_channels"]
        self.scale = 2 ** (len(vae.config["block_out_channels"]) - 1)
        """Pixels to one latent element, along one side."""
        # At the end of decoding about eight float32 tensors of the second level's channels stand at the full size.
        self.bytes_per_pixel = 8 * 4 * vae.config["block_out_channels"][:2][-1]
        self._scaling: float = vae.config["scaling_factor"]
        self._shift: float = vae.config["shift_factor"] or 0.0

    @torch.no_grad()
    def encode(self, image: Image.Image) -> tuple[Tensor, Tensor]:
        """Mean and deviation (C, H, W)."""
        pixels = torch.from_numpy(np.array(image.convert("RGB"), dtype=np.float32)).permute(2, 0, 1)
        with working(self.vae, self._device, leaves=self.offloading):
            posterior = self.vae.encode((pixels / 127.5 - 1)[None].to(self._device)).latent_dist
        return (posterior.mean[0] - self._shift) * self._scaling, posterior.std[0] * self._scaling

    @torch.no_grad()
    def decode(self, latent_CHW: Tensor) -> Image.Image:
        """Raises NoNumbers."""
        with working(self.vae, self._device, leaves=self.offloading):
            decoded = self.vae.decode(latent_CHW[None].float() / self._scaling + self._shift).sample[0]
        if not decoded.isfinite().all():
            raise NoNumbers
        # Cut to whole numbers, not rounded, as in the web UI.
        pixels = decoded.clamp(-1, 1).add(1).div(2).mul(255).byte()
        return Image.fromarray(pixels.permute(1, 2, 0).cpu().numpy())
