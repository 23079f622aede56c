"""Tensors of a file → vectors, one or two text encoders' worth."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np

from trainer.embeddings.embedding import SDXL_WIDTHS, Embedding
from trainer.embeddings.errors import BadEmbedding
from trainer.embeddings.tensors import MAX_NUMBERS, StoredTensor

MAX_VECTORS = 1024
_MAX_PARTS = 64


def tensors_in(held: Mapping[Hashable, Any]) -> dict[Hashable, StoredTensor]:
    """`held`, proved to be tensors that are together no larger than an embedding. Raises BadEmbedding."""
    if not held or not all(isinstance(value, StoredTensor) for value in held.values()):
        raise BadEmbedding("no_embedding")
    check_together(list(held.values()))
    return dict(held)


def check_together(tensors: Sequence[StoredTensor]) -> None:
    """One tensor may be named many times, so that small files could ask for much. Raises BadEmbedding."""
    if len(tensors) > _MAX_PARTS:
        raise BadEmbedding("several_parts")
    if sum(tensor.check_size() for tensor in tensors) > MAX_NUMBERS:
        raise BadEmbedding("more_than_an_embedding")


def vectors_of(tensor: StoredTensor) -> np.ndarray:
    """(k, width) float32 from (k, width) or (width,). Raises BadEmbedding for any other shape."""
    if len(tensor.shape) not in (1, 2):
        raise BadEmbedding("not_vectors")
    if len(tensor.shape) == 2 and tensor.shape[0] > MAX_VECTORS:
        raise BadEmbedding("too_many_vectors", count=MAX_VECTORS)
    return tensor.array().reshape(-1, tensor.shape[-1])


def one_part(stem: str, vectors: np.ndarray) -> Embedding:
    """The web UI keeps SDXL's two encoders side by side in one tensor; no single encoder is that wide."""
    side_by_side = vectors.shape[1] == sum(SDXL_WIDTHS)
    return Embedding(stem, vectors, widths=SDXL_WIDTHS if side_by_side else ())


def two_parts(stem: str, first: np.ndarray, second: np.ndarray) -> Embedding:
    """Vectors of two text encoders, side by side. Raises BadEmbedding if they are not equally many."""
    if len(first) != len(second):
        raise BadEmbedding("uneven_parts", count=len(first), other=len(second))
    return Embedding(stem, np.hstack([first, second]), widths=(first.shape[1], second.shape[1]))


def split_parts(embedding: Embedding) -> list[np.ndarray]:
    """Vectors of each text encoder: (k, width)."""
    return np.split(embedding.vectors, np.cumsum(embedding.widths)[:-1], axis=1)
