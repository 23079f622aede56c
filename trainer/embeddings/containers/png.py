"""What of a PNG matters here; the rest may be many, large when inflated, or broken, and is not shown to a decoder."""

import struct
from collections.abc import Iterator

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PIXELS = (b"PLTE", b"tRNS", b"IDAT")
_TEXTS = (b"tEXt", b"zTXt", b"iTXt")
_FRAME = 12  # bytes of a chunk besides its contents: length, kind, checksum
_MAX_CHUNKS = 2**15
_WIDTH, _HEIGHT = slice(16, 20), slice(20, 24)


def is_png(data: bytes) -> bool:
    return data.startswith(_SIGNATURE)


def pixel_count(data: bytes) -> int:
    """Width times height, as the header has them."""
    return int.from_bytes(data[_WIDTH]) * int.from_bytes(data[_HEIGHT])


def essential_png(data: bytes, text_key: str) -> bytes:
    """The header, the first text called `text_key`, the first frame's pixels: the text is met before any pixel."""
    wanted = text_key.encode() + b"\0"
    header, text, rest = b"", b"", []
    for number, (kind, start, end) in enumerate(_chunks(data)):
        if kind == b"IHDR" and number == 0:
            header = data[start:end]
        elif kind in _TEXTS and not text and data.startswith(wanted, start + 8):
            text = data[start:end]
        elif kind in _PIXELS or kind == b"IEND":
            rest.append(data[start:end])
    return b"".join([_SIGNATURE, header, text, *rest])


def _chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Kind, start and end of each; the last may be cut off."""
    place = len(_SIGNATURE)
    for _ in range(_MAX_CHUNKS):
        if place + _FRAME > len(data):
            return
        length, kind = struct.unpack_from(">I4s", data, place)
        yield kind, place, place + length + _FRAME
        place += length + _FRAME
