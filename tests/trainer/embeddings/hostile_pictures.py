"""Pictures that are larger inside, broken, or carry something else than an embedding."""

import base64
import io
import json
import struct
import zipfile
import zlib

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from tests.trainer.embeddings.hostile_pickles import Hostile
from tests.trainer.embeddings.making import png, webp
from trainer.embeddings.containers.picture_pixels import add_payload

_KEY = b"sd-ti-embedding"
_GREY = np.full((64, 64, 3), 128, np.uint8)


def _given(data: bytes) -> Hostile:
    return lambda _: data


def _carrying(contents: object) -> Hostile:
    """As the web UI's text chunk has it."""
    encoded = contents if isinstance(contents, bytes) else json.dumps(contents).encode()
    return lambda _: png(4, 4, (b"tEXt", _KEY + b"\0" + base64.b64encode(encoded)))


def _numbers(numbers: object) -> Hostile:
    return _carrying({"string_to_param": {"*": {"TORCHTENSOR": numbers}}})


def _in_pixels(payload: bytes) -> Hostile:
    def make(_: object) -> bytes:
        buffer = io.BytesIO()
        Image.fromarray(add_payload(payload, _GREY, np.ones(8))).save(buffer, "PNG")
        return buffer.getvalue()

    return make


def _animated(kind: str) -> bytes:
    frames = [Image.new("RGB", (8, 8), (shade, 9, 9)) for shade in range(1, 90)]
    buffer = io.BytesIO()
    frames[0].save(buffer, kind, save_all=True, append_images=frames[1:])
    return buffer.getvalue()


