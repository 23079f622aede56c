"""Looking into a word: how its vectors stand to the model's vocabulary. It takes no pass of the model."""

from pathlib import Path

import torch
from torch import Tensor

from trainer.models.family import Family
from trainer.protocol import Inspect, Inspected, InspectedVector, Neighbour, Spell, Spelled
from trainer.trainables.embedding_start import initial_vectors, read_embedding

NEAREST = 5


@torch.no_grad()
def inspect(model: Family, question: Inspect) -> Inspected:
    """With two text encoders the first's part is compared, whose vocabulary it is.

    Raises BadEmbedding, OSError, Refusal.
    """
    embedding = read_embedding(model, Path(question.path))
    vectors = torch.from_numpy(embedding.vectors)
    moved = _moved(model, vectors, question.initialization_text)
    rows_VW = model.vocabulary()
    own = vectors[:, : rows_VW.shape[1]]
    nearest = _nearest(model, own, rows_VW)
    norms = torch.linalg.vector_norm(own, dim=1).tolist()
    return Inspected(
        attempt=question.attempt,
        vectors=tuple(
            InspectedVector(norm=norm, nearest=near, moved=far)
            for norm, near, far in zip(norms, nearest, moved, strict=True)
        ),
        median_norm=model.median_norms[0],
        tokens=len(model.reader.token_ids(question.name)),
    )


def spell(model: Family, question: Spell) -> Spelled:
    """By the tokens of the name, as a prompt's reader finds words: `A` is read as `a` is."""
    ordinary = (name for name in question.names if len(model.reader.token_ids(name)) <= 1)
    return Spelled(attempt=question.attempt, ordinary=tuple(ordinary))


def _moved(model: Family, vectors: Tensor, text: str | None) -> list[float | None]:
    if text is None:
        return [None] * len(vectors)
    lengths: list[float | None] = torch.linalg.vector_norm(
        vectors - initial_vectors(model, text, len(vectors)), dim=1
    ).tolist()
    return lengths


def _nearest(model: Family, vectors_KW: Tensor, rows_VW: Tensor) -> list[tuple[Neighbour, ...]]:
    similar_KV = torch.nn.functional.normalize(vectors_KW) @ torch.nn.functional.normalize(rows_VW).T
    found = similar_KV.topk(NEAREST)
    return [
        tuple(
            Neighbour(token=model.reader.token_text(index), similarity=round(value, 4))
            for value, index in zip(values, indices, strict=True)
        )
        for values, indices in zip(found.values.tolist(), found.indices.tolist(), strict=True)
    ]
