"""Stable Diffusion 1.x: OpenAI's CLIP text encoder, cross-attention UNet, KL autoencoder."""

from collections.abc import Mapping, Sequence

from torch import Tensor, nn

from trainer.models.families.latent_diffusion import LatentDiffusion, joined
from trainer.models.family import Conditioning
from trainer.models.parts.clip_text import ClipEncoder


class StableDiffusion1(LatentDiffusion):
    """Fulfils `Family`. The autoencoder always works in float32; the rest in the precision it was loaded with."""

    family = "sd1"
    text_weights = "cond_stage_model.transformer."

    @classmethod
    def has_encoders(cls, configurations: Sequence[Mapping[str, object]]) -> bool:
        return len(configurations) == 1

    @property
    def text_encoder(self) -> ClipEncoder:
        return self.texts[0].encoder

    @property
    def token_embedding(self) -> nn.Embedding:
        return self.texts[0].token_embedding

    def encode_windows(self, ids_NT: Tensor, windows: int, clip_skip: int) -> Conditioning:
        return Conditioning(joined(self.texts[0].output(ids_NT, clip_skip), windows))