def _polyglot() -> bytes:
    """A picture for one program, an archive for another."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("archive/data.pkl", b"cos\nsystem\n(S'true'\ntR.")
    return png() + buffer.getvalue()


def _compressed(kind: str, key: str = _KEY.decode()) -> bytes:
    """8 MB of text in a few kilobytes."""
    text = PngInfo()
    if kind == "iTXt":
        text.add_itxt(key, "A" * 2**23, zip=True)
    else:
        text.add_text(key, "A" * 2**23, zip=True)
    buffer = io.BytesIO()
    Image.new("RGB", (4, 4)).save(buffer, "PNG", pnginfo=text)
    return buffer.getvalue()


def _lossless_header(width: int, height: int) -> bytes:
    return b"\x2f" + struct.pack("<I", width - 1 | (height - 1) << 14)


_CANVAS = struct.pack("<I", 0) + b"\xff\xff\xff" * 2
_BOMB = zlib.compress(b"[" * 2**24, 9)
_GOOD = png()
_MEGABYTE = zlib.compress(b"A" * 2**20, 9)


def _chunky(kind: bytes, contents: bytes, count: int) -> Hostile:
    """One chunk many times over, before the pixels."""
    chunk = struct.pack(">I", len(contents)) + kind + contents + struct.pack(">I", zlib.crc32(kind + contents))
    return lambda _: _GOOD[:33] + chunk * count + _GOOD[33:]


PICTURES: dict[str, Hostile] = {
    "2^31 pixels a side": _given(png(2**31 - 1, 2**31 - 1, rows=zlib.compress(b"\0"))),
    "100,000 pixels a side": _given(png(100_000, 100_000, rows=zlib.compress(b"\0" * 2**20))),
    "12,000 pixels a side": _given(png(12_000, 12_000, rows=zlib.compress(b"\0" * 2**20))),
    "10 million pixels": _given(png(5000, 2000, rows=zlib.compress(b"\0" * (5000 * 3 + 1) * 2000))),
    "no pixels": _given(png(0, 0)),
    "pixels missing": _given(png(64, 64, rows=zlib.compress(b"\0"))),
    "pixels that do not inflate": _given(png(64, 64, rows=b"x" * 100)),
    "pixels that never end": _given(png(64, 64, rows=zlib.compress(b"\0" * 2**24, 9))),
    "a signature only": _given(_GOOD[:8]),
    "half a header": _given(_GOOD[:20]),
    "cut short": _given(_GOOD[:-20]),
    "a wrong checksum": _given(_GOOD[:29] + b"\0\0\0\0" + _GOOD[33:]),
    "a chunk longer than the file": _given(_GOOD[:33] + b"\x7f\xff\xff\xfftEXt" + _GOOD[33:]),
    "a second header": _given(png(4, 4, (b"IHDR", struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)))),
    "zTXt bomb": lambda _: _compressed("zTXt"),
    "iTXt bomb": lambda _: _compressed("iTXt"),
    "zTXt bomb of another name": lambda _: _compressed("zTXt", "Comment"),
    "a hundred text bombs": _chunky(b"zTXt", b"a\0\0" + _MEGABYTE, 100),
    "thousands of text bombs of our name": _chunky(b"zTXt", _KEY + b"\0\0" + _MEGABYTE, 5000),
    "thousands of colour profile bombs": _chunky(b"iCCP", b"a\0\0" + _MEGABYTE, 5000),
    "a million chunks": _chunky(b"teSt", b"", 10**6),
    "a million empty pixel chunks": _chunky(b"IDAT", b"", 10**6),
    "a colour profile bomb": _given(png(4, 4, (b"iCCP", b"a\0\0" + zlib.compress(b"A" * 2**23, 9)))),
    "40 MB of text": lambda _: png(4, 4, (b"tEXt", _KEY + b"\0" + b"A" * 40_000_000)),
    "text that is no base64": _given(png(4, 4, (b"tEXt", _KEY + b"\0" + b"A"))),
    "text that is no ASCII": _given(png(4, 4, (b"tEXt", _KEY + b"\0" + b"\xff\xfe"))),
    "no text": _given(png(4, 4, (b"tEXt", _KEY + b"\0"))),
    "JSON that is none": _carrying(b"{"),
    "JSON of a list": _carrying([]),
    "JSON without vectors": _carrying({}),
    "deep JSON": _carrying(b'{"string_to_param":' + b"[" * 10**6),
    "deep JSON that ends": _carrying(b'{"name":' + b"[" * 10**5 + b"]" * 10**5 + b"}"),
    "deep JSON in the vectors": _carrying(b'{"string_to_param":{"*":{"TORCHTENSOR":' + b"[" * 10**5),
    "NaN": _carrying(b'{"string_to_param":{"*":{"TORCHTENSOR":[[NaN]]}}}'),
    "1e999": _carrying(b'{"string_to_param":{"*":{"TORCHTENSOR":[[1e999]]}}}'),
    "1e300": _numbers([[1e300]]),
    "a number of a thousand digits": _carrying(b'{"string_to_param":{"*":{"TORCHTENSOR":[[%b]]}}}' % (b"9" * 1000)),
    "vectors of different lengths": _numbers([[1.0, 2.0], [1.0]]),
    "vectors and numbers": _numbers([[1.0], 1.0]),
    "vectors of text": _numbers([["1.0"]]),
    "no vectors": _numbers([]),
    "empty vectors": _numbers([[], []]),
    "a cube": _numbers([[[1.0]]]),
    "vectors that are a dict": _numbers({}),
    "two million numbers": _numbers([[1] * 2_000_000] * 2),
    "a bomb in the pixels": _in_pixels(_BOMB),
    "rubbish in the pixels": _in_pixels(b"rubbish" * 40),
    "half a payload in the pixels": _in_pixels(zlib.compress(b'{"string_to_param":{}}')[:-8]),
    "nothing but black": _given(png(64, 64, rows=zlib.compress((b"\0" * 193) * 64))),
    "one pixel": _given(png(1, 1)),
    "an animated PNG": lambda _: _animated("PNG"),
    "an animated WEBP": lambda _: _animated("WEBP"),
    "an archive behind a picture": _given(_polyglot()),
    "WEBP of 268 million pixels": _given(webp((b"VP8L", _lossless_header(16_384, 16_384) + b"\0" * 100))),
    "WEBP with a huge canvas": _given(webp((b"VP8X", _CANVAS), (b"VP8L", _lossless_header(4, 4)))),
    "WEBP with two sizes": _given(webp((b"VP8X", b"\0" * 10), (b"VP8L", _lossless_header(16_384, 16_384) + b"\0"))),
    "WEBP with a lossless part that is none": _given(webp((b"VP8X", b"\0" * 10), (b"VP8L", b"x"))),
    "WEBP with a chunk of 4 GB": _given(b"RIFF\xff\xff\xff\xffWEBPVP8X\xff\xff\xff\xff" + b"\0" * 40),
    "WEBP of nothing": _given(webp()),
    "WEBP with a million chunks behind": lambda _: (
        webp((b"VP8X", b"\0" * 10), (b"VP8L", _lossless_header(4, 4) + b"\0" * 9)) + b"EXIF\0\0\0\0" * 10**6
    ),
    "WEBP of eight million chunks": lambda _: webp((b"VP8X", b"\0" * 10)) + b"EXIF\0\0\0\0" * (2**23 - 4),
}  # fmt: skip
