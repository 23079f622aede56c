"""The web UI's dict as JSON, which is what its pictures carry."""

import json
from typing import Any

import msgspec
import numpy as np

from trainer.embeddings.embedding import Embedding
from trainer.embeddings.errors import BadEmbedding
from trainer.embeddings.parts import MAX_VECTORS
from trainer.embeddings.tensors import StoredTensor

_MAX_BYTES = 2**22
_ASTERISK_TOKEN = 265


class _Tensor(msgspec.Struct):
    numbers: list[float | list[float]] = msgspec.field(name="TORCHTENSOR")


class _Dict(msgspec.Struct):
    string_to_param: dict[str, _Tensor]
    step: Any = None
    sd_checkpoint: Any = None
    sd_checkpoint_name: Any = None


def encode(embedding: Embedding) -> bytes:
    """Numbers have as many digits as bring the same float32 back."""
    contents = {
        "string_to_token": {"*": _ASTERISK_TOKEN},
        "string_to_param": {"*": {"TORCHTENSOR": embedding.vectors.astype(np.float64).tolist()}},
        "name": embedding.name,
        "step": embedding.step,
        "sd_checkpoint": embedding.model_hash and embedding.model_hash[:10],
        "sd_checkpoint_name": embedding.model,
    }
    return json.dumps(contents).encode()


def decode(data: bytes) -> dict[str, Any]:
    """The dict as a `.pt` file would hold it. Raises BadEmbedding."""
    if len(data) > _MAX_BYTES:
        raise BadEmbedding("more_than_an_embedding")
    try:
        read = msgspec.json.decode(data, type=_Dict)
        tensors = {key: _stored(tensor) for key, tensor in read.string_to_param.items()}
    except (ValueError, RecursionError) as error:
        raise BadEmbedding("damaged") from error
    return {**msgspec.structs.asdict(read), "string_to_param": tensors}


def _stored(tensor: _Tensor) -> StoredTensor:
    if len(tensor.numbers) > MAX_VECTORS and isinstance(tensor.numbers[0], list):
        raise BadEmbedding("too_many_vectors", count=MAX_VECTORS)
    values = np.array(tensor.numbers, dtype="<f8")
    strides = tuple(stride // values.itemsize for stride in values.strides)
    return StoredTensor({"": values.tobytes()}, "", "F64", values.size, 0, values.shape, strides)
