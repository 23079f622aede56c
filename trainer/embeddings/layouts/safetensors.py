"""Embeddings in `.safetensors`: all layouts that also come as pickles, in a container that runs nothing."""

import json
import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import safetensors

from trainer.embeddings.containers.torch_zip import check_file_size
from trainer.embeddings.embedding import Embedding
from trainer.embeddings.errors import BadEmbedding
from trainer.embeddings.labels import shown
from trainer.embeddings.layouts.known import embeddings_in
from trainer.embeddings.tensors import MAX_DIMENSIONS, StoredTensor

_LENGTH_BYTES = 8
_MAX_HEADER_BYTES = 2**21
_MAX_TENSORS = 16_384
_STEP, _MODEL, _MODEL_HASHES = "ss_steps", "ss_sd_model_name", ("ss_new_sd_model_hash", "ss_sd_model_hash")


def is_safetensors(data: bytes) -> bool:
    """A header's length, far below 2^40, then the header, which is JSON."""
    return data[5 : _LENGTH_BYTES + 1] == b"\0\0\0{"


def safetensors_embeddings(data: bytes, stem: str) -> list[Embedding]:
    """Embeddings called `stem`. Raises BadEmbedding."""
    check_file_size(len(data))
    metadata = _metadata(_header(data))
    try:
        held = {key: _stored(key, part) for key, part in safetensors.deserialize(data)}
    except safetensors.SafetensorError as error:
        raise BadEmbedding("damaged") from error
    return [replace(embedding, **_facts(metadata)) for embedding in embeddings_in(held, stem)]


def read_safetensors(data: bytes, stem: str) -> Embedding:
    """The only embedding of a file. Raises BadEmbedding."""
    return only(safetensors_embeddings(data, stem))


def only(embeddings: list[Embedding]) -> Embedding:
    """Raises BadEmbedding for several."""
    if len(embeddings) != 1:
        raise BadEmbedding("several_words")
    return embeddings[0]


def _header(data: bytes) -> dict[str, Any]:
    """Read beside the library, which knows no limit below 100 MB, and of two equal keys forgets one."""
    length = int.from_bytes(data[:_LENGTH_BYTES], "little")
    if length > len(data) - _LENGTH_BYTES:
        raise BadEmbedding("damaged")
    if length > _MAX_HEADER_BYTES:
        raise BadEmbedding("more_than_an_embedding")
    try:
        header = json.loads(data[_LENGTH_BYTES : _LENGTH_BYTES + length], object_pairs_hook=_without_doubles)
    except (ValueError, RecursionError) as error:
        raise BadEmbedding("damaged") from error
    if not isinstance(header, dict) or len(header) > _MAX_TENSORS:
        raise BadEmbedding("more_than_an_embedding")
    return header


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a key stands there twice")
    return made


def _metadata(header: Mapping[str, Any]) -> dict[str, str]:
    metadata = header.get("__metadata__")
    return metadata if isinstance(metadata, dict) else {}


def _facts(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """What the file tells of its training under kohya's keys; a file that has it wrong only goes without."""
    texts = {key: value for key, value in metadata.items() if isinstance(value, str)}
    step = texts.get(_STEP, "")
    return {
        "step": int(step) if step.isdecimal() and len(step) < 10 else None,
        "model": shown(texts.get(_MODEL, "")) or None,
        "model_hash": next((shown(texts[key]) for key in _MODEL_HASHES if texts.get(key)), None),
    }


def _stored(key: str, part: dict[str, Any]) -> StoredTensor:
    shape = tuple(part["shape"])
    if len(shape) > MAX_DIMENSIONS:
        raise BadEmbedding("not_vectors")
    return StoredTensor(
        records={key: part["data"]},
        record=key,
        dtype=part["dtype"],
        count=math.prod(shape),
        offset=0,
        shape=shape,
        strides=tuple(math.prod(shape[axis + 1 :]) for axis in range(len(shape))),
    )
