"""Embeddings in `.safetensors`: diffusers (its key is the word), kohya (`emb_params`), OneTrainer (`emp_params`)."""

import math
from typing import Any

import safetensors

from trainer.embeddings.embedding import Embedding
from trainer.embeddings.errors import BadEmbedding
from trainer.embeddings.tensors import StoredTensor, as_vectors, only_tensor
from trainer.embeddings.torch_zip import check_file_size


def read_safetensors(data: bytes, stem: str) -> Embedding:
    """Embedding called `stem` from a file that holds one tensor, whatever its key. Raises BadEmbedding."""
    check_file_size(len(data))
    try:
        held = safetensors.deserialize(data)
    except safetensors.SafetensorError as error:
        raise BadEmbedding("is damaged or was not copied whole") from error
    tensor = only_tensor({key: _stored(key, part) for key, part in held})
    return Embedding(stem, as_vectors(tensor.array()))


def _stored(key: str, part: dict[str, Any]) -> StoredTensor:
    shape = tuple(part["shape"])
    return StoredTensor(
        records={key: bytes(part["data"])},
        record=key,
        dtype=part["dtype"],
        count=math.prod(shape),
        offset=0,
        shape=shape,
        strides=tuple(math.prod(shape[axis + 1 :]) for axis in range(len(shape))),
    )
