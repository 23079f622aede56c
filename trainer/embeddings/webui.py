"""The web UI's embedding files, and the single-tensor files of other programs that come as pickles too.

Read: `.pt` of the web UI and of rinongal/textual_inversion, `.bin` of diffusers, `.pt` of kohya's scripts.
Written: the web UI's `.pt` in the smallest form, which every version of it accepts (1.9 and earlier refuse files that
today's torch.save writes, because of records they do not know), and diffusers and ComfyUI as well.
"""

import io
import struct
import zipfile
from collections.abc import Mapping
from typing import Any

import numpy as np

from trainer.embeddings.embedding import Embedding
from trainer.embeddings.errors import BadEmbedding
from trainer.embeddings.tensors import StoredTensor, as_vectors, only_tensor
from trainer.embeddings.unpickle import ParameterDict, read_torch_file

_ASTERISK_TOKEN = 265  # CLIP's id of "*"; the web UI writes it into every file
_HASH_DIGITS = 10
_ROOT = "archive"
_ALIGNMENT = 64  # torch's, so that its reader may map the numbers into memory
_LABEL_LETTERS = 200
_LARGEST_STEP = 2**31 - 1


def read_webui(data: bytes, stem: str) -> Embedding:
    """Embedding called `stem` from a torch file of one of the layouts above. Raises BadEmbedding."""
    contents = read_torch_file(data)
    if isinstance(contents, StoredTensor):
        return Embedding(stem, as_vectors(contents.array()))
    if not isinstance(contents, dict):
        raise BadEmbedding("holds no embedding")
    if "string_to_param" not in contents:
        return Embedding(stem, as_vectors(only_tensor(contents).array()))
    return Embedding(
        name=stem,
        vectors=as_vectors(_only_parameter(contents["string_to_param"]).array()),
        step=_step(contents.get("step")),
        model=_label(contents.get("sd_checkpoint_name")),
        model_hash=_label(contents.get("sd_checkpoint")),
    )


def write_webui(embedding: Embedding) -> bytes:
    """File in the web UI's layout; the same embedding always gives the same bytes."""
    vectors = np.ascontiguousarray(embedding.vectors, dtype="<f4")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        _add_record(archive, buffer, "data.pkl", _pickle(embedding, vectors.shape))
        _add_record(archive, buffer, "data/0", vectors.tobytes())
        _add_record(archive, buffer, "version", b"3\n")
    return buffer.getvalue()


def _only_parameter(parameters: Any) -> StoredTensor:
    held = parameters.parameters if isinstance(parameters, ParameterDict) else parameters
    if not isinstance(held, dict):
        raise BadEmbedding("holds no embedding")
    return only_tensor(held)


def _step(step: Any) -> int | None:
    if step is None:
        return None
    if type(step) is not int or not 0 <= step <= _LARGEST_STEP:
        raise BadEmbedding("names a training step that is not a number of steps")
    return step


def _label(value: Any) -> str | None:
    """A stranger's text, cut to what can be shown on one line."""
    if value is not None and not isinstance(value, str):
        raise BadEmbedding("names its model by something that is not text")
    return "".join(filter(str.isprintable, value or ""))[:_LABEL_LETTERS] or None


def _add_record(archive: zipfile.ZipFile, buffer: io.BytesIO, name: str, contents: bytes) -> None:
    entry = zipfile.ZipInfo(f"{_ROOT}/{name}", date_time=(1980, 1, 1, 0, 0, 0))
    header_bytes = 30 + len(entry.filename) + 4  # of the entry, its name, and the head of the padding field
    padding = -(buffer.tell() + header_bytes) % _ALIGNMENT
    entry.extra = b"FB" + struct.pack("<H", padding) + b"Z" * padding
    archive.writestr(entry, contents)


def _pickle(embedding: Embedding, shape: tuple[int, ...]) -> bytes:
    """The program, in pickle's protocol 2, that torch.save would write for the web UI's dict."""
    model_hash = embedding.model_hash and embedding.model_hash[:_HASH_DIGITS]
    contents = {
        "string_to_token": _dict({"*": _int(_ASTERISK_TOKEN)}),
        "string_to_param": _dict({"*": _tensor(shape)}),
        "name": _text(embedding.name),
        "step": _NONE if embedding.step is None else _int(embedding.step),
        "sd_checkpoint": _text(model_hash) if model_hash else _NONE,
        "sd_checkpoint_name": _text(embedding.model) if embedding.model else _NONE,
    }
    return b"\x80\x02" + _dict(contents) + b"."


_NONE, _FALSE = b"N", b"\x89"


def _int(value: int) -> bytes:
    return b"J" + struct.pack("<i", value)


def _text(value: str) -> bytes:
    encoded = value.encode()
    return b"X" + struct.pack("<I", len(encoded)) + encoded


def _dict(items: Mapping[str, bytes]) -> bytes:
    return b"}(" + b"".join(_text(key) + value for key, value in items.items()) + b"u"


def _tuple(*values: bytes) -> bytes:
    return b"(" + b"".join(values) + b"t"


def _name(module: str, attribute: str) -> bytes:
    return f"c{module}\n{attribute}\n".encode()


def _tensor(shape: tuple[int, ...]) -> bytes:
    """Call of torch's function for a float32 tensor that is the whole of record 0."""
    rows, width = shape
    kind = _name("torch", "FloatStorage")
    storage = _tuple(_text("storage"), kind, _text("0"), _text("cpu"), _int(rows * width)) + b"Q"
    no_hooks = _name("collections", "OrderedDict") + b")R"
    sizes = _tuple(_int(rows), _int(width)), _tuple(_int(width), _int(1))
    return _name("torch._utils", "_rebuild_tensor_v2") + _tuple(storage, _int(0), *sizes, _FALSE, no_hooks) + b"R"
