"""Embeddings in pictures: in a PNG's text, and in pixels beside the picture. Both are written; either suffices."""

import base64
import binascii
import io
import zlib

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngImageFile, PngInfo

from trainer.embeddings import png, webp
from trainer.embeddings.embedding import Embedding
from trainer.embeddings.errors import BadEmbedding, PlainPicture, WrongFormat
from trainer.embeddings.layouts import embeddings_in
from trainer.embeddings.overlay import draw_overlay
from trainer.embeddings.picture_json import decode, encode
from trainer.embeddings.picture_pixels import add_payload, find_payload, without_margin
from trainer.embeddings.torch_zip import check_file_size

_TEXT_KEY = "sd-ti-embedding"
_MAX_PIXELS = 2**23
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
        raise PlainPicture(f"is a picture stored as {kind}; embeddings come in PNG and lossless WEBP only")
    opened = open_picture(data)
    if text := opened.info.get(_TEXT_KEY):
        return embeddings_in(decode(_from_base64(text)), stem)
    pixels = np.asarray(opened)
    contents = _in_pixels(pixels) or _in_pixels(without_margin(pixels))
    if contents is None:
        raise PlainPicture("is a picture that carries no embedding")
    return embeddings_in(decode(contents), stem)


def write_picture(embedding: Embedding, picture: Image.Image) -> bytes:
    """PNG of `picture` with a title, and the embedding in both carriers. For one text encoder. Raises WrongFormat."""
    contents = encode(embedding)
    if len(contents) > _MAX_JSON:
        raise WrongFormat("has more vectors than a picture can carry")
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


def _essential(data: bytes) -> bytes:
    """A file of nothing but the picture and perhaps our text, so that a decoder meets no more. Raises PlainPicture."""
    if png.is_png(data):
        _check_pixels(png.pixel_count(data))
        return png.essential_png(data, _TEXT_KEY)
    picture = webp.lossless_webp(data)
    if picture is None:
        raise PlainPicture("is a WEBP saved with loss, which destroys an embedding in its pixels")
    _check_pixels(webp.pixel_count(picture))
    return picture


def _check_pixels(pixels: int) -> None:
    if pixels > _MAX_PIXELS:
        raise PlainPicture(f"is a picture of more than {_MAX_PIXELS // 2**20} million pixels")


def open_picture(data: bytes) -> Image.Image:
    """RGB, with a PNG's text that may be an embedding in `info`. Raises BadEmbedding, PlainPicture."""
    essential = _essential(data)
    try:
        with Image.open(io.BytesIO(essential), formats=("PNG", "WEBP")) as image:
            image.load()
            texts = image.text if isinstance(image, PngImageFile) else {}
            opened = image.convert("RGB")
            opened.info = dict(texts)
            return opened
    except Exception as error:
        # Decoders of strangers' bytes raise of all kinds: OSError, SyntaxError, struct.error, Pillow's bomb warnings.
        raise BadEmbedding("is a damaged picture") from error


def _from_base64(text: str) -> bytes:
    if len(text) > _MAX_TEXT:
        raise BadEmbedding("carries more than an embedding")
    try:
        return base64.b64decode(text)
    except (binascii.Error, ValueError) as error:
        raise BadEmbedding("carries an embedding that is damaged") from error


def _in_pixels(pixels: np.ndarray) -> bytes | None:
    payload = find_payload(pixels)
    if payload is None:
        return None
    try:
        return zlib.decompressobj().decompress(payload, _MAX_JSON)
    except zlib.error:
        return None  # columns that look black by chance
