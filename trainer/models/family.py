"""What the engine needs of a model, whatever its kind. A new kind is a new file here; the engine stays as it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import torch
from PIL import Image
from torch import Tensor

from trainer.models.parametrisation import Parametrisation
from trainer.models.text import Prompt, PromptReader
from trainer.pulse import Pulse
from trainer.sampling.curves import Aligned


class AttentionInputs(Protocol):
    """What is done to the context of each attention of the UNet before its keys and its values are made of it.

    Of a self-attention that is the picture's own features, of a cross-attention the prompt's tokens: (B, T, W), where
    W is one of `Family.attention_widths`, as many positions as there are.
    """

    def keys(self, context_BTW: Tensor) -> Tensor: ...

    def values(self, context_BTW: Tensor) -> Tensor: ...


@dataclass(frozen=True)
class Conditioning:
    """What a model is told in words, an example a row. `pooled` is None where the family has no such thing."""

    tokens_BTW: Tensor
    """For the cross-attention; T is 77 a window, W what the model's attention takes."""
    pooled_BP: Tensor | None = None
    attention: AttentionInputs | None = None
    """Of all the examples alike; holds in the backward pass of their `predict` as well."""

    def __len__(self) -> int:
        return len(self.tokens_BTW)

    def repeated(self, times: int) -> "Conditioning":
        """Each example `times` times in a row."""
        pooled = self.pooled_BP
        return replace(
            self,
            tokens_BTW=self.tokens_BTW.repeat_interleave(times, dim=0),
            pooled_BP=None if pooled is None else pooled.repeat_interleave(times, dim=0),
        )

    def taken(self, rows: Sequence[int]) -> "Conditioning":
        """The examples at `rows`, in that order."""
        at = torch.tensor(rows).to(self.tokens_BTW.device, non_blocking=True)
        pooled = self.pooled_BP
        return replace(self, tokens_BTW=self.tokens_BTW[at], pooled_BP=None if pooled is None else pooled[at])

    def zeroed(self, rows: Sequence[int]) -> "Conditioning":
        """The same with nothing said at `rows`: what an empty prompt is where `Family.empty_is_zero`."""
        at = torch.tensor(rows, dtype=torch.long, device=self.tokens_BTW.device)
        pooled = self.pooled_BP
        return replace(
            self,
            tokens_BTW=self.tokens_BTW.index_fill(0, at, 0.0),
            pooled_BP=None if pooled is None else pooled.index_fill(0, at, 0.0),
        )


class Family(Protocol):
    """One frozen model. No weight of it ever takes a gradient.

    Legend of shapes: B examples, n windows, C latent channels, H and W in latent elements, k vectors.
    """

    family: str
    model: str
    """The name people know it by."""
    model_hash: str
    """First 10 hex digits of a SHA-256 over its weights."""
    model_hash_old: str | None
    """The web UI's hash of before 2023, 8 hex digits; None for a folder, which never had one."""
    widths: tuple[int, ...]
    """Numbers in one vector for each text encoder; a vector holds them side by side, W = sum(widths) in all."""
    attention_widths: frozenset[int]
    """Of what the UNet's attention, cross and self, makes its keys and values of."""
    parametrisation: Parametrisation
    """What noise is to it, and what its answers mean."""
    aligned_steps: Aligned
    """Whose table the schedule "Align Your Steps" takes."""
    native_size: int
    """Pixels of the square that it was trained on."""
    latent_channels: int
    latent_scale: int
    """Pixels to one latent element, along one side."""
    bytes_per_pixel: int
    """Of the device's memory, about, while a picture is decoded."""
    reader: PromptReader
    device: torch.device
    dtype: torch.dtype
    """Of the noise model's weights and of what it computes."""
    empty_is_zero: bool
    """Whether an empty negative prompt is nothing at all, `Conditioning.zeroed`, and not the encoding of no words."""
    offloading: bool
    """Whether the autoencoder and, outside of training, the text encoders stand in the computer's memory while idle.

    May be set between two passes; raise it when the device's memory is short. Costs their way there for each picture.
    """

    def tell(self, pulse: Pulse | None) -> None:
        """Call `pulse` from within passes, pictures on their way in and out, and checks, from now on."""
        ...

    @property
    def median_norms(self) -> tuple[float, ...]:
        """For each text encoder, the median L2 norm of the vocabulary's rows; far above it, a vector drowns others."""
        ...

    def vocabulary(self) -> Tensor:
        """Token embeddings (vocabulary, W1) float32 on the CPU: every row of the first text encoder's."""
        ...

    def set_checkpointing(self, wanted: bool) -> None:
        """Compute the UNet's activations anew in the backward pass: less memory, same gradients, a third slower."""
        ...

    def token_rows(self, text: str, most: int) -> Tensor:
        """Token embeddings (m, W) float32 of a text's first `most` tokens, before the text encoder."""
        ...

    def encode_prompts(
        self,
        prompts: Sequence[Prompt],
        vectors: Sequence[Mapping[str, Tensor]],
        clip_skip: int = 1,
        *,
        one_mean: bool = False,
    ) -> Conditioning:
        """Shorter prompts get empty windows; prompt i reads words in `vectors[i]`, each (k, W).

        `one_mean`: they are one schedule's texts, of one length, and emphasis keeps the mean of all, not of each.
        """
        ...

    def predict(self, latents_BCHW: Tensor, timesteps_B: Tensor, conditioning: Conditioning) -> Tensor:
        """What the model gives, (B, C, H, W) float32; latents float32, timesteps may lie between two."""
        ...

    def encode_picture(self, image: Image.Image) -> tuple[Tensor, Tensor]:
        """Mean and deviation (C, H, W) float32 of a picture's latent, in the scale that the noise model works in."""
        ...

    def decode_latent(self, latent_CHW: Tensor) -> Image.Image:
        """The picture of one latent. Raises NoNumbers for one that is none."""
        ...

    def is_unsafe(self, image: Image.Image) -> bool:
        """What the model's own safety checker says of a picture; False where it has none."""
        ...
