"""Textual inversion (Gal et al. 2022): vectors that stand for a word of the run's own."""

from collections.abc import Mapping
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor

from trainer.embeddings.embedding import Embedding
from trainer.embeddings.errors import WrongFormat
from trainer.embeddings.writing import own_file, write_embedding
from trainer.models.family import Conditioning, Family
from trainer.protocol import StartText, TrainRequest
from trainer.trainables.embedding_start import initial_vectors, read_embedding, start_of
from trainer.trainables.trainable import Place, Snapshot


class TrainableEmbedding:
    """Fulfils `Trainable`. Its values are the vectors, (k, W); nothing but the prompt that has the word sees them."""

    shares_passes = True

    def __init__(self, name: str, vectors: Tensor, *, steps_before: int = 0, start: StartText | None = None) -> None:
        """`vectors` (k, W) is what training starts from, after `steps_before` steps of earlier runs."""
        self.values = vectors.detach().clone().float().requires_grad_()
        self.start = start
        self._name, self._steps_before = name, steps_before

    def words(self, values: Tensor) -> Mapping[str, Tensor]:
        return {self._name: values}

    def applied(self, told: Conditioning, values: Tensor, place: Place | None) -> Conditioning:
        return told

    def norm(self, model: Family, values: Tensor) -> float:
        """Median length of the vectors ÷ the vocabulary's, the largest of the text encoders'."""
        parts = values.split(list(model.widths), dim=1)
        ratios = [part.norm(dim=1).median() / median for part, median in zip(parts, model.median_norms, strict=True)]
        return torch.stack(ratios).max().item()

    def snapshot(self, model: Family, values: Tensor, name: str, step: int) -> Snapshot:
        return Snapshot(*own_file(self._embedding(model, values, name, step)))

    def picture(self, model: Family, values: Tensor, name: str, step: int, image: Image.Image) -> bytes | None:
        try:
            (data,) = write_embedding(self._embedding(model, values, name, step), "png", image).values()
        except WrongFormat:
            return None  # no other program reads words for two text encoders out of a picture
        return data

    def _embedding(self, model: Family, values: Tensor, name: str, step: int) -> Embedding:
        return Embedding(
            name=name,
            vectors=values.detach().cpu().numpy().copy(),
            step=self._steps_before + step,
            model=model.model,
            model_hash=model.model_hash,
            widths=model.widths,
        )


def begin_embedding(model: Family, request: TrainRequest, before: Path | None) -> TrainableEmbedding:
    """Raises Refusal, BadEmbedding, OSError."""
    if before is None:
        vectors = initial_vectors(model, request.initialization_text, request.vectors_per_token)
        return TrainableEmbedding(request.name, vectors.to(model.device), start=start_of(model, request))
    embedding = read_embedding(model, before)
    vectors = torch.tensor(embedding.vectors).to(model.device)
    return TrainableEmbedding(request.name, vectors, steps_before=embedding.step or 0)
