"""Which key of a file means what: every layout in which embeddings are shared.

The web UI and rinongal (`string_to_param`), diffusers (the word is the key), kohya (`emb_params`), OneTrainer
(`emp_params`), SDXL (`clip_l`, `clip_g`), cog (`text_encoders_0`, `text_encoders_1`), notebooks (bare tensors, lists,
`emb` and `emb2`), and embeddings that travel in a LoRA (`bundle_emb.…`).
"""

import re
from collections.abc import Hashable, Mapping, Sized
from dataclasses import replace
from typing import Any

import numpy as np

from trainer.embeddings.containers.torch_names import ParameterDict
from trainer.embeddings.embedding import SDXL_WIDTHS, Embedding
from trainer.embeddings.errors import BadEmbedding
from trainer.embeddings.labels import label, shown, step_count
from trainer.embeddings.layouts.bundle import BUNDLED, bundled
from trainer.embeddings.layouts.foreign import refuse_foreign
from trainer.embeddings.layouts.placeholders import rows_by_word
from trainer.embeddings.parts import one_part, tensors_in, two_parts, vectors_of
from trainer.embeddings.tensors import StoredTensor
from trainer.protocol.file_faults import Remark

_PAIRS = (("clip_l", "clip_g"), ("text_encoders_0", "text_encoders_1"), ("emb", "emb2"))
_SECOND_HALVES = ("clip_g", "text_encoders_1")
_T5 = ("t5xxl", "t5")
_INPUTS = ("emp_params", "clip_l", "clip_g", *_T5)
_OUTPUTS = {f"{key}_out" for key in _INPUTS}
_NAMELESS = ("emb_params", "*", *_INPUTS, *(key for pair in _PAIRS for key in pair))
_MOST_IN_A_LIST = 16
_OTHER_ENCODER = re.compile(r"(u?m?t5|pile_t5|byt5|gemma|qwen|llama|llava|mistral|hydit|chatglm)\w{0,40}")
_OUR_WIDTHS = ((768,), (1024,), (1280,))


def embeddings_in(contents: Any, stem: str) -> list[Embedding]:
    """Embeddings in what a file holds: one, called `stem`, or one for each placeholder. Raises BadEmbedding."""
    if isinstance(contents, StoredTensor):
        return [one_part(stem, vectors_of(contents))]
    if isinstance(contents, list):
        return [_from_list(contents, stem)]
    held = contents.parameters if isinstance(contents, ParameterDict) else contents
    if not isinstance(held, dict):
        raise BadEmbedding("no_embedding")
    if "string_to_param" in held:
        return _from_webui(held, stem)
    if any(isinstance(key, str) and key.startswith(BUNDLED) for key in held):
        return _from_bundle(held, stem)
    refuse_foreign(held)
    return _from_parts(held, stem)


def _from_webui(held: Mapping[Hashable, Any], stem: str) -> list[Embedding]:
    """Of one placeholder, or of several, as rinongal's merging script leaves them."""
    parameters = held["string_to_param"]
    inner = parameters.parameters if isinstance(parameters, ParameterDict) else parameters
    if not isinstance(inner, dict):
        raise BadEmbedding("no_embedding")
    facts: dict[str, Any] = {
        "step": step_count(held.get("step")),
        "model": label(held.get("sd_checkpoint_name")),
        "model_hash": label(held.get("sd_checkpoint")),
    }
    read = [one_part(_placed(stem, key, inner), vectors_of(value)) for key, value in tensors_in(inner).items()]
    return [replace(embedding, **facts) for embedding in read]


def _placed(stem: str, key: Hashable, among: Sized) -> str:
    """The file's stem; with the placeholder behind it where there are several."""
    if len(among) == 1:
        return stem
    word = shown(str(key)).strip("<>")
    return f"{stem}-{''.join(letter if letter.isalnum() else '_' for letter in word)}"


def _from_bundle(held: Mapping[Hashable, Any], stem: str) -> list[Embedding]:
    words = bundled(held)
    read = [one for word, parts in words.items() for one in _from_parts(parts, _placed(stem, word, words))]
    return [replace(embedding, notes=(Remark(note="in_lora"), *embedding.notes)) for embedding in read]


