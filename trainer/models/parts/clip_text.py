"""One CLIP text encoder: windows of token ids in, hidden states out, learned vectors put in on the way."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from transformers import CLIPTextModel, CLIPTextModelWithProjection

from trainer.models.text import Prompt

ClipEncoder = CLIPTextModel | CLIPTextModelWithProjection


class ClipText:
    """A frozen text encoder. Legend of shapes: N windows, T = 77 tokens, W its width."""

    def __init__(self, encoder: ClipEncoder) -> None:
        self.encoder = encoder
        # CLIPTextModel is flat since transformers 5.6; CLIPTextModelWithProjection still nests.
        inner: Any = getattr(encoder, "text_model", encoder)
        self.token_embedding: nn.Embedding = inner.embeddings.token_embedding
        self._final_layer_norm: nn.LayerNorm = inner.final_layer_norm
        self.width: int = encoder.config.hidden_size

    def token_rows(self, ids: Sequence[int]) -> Tensor:
        """Rows (m, W) float32 on the CPU."""
        weight = self.token_embedding.weight
        return weight[torch.tensor(ids, dtype=torch.long, device=weight.device)].float().cpu()

    def median_norm(self) -> float:
        """Median L2 norm of the vocabulary's rows."""
        norms = torch.linalg.vector_norm(self.token_embedding.weight, dim=1, dtype=torch.float32)
        return float(norms.median())

    def output(self, ids_NT: Tensor, clip_skip: int = 1) -> Tensor:
        """The n-th last hidden state through the final layer norm (N, T, W); 1 is the encoder's own output."""
        if clip_skip <= 1:
            own: Tensor = self.encoder(ids_NT).last_hidden_state
            return own
        hidden_states = self.encoder(ids_NT, output_hidden_states=True).hidden_states
        skipped: Tensor = self._final_layer_norm(hidden_states[-min(clip_skip, len(hidden_states) - 1)])
        return skipped

    def penultimate(self, ids_NT: Tensor) -> tuple[Tensor, Tensor]:
        """The last but one hidden state without the final norm (N, T, W); and what the end token became.

        The second is (N, projection) where the encoder has a projection, else (N, W).
        """
        output = self.encoder(ids_NT, output_hidden_states=True)
        return output.hidden_states[-2], output.text_embeds if "text_embeds" in output else output.pooler_output


def padded_with(ids_NT: Tensor, end: int, pad: int) -> Tensor:
    """The ids with `pad` after each window's first end token; our reader pads with the end token itself."""
    return ids_NT.masked_fill((ids_NT == end).cumsum(dim=-1) > 1, pad)


def distinct(
    prompts: Sequence[Prompt], vectors: Sequence[Mapping[str, Tensor]]
) -> tuple[list[Prompt], list[Mapping[str, Tensor]], list[int]]:
    """Prompts that differ in ids or in the very tensors of their words, and for each prompt its place among them."""
    places: dict[tuple[object, ...], int] = {}
    rows = [places.setdefault(_identity(*pair), len(places)) for pair in zip(prompts, vectors, strict=True)]
    firsts = [rows.index(place) for place in range(len(places))]
    return [prompts[first] for first in firsts], [vectors[first] for first in firsts], rows


def _identity(prompt: Prompt, vectors: Mapping[str, Tensor]) -> tuple[object, ...]:
    tensors = tuple((word, id(vectors[word])) for word, _ in prompt.words)
    return prompt.ids.numpy().tobytes(), prompt.placements, tensors
