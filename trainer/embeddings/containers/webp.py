"""What of a WEBP matters here: the picture stored without loss, without the wrapping around it."""

import struct
from collections.abc import Iterator

_LOSSLESS = b"VP8L"
_HEADER = 8  # bytes of a chunk before its contents: kind, length
_FIRST_CHUNK = 12
_MAX_CHUNKS = 1000


def is_webp(data: bytes) -> bool:
    return data[:4] == b"RIFF" and data[8:12] == b"WEBP"


def lossless_webp(data: bytes) -> bytes | None:
    """A file of nothing but the picture stored without loss; None if there is none, as in an animation."""
    for kind, contents in _chunks(data):
        if kind == _LOSSLESS:
            chunk = struct.pack("<4sI", kind, len(contents)) + contents + b"\0" * (len(contents) % 2)
            return b"RIFF" + struct.pack("<I", len(chunk) + 4) + b"WEBP" + chunk
    return None


def pixel_count(picture: bytes) -> int:
    """Width times height of what `lossless_webp` gave; 14 bits of the header each, less one."""
    sizes = int.from_bytes(picture[_FIRST_CHUNK + _HEADER + 1 : _FIRST_CHUNK + _HEADER + 5], "little")
    return ((sizes & 0x3FFF) + 1) * ((sizes >> 14 & 0x3FFF) + 1)


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = _FIRST_CHUNK
    for _ in range(_MAX_CHUNKS):
        if place + _HEADER > len(data):
            return
        kind, size = struct.unpack_from("<4sI", data, place)
        yield kind, data[place + _HEADER : place + _HEADER + size] if kind == _LOSSLESS else b""
        place += _HEADER + size + size % 2