def _from_list(items: list[Any], stem: str) -> Embedding:
    """Tensors in a list, or in dicts in a list: all of one width are rows of one embedding, two widths are SDXL's."""
    found: list[Any] = []
    for item in items[: _MOST_IN_A_LIST + 1]:
        found += item.values() if isinstance(item, dict) else [item]
    if len(found) > _MOST_IN_A_LIST:
        raise BadEmbedding("several_parts")
    tensors = list(tensors_in(dict(enumerate(found))).values())
    by_width: dict[int, list[np.ndarray]] = {}
    for vectors in map(vectors_of, tensors):
        by_width.setdefault(vectors.shape[1], []).append(vectors)
    rows = {width: np.concatenate(parts) for width, parts in by_width.items()}
    if set(rows) == set(SDXL_WIDTHS):
        return two_parts(stem, *(rows[width] for width in SDXL_WIDTHS))
    return one_part(stem, _only(rows))


def _from_parts(held: Mapping[Hashable, Any], stem: str) -> list[Embedding]:
    tensors, notes = _without_outputs(tensors_in(held))
    tensors, more = _without_other_encoders(tensors)
    return [replace(embedding, notes=(*notes, *more, *embedding.notes)) for embedding in _words(tensors, stem)]


def _words(tensors: dict[Hashable, StoredTensor], stem: str) -> list[Embedding]:
    for first, second in _PAIRS:
        if set(tensors) == {first, second}:
            return [two_parts(stem, vectors_of(tensors[first]), vectors_of(tensors[second]))]
    if len(tensors) == 1 and next(iter(tensors)) in _SECOND_HALVES:
        raise BadEmbedding("second_half")
    if len(tensors) == 1:
        ((key, tensor),) = tensors.items()
        return [replace(one_part(stem, vectors_of(tensor)), notes=_called(key, stem))]
    words = rows_by_word(tensors)
    if not words:
        raise BadEmbedding("several_parts")
    return [_of_rows(_placed(stem, word, words), rows) for word, rows in words.items()]


def _of_rows(name: str, rows: list[StoredTensor]) -> Embedding:
    vectors = [vectors_of(row) for row in rows]
    if len({part.shape[1] for part in vectors}) > 1:
        raise BadEmbedding("several_parts")
    return one_part(name, np.concatenate(vectors))


def _only(held: Mapping[Any, Any]) -> Any:
    if len(held) != 1:
        raise BadEmbedding("several_parts")
    return next(iter(held.values()))


def _called(key: Hashable, stem: str) -> tuple[Remark, ...]:
    """diffusers' key is the word that the embedding had there; here it has its file's name."""
    if not isinstance(key, str) or key in _NAMELESS or key.strip("<>") == stem or not shown(key):
        return ()
    return (Remark(note="called", name=shown(key)),)


def _without_outputs(tensors: dict[Hashable, StoredTensor]) -> tuple[dict[Hashable, StoredTensor], tuple[Remark, ...]]:
    """OneTrainer's output embeddings are added after the text encoder; beside them stand zeros, or a real embedding."""
    inputs = {key: tensor for key, tensor in tensors.items() if key not in _OUTPUTS}
    if len(inputs) == len(tensors):
        return tensors, ()
    if not any(vectors_of(tensor).any() for tensor in inputs.values()):
        raise BadEmbedding("output_only")
    return inputs, (Remark(note="output_unused"),)


def _without_other_encoders(
    tensors: dict[Hashable, StoredTensor],
) -> tuple[dict[Hashable, StoredTensor], tuple[Remark, ...]]:
    """Parts for the text encoders of other models (SD 3, Flux, and later ones)."""
    theirs = [key for key, tensor in tensors.items() if isinstance(key, str) and _is_other_encoder(key, tensor)]
    if theirs and len(theirs) == len(tensors):
        raise BadEmbedding("other_encoder", name=theirs[0])
    ours = {key: tensor for key, tensor in tensors.items() if key not in theirs}
    return ours, tuple(Remark(note="part_unused", name=key) for key in theirs)


def _is_other_encoder(key: str, tensor: StoredTensor) -> bool:
    """By its key; somebody's word may be `llama`, so that the width has to be another's, too."""
    return key in _T5 or (bool(_OTHER_ENCODER.fullmatch(key)) and tensor.shape[-1:] not in _OUR_WIDTHS)
