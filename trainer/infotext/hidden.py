"""Text hidden in the lowest bits of a picture's opacity, column by column, as NovelAI's "stealth" variant does it."""

import zlib
from itertools import islice

from PIL import Image

from trainer.infotext.values import read_object, text_of

_PLAIN, _COMPRESSED = b"stealth_pnginfo", b"stealth_pngcomp"
_MOST_PIXELS = 16_000_000
_LONGEST = 2**20  # bytes
_GZIP = 31  # zlib's window bits for a gzip stream


def read_hidden(picture: Image.Image) -> dict[str, str]:
    """Texts by their keys; none where nothing is hidden."""
    if picture.format != "PNG" or picture.mode != "RGBA" or picture.width * picture.height > _MOST_PIXELS:
        return {}
    columns = picture.getchannel("A").transpose(Image.Transpose.TRANSPOSE).tobytes()
    mark, at = _bytes_at(columns, 0, len(_PLAIN)), 8 * len(_PLAIN)
    if mark not in (_PLAIN, _COMPRESSED):
        return {}
    length = int.from_bytes(_bytes_at(columns, at, 4)) // 8
    if not 0 < length <= _LONGEST:
        return {}
    hidden = _bytes_at(columns, at + 32, length)
    if mark == _COMPRESSED:
        hidden = zlib.decompressobj(_GZIP).decompress(hidden, _LONGEST)
    return _texts_in(hidden.decode(errors="replace"))


def _texts_in(text: str) -> dict[str, str]:
    """NovelAI's are an object of a PNG's texts; other programs hide the web UI's kind of text."""
    try:
        said = read_object(text)
    except ValueError:
        return {"parameters": text}
    return {key: text_of(said, key) for key in said if isinstance(said[key], str)}


def _bytes_at(columns: bytes, bit: int, length: int) -> bytes:
    """`length` bytes of the lowest bits from a place on, the highest of each byte first."""
    bits = (value & 1 for value in islice(columns, bit, bit + 8 * length))
    number = 0
    found = bytearray()
    for count, one in enumerate(bits, start=1):
        number = number << 1 | one
        if count % 8 == 0:
            found.append(number)
            number = 0
    return bytes(found)
