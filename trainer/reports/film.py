"""What a run looked like: its previews as a film, and before beside after."""

import io
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw

from trainer.aside import write_aside

_FRAME_MS = 400
_LAST_FRAME_MS = 2000
_CARD, _INK = "#f7f7f9", "#6b7080"


def write_film(path: Path, frames: Sequence[Path]) -> None:
    """Write previews (at least one, in order) as an animated WEBP that rests on the last one. Raises OSError."""
    if not frames:
        raise ValueError("a film needs at least one frame")
    pictures = [_read(frame) for frame in frames]
    pictures = [picture.resize(pictures[0].size) for picture in pictures]
    durations = [_FRAME_MS] * (len(pictures) - 1) + [_LAST_FRAME_MS]
    buffer = io.BytesIO()
    pictures[0].save(
        buffer, "WEBP", save_all=True, append_images=pictures[1:], duration=durations, loop=0, quality=85, method=4
    )
    write_aside(path, buffer.getvalue())


def write_strip(path: Path, before: Path, after: Path) -> None:
    """Write one PNG with `before` left, an arrow, and `after` right; no words, so that it reads in every language."""
    left, right = _read(before), _read(after)
    right = right.resize((round(right.width * left.height / right.height), left.height))
    gap, margin = max(left.height // 6, 24), max(left.height // 32, 4)
    canvas = Image.new("RGB", (left.width + gap + right.width + 2 * margin, left.height + 2 * margin), _CARD)
    canvas.paste(left, (margin, margin))
    canvas.paste(right, (margin + left.width + gap, margin))
    _draw_arrow(canvas, margin + left.width + gap / 2, canvas.height / 2, gap / 2)
    buffer = io.BytesIO()
    canvas.save(buffer, "PNG")
    write_aside(path, buffer.getvalue())


def _read(path: Path) -> Image.Image:
    with Image.open(path) as picture:
        return picture.convert("RGB")


def _draw_arrow(canvas: Image.Image, x: float, y: float, length: float) -> None:
    """An arrow to the right, `length` pixels long, centred on (x, y)."""
    head, start, end = length * 0.4, x - length / 2, x + length / 2
    draw = ImageDraw.Draw(canvas)
    draw.line([(start, y), (end - head / 2, y)], fill=_INK, width=max(2, round(length / 10)))
    draw.polygon([(end, y), (end - head, y - head * 0.7), (end - head, y + head * 0.7)], fill=_INK)
