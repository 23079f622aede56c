"""What a picture with an embedding in it says of itself: the name above, model and training below."""

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from trainer.embeddings.embedding import Embedding

_SIDE = 512  # pixels
_FONT, _LARGEST_FONT = 32, 72  # pixels, for a picture 512 wide and at most
_BAND = 0.2  # of the height, darkened above and below
_PAPER = (64, 72, 84)


def blank() -> Image.Image:
    """For an embedding of which there is no picture."""
    return Image.new("RGB", (_SIDE, _SIDE), _PAPER)


def draw_overlay(picture: Image.Image, embedding: Embedding) -> Image.Image:
    """A copy, darkened where the texts stand."""
    shown = _darkened(picture)
    draw = ImageDraw.Draw(shown)
    margin = shown.width // 32
    title = f"<{embedding.name}>"
    draw.text((margin, margin), title, "white", _fitting(title, shown.width - 2 * margin, shown.width), anchor="lt")
    texts = _footer(embedding)
    cell = (shown.width - 2 * margin) // len(texts)
    font = min((_fitting(text, cell - margin, shown.width) for text in texts), key=lambda font: font.size)
    places = ((margin, "ls"), (shown.width // 2, "ms"), (shown.width - margin, "rs"))
    for text, (x, anchor) in zip(texts, places, strict=True):
        draw.text((x, shown.height - margin), text, "white", font, anchor=anchor)
    return shown


def _footer(embedding: Embedding) -> tuple[str, str, str]:
    model_hash = f"[{embedding.model_hash[:10]}]" if embedding.model_hash else ""
    steps = "" if embedding.step is None else f" {embedding.step}s"
    return embedding.model or "", model_hash, f"{len(embedding.vectors)}v{steps}"


def _fitting(text: str, room: int, width: int) -> ImageFont.FreeTypeFont:
    """Pillow's own font, no larger than `room` pixels allow for `text`."""
    size = min(_FONT * width // _SIDE, _LARGEST_FONT)
    needed = _font(size).getlength(text)
    return _font(size if needed <= room else max(1, int(size * room / needed)))


def _font(size: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(max(size, 1))
    assert isinstance(font, ImageFont.FreeTypeFont)
    return font


def _darkened(picture: Image.Image) -> Image.Image:
    pixels = np.asarray(picture.convert("RGB"), dtype=np.float32)
    place = np.linspace(0, 1, len(pixels), dtype=np.float32)
    light = np.clip(np.minimum(place, 1 - place) / _BAND, 0.25, 1)
    return Image.fromarray((pixels * light[:, None, None]).astype(np.uint8))
