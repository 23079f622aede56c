"""torch.save's zip format, written without torch in the smallest form: dicts, text, whole numbers, one tensor."""

import io
import struct
import zipfile
from collections.abc import Mapping

import numpy as np

_ROOT = "archive"
_ALIGNMENT = 64  # torch's, so that its reader may map the numbers into memory
NONE, _FALSE = b"N", b"\x89"


def torch_file(contents: bytes, vectors: np.ndarray) -> bytes:
    """File of `contents`, a pickle made of the pieces below, and the vectors that its `tensor` stands for."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        _add_record(archive, buffer, "data.pkl", b"\x80\x02" + contents + b".")
        _add_record(archive, buffer, "data/0", np.ascontiguousarray(vectors, dtype="<f4").tobytes())
        _add_record(archive, buffer, "version", b"3\n")
    return buffer.getvalue()


def _add_record(archive: zipfile.ZipFile, buffer: io.BytesIO, name: str, contents: bytes) -> None:
    entry = zipfile.ZipInfo(f"{_ROOT}/{name}", date_time=(1980, 1, 1, 0, 0, 0))
    header_bytes = 30 + len(entry.filename) + 4  # of the entry, its name, and the head of the padding field
    padding = -(buffer.tell() + header_bytes) % _ALIGNMENT
    entry.extra = b"FB" + struct.pack("<H", padding) + b"Z" * padding
    archive.writestr(entry, contents)


def number(value: int) -> bytes:
    return b"J" + struct.pack("<i", value)


def text(value: str) -> bytes:
    encoded = value.encode()
    return b"X" + struct.pack("<I", len(encoded)) + encoded


def dict_of(items: Mapping[str, bytes]) -> bytes:
    return b"}(" + b"".join(text(key) + value for key, value in items.items()) + b"u"


def _tuple(*values: bytes) -> bytes:
    return b"(" + b"".join(values) + b"t"


def _name(module: str, attribute: str) -> bytes:
    return f"c{module}\n{attribute}\n".encode()


def tensor(shape: tuple[int, ...]) -> bytes:
    """Call of torch's function for a float32 tensor that is the whole of record 0."""
    rows, width = shape
    kind = _name("torch", "FloatStorage")
    storage = _tuple(text("storage"), kind, text("0"), text("cpu"), number(rows * width)) + b"Q"
    no_hooks = _name("collections", "OrderedDict") + b")R"
    sizes = _tuple(number(rows), number(width)), _tuple(number(width), number(1))
    return _name("torch._utils", "_rebuild_tensor_v2") + _tuple(storage, number(0), *sizes, _FALSE, no_hooks) + b"R"
