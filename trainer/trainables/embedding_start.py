"""What an embedding starts from: token rows of a text, or an embedding file."""

from pathlib import Path

import torch
from torch import Tensor

from trainer.embeddings import reading
from trainer.embeddings.embedding import Embedding
from trainer.models.family import Family
from trainer.protocol import MOST_VECTORS, CreateRequest, StartText, TrainRequest
from trainer.refusal import Refusal


def initial_vectors(model: Family, text: str, vectors_per_token: int) -> Tensor:
    """Vectors (k, width) by the web UI's rule: vector i is the token row floor(i * m / k). Raises Refusal."""
    rows = model.token_rows(text, vectors_per_token)
    if not len(rows):
        raise Refusal("bad_embedding", fault="initialization_text")
    return torch.stack([rows[i * len(rows) // vectors_per_token] for i in range(vectors_per_token)])


def start_of(model: Family, request: CreateRequest | TrainRequest) -> StartText:
    """How the initialization text was read, and how much of it there are vectors for."""
    ids = model.reader.token_ids(request.initialization_text)
    return StartText(tokens=len(ids), used=model.reader.text_of(ids[: request.vectors_per_token]))


def read_embedding(model: Family, path: Path) -> Embedding:
    """An embedding to be trained further. Raises BadEmbedding, OSError, Refusal for another model's width."""
    embedding = reading.read_embedding(path.read_bytes(), path.name)
    count = len(embedding.vectors)
    if embedding.widths != model.widths:
        described = {"width": _numbers(embedding.widths), "model_width": _numbers(model.widths)}
        raise Refusal("bad_embedding", fault="width", **described)
    if count > MOST_VECTORS:
        raise Refusal("bad_embedding", fault="vectors", vectors=str(count))
    return embedding


def _numbers(widths: tuple[int, ...]) -> str:
    return "+".join(map(str, widths))
