"""Stable Diffusion XL: CLIP ViT-L and OpenCLIP ViT-bigG side by side, a UNet told the picture's size as well.

Podell et al. 2023, sections 2.1 and 2.2.
"""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from trainer.models.families.latent_diffusion import LatentDiffusion, joined
from trainer.models.family import Conditioning
from trainer.models.parts.clip_text import padded_with
from trainer.models.text import OPEN_CLIP_PAD


class StableDiffusionXL(LatentDiffusion):
    """Fulfils `Family`. A vector holds the numbers for both encoders, the smaller's first: 768 + 1280.

    Clip skip has no effect, as in the web UI.
    """

    family = "sdxl"
    text_weights = "conditioner.embedders.1.model."
    aligned_steps = "SDXL"
    empty_is_zero = True

    @classmethod
    def has_encoders(cls, configurations: Sequence[Mapping[str, object]]) -> bool:
        return len(configurations) == 2

    def encode_windows(self, ids_NT: Tensor, windows: int, clip_skip: int) -> Conditioning:
        small, large = self.texts
        small_states, _ = small.penultimate(ids_NT)
        large_states, pooled = large.penultimate(padded_with(ids_NT, self.reader.end, OPEN_CLIP_PAD))
        tokens = torch.cat([small_states, large_states], dim=-1)
        return Conditioning(joined(tokens, windows), pooled[::windows])

    def also_told(self, latents_BCHW: Tensor, conditioning: Conditioning) -> dict[str, Tensor]:
        """The pooled prompt; and six numbers a picture: its height and width, no crop, its height and width again."""
        height, width = (side * self.latent_scale for side in latents_BCHW.shape[-2:])
        sizes = torch.tensor([height, width, 0, 0, height, width], dtype=self.unet.dtype)
        sizes = sizes.to(self.device, non_blocking=True)
        assert conditioning.pooled_BP is not None  # `encode_windows` gives it
        return {"text_embeds": conditioning.pooled_BP, "time_ids": sizes.expand(len(latents_BCHW), -1)}
