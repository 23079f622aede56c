"""Stable Diffusion 2.x: OpenCLIP's ViT-H text encoder; predicts noise (512 pixels) or velocity (768)."""

from collections.abc import Mapping, Sequence

from torch import Tensor

from trainer.models.families.latent_diffusion import LatentDiffusion, joined
from trainer.models.family import Conditioning
from trainer.models.parts.clip_text import padded_with
from trainer.models.text import OPEN_CLIP_PAD


class StableDiffusion2(LatentDiffusion):
    """Fulfils `Family`. Its encoder comes without its last layer, so that its output is the penultimate state.

    Clip skip has no effect, as in the web UI.
    """

    family = "sd2"
    text_weights = "cond_stage_model.model."
    velocity_size = 768

    @classmethod
    def has_encoders(cls, configurations: Sequence[Mapping[str, object]]) -> bool:
        """OpenCLIP trained with GELU itself, OpenAI with an approximation; widths differ in distilled models."""
        return len(configurations) == 1 and configurations[0].get("hidden_act") == "gelu"

    def encode_windows(self, ids_NT: Tensor, windows: int, clip_skip: int) -> Conditioning:
        ids = padded_with(ids_NT, self.reader.end, OPEN_CLIP_PAD)
        return Conditioning(joined(self.texts[0].output(ids), windows))
