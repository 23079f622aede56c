"""Embeddings in pictures: in a PNG's text, and in pixels beside the picture. Both are written; either suffices."""

import base64
import binascii
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from trainer.embeddings.containers import png, webp
from trainer.embeddings.containers.picture_pixels import add_payload, find_payload, without_margin
from trainer.embeddings.containers.torch_zip import check_file_size
from trainer.embeddings.embedding import Embedding
from trainer.embeddings.errors import BadEmbedding, PlainPicture, WrongFormat
from trainer.embeddings.layouts.known import embeddings_in
from trainer.embeddings.layouts.overlay import draw_overlay
from trainer.embeddings.layouts.picture_json import decode, encode

_TEXT_KEY = "sd-ti-embedding"
_MAX_PIXELS = 2**23
_PIXELS_AT_EASE = 2**20
_PIXELS_A_BYTE = 64
"""A picture that carries an embedding has a few: what it carries does not shrink. Of one colour it would have 300."""
_MAX_TEXT = 2**23
_MAX_JSON = 2**22
_OTHER_KINDS = {b"\xff\xd8\xff": "JPEG", b"\xff\x0a": "JPEG XL", b"\x00\x00\x00\x0cJXL ": "JPEG XL", b"GIF8": "GIF"}
_OTHER_BRANDS = {b"ftypavif": "AVIF", b"ftypavis": "AVIF", b"ftypheic": "HEIC"}


def is_picture(data: bytes) -> bool:
    return png.is_png(data) or webp.is_webp(data) or _other_kind(data) is not None


def read_picture(data: bytes, stem: str) -> list[Embedding]:
    """Embedding in a picture. Raises BadEmbedding, PlainPicture where there is none."""
    check_file_size(len(data))
    if kind := _other_kind(data):
        raise PlainPicture("picture_format", name=kind)
    essential, pixel_count = _essential(data)
    if text := _text_of(essential):
        return embeddings_in(decode(_from_base64(text)), stem)
    if pixel_count > max(_PIXELS_AT_EASE, _PIXELS_A_BYTE * len(essential)):
        raise PlainPicture("picture_plain")
    pixels = np.asarray(_decoded(essential))
    contents = _in_pixels(pixels) or _in_pixels(without_margin(pixels))
    if contents is None:
        raise PlainPicture("picture_plain")
    return embeddings_in(decode(contents), stem)


def write_picture(embedding: Embedding, picture: Image.Image) -> bytes:
    """PNG of `picture` with a title, and the embedding in both carriers. For one text encoder. Raises WrongFormat."""
    contents = encode(embedding)
    if len(contents) > _MAX_JSON:
        raise WrongFormat("format_vectors")
    shown = np.asarray(draw_overlay(picture, embedding))
    pixels = add_payload(zlib.compress(contents, 9), shown, embedding.vectors[0])
    text = PngInfo()
    text.add_text(_TEXT_KEY, base64.b64encode(contents).decode())
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG", pnginfo=text)
    return buffer.getvalue()


def _other_kind(data: bytes) -> str | None:
    for start, kind in _OTHER_KINDS.items():
        if data.startswith(start):
            return kind
    return _OTHER_BRANDS.get(data[4:12])


def _essential(data: bytes) -> tuple[bytes, int]:
    """A file of nothing but the picture and perhaps our text, so that a decoder meets no more; its pixels, counted.

    Raises PlainPicture.
    """
    if png.is_png(data):
        return png.essential_png(data, _TEXT_KEY), _checked(png.pixel_count(data))
    picture = webp.lossless_webp(data)
    if picture is None:
        raise PlainPicture("picture_lossy")
    return picture, _checked(webp.pixel_count(picture))


def _checked(pixels: int) -> int:
    if pixels > _MAX_PIXELS:
        raise PlainPicture("picture_large", count=_MAX_PIXELS // 2**20)
    return pixels


def open_picture(data: bytes) -> Image.Image:
    """RGB. Raises BadEmbedding, PlainPicture."""
    essential, _ = _essential(data)
    return _decoded(essential)


def _text_of(essential: bytes) -> str | None:
    """Ours, read without a pixel being decoded. Raises BadEmbedding."""
    with _opened(essential) as image:
        text = image.info.get(_TEXT_KEY)
        return text if isinstance(text, str) else None


def _decoded(essential: bytes) -> Image.Image:
    with _opened(essential) as image:
        return image.convert("RGB")


@contextmanager
def _opened(essential: bytes) -> Iterator[Image.Image]:
    try:
        with Image.open(io.BytesIO(essential), formats=("PNG", "WEBP")) as image:
            yield image
    except Exception as error:
        # Decoders of strangers' bytes raise of all kinds: OSError, SyntaxError, struct.error, Pillow's bomb warnings.
        raise BadEmbedding("picture_damaged") from error


def _from_base64(text: str) -> bytes:
    if len(text) > _MAX_TEXT:
        raise BadEmbedding("more_than_an_embedding")
    try:
        return base64.b64decode(text)
    except (binascii.Error, ValueError) as error:
        raise BadEmbedding("damaged") from error


def _in_pixels(pixels: np.ndarray) -> bytes | None:
    payload = find_payload(pixels)
    if payload is None:
        return None
    try:
        return zlib.decompressobj().decompress(payload, _MAX_JSON)
    except zlib.error:
        return None  # columns that look black by chance
