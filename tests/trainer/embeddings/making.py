"""Files built byte by byte, where no library writes what a test needs."""

import io
import json
import pickle
import struct
import zipfile
import zlib
from typing import Any

TENSOR = b"ctorch._utils\n_rebuild_tensor_v2\n"
FLOATS = b"ctorch\nFloatStorage\n"
NO_HOOKS = b"ccollections\nOrderedDict\n)R"
LEGACY_MARK = 0x1950A86A20F9469CFC6C


def zipped(records: dict[str, bytes], root: str = "archive", compression: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, contents in records.items():
            archive.writestr(f"{root}/{name}", contents)
    return buffer.getvalue()


def program(pickled: bytes, numbers: bytes = b"\0" * 16) -> bytes:
    """A torch file whose pickle is `pickled`."""
    return zipped({"data.pkl": pickled, "data/0": numbers, "version": b"3\n"})


def whole(value: int) -> bytes:
    return b"\x8a\x09" + value.to_bytes(9, "little", signed=True)


def text(value: str) -> bytes:
    return b"X" + struct.pack("<I", len(value.encode())) + value.encode()


def storage(count: int = 4, kind: bytes = FLOATS, key: bytes = b"X\x01\0\0\x000") -> bytes:
    return b"(X\x07\0\0\0storage" + kind + key + b"X\x03\0\0\0cpu" + whole(count) + b"tQ"


def tensor_piece(
    count: int = 4, offset: int = 0, shape: tuple = (2, 2), strides: tuple = (2, 1), kind: bytes = FLOATS
) -> bytes:
    """Instructions that leave one tensor in record 0, laid out as told."""
    sizes = b"".join(b"(" + b"".join(whole(n) for n in numbers) + b"t" for numbers in (shape, strides))
    return TENSOR + b"(" + storage(count, kind) + whole(offset) + sizes + b"\x89" + NO_HOOKS + b"tR"


def tensor_program(**layout: Any) -> bytes:
    return b"\x80\x02" + tensor_piece(**layout) + b"."


def legacy(
    pickled: bytes,
    names: Any = ("0",),
    numbers: bytes = struct.pack("<q4f", 4, 1, 2, 3, 4),
    head: tuple[Any, ...] = (LEGACY_MARK, 1001, {"little_endian": True}),
) -> bytes:
    """torch's format before 1.6."""
    return b"".join(pickle.dumps(part, 2) for part in head) + pickled + pickle.dumps(list(names), 2) + numbers


def safe(header: Any, numbers: bytes = b"", length: int | None = None) -> bytes:
    """A safetensors file; `header` as JSON or as bytes, and perhaps a lie about its length."""
    described = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(described) if length is None else length) + described + numbers


def part(start: int = 0, end: int = 8, shape: Any = (1, 2), dtype: str = "F32") -> dict[str, Any]:
    return {"dtype": dtype, "shape": shape, "data_offsets": [start, end]}


def png(width: int = 4, height: int = 4, *chunks: tuple[bytes, bytes], rows: bytes | None = None) -> bytes:
    """An RGB picture with `chunks` before its pixels."""
    pixels = zlib.compress((b"\0" + b"\x10" * 3 * width) * height) if rows is None else rows
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = [(b"IHDR", header), *chunks, (b"IDAT", pixels), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(map(_chunk, parts))


def _chunk(part: tuple[bytes, bytes]) -> bytes:
    kind, contents = part
    return struct.pack(">I", len(contents)) + kind + contents + struct.pack(">I", zlib.crc32(kind + contents))


def webp(*chunks: tuple[bytes, bytes]) -> bytes:
    body = b"".join(kind + struct.pack("<I", len(held)) + held + b"\0" * (len(held) % 2) for kind, held in chunks)
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body
