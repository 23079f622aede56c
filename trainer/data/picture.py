"""From a picture's file to the square that the model sees, and how much each part of it counts."""

from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps, UnidentifiedImageError
from torch import Tensor


class BadPicture(ValueError):
    """A file that cannot be read as a picture."""


def read_picture(path: Path, size: int) -> Image.Image:
    """A square of `size` pixels: covered, centre cropped, upright, on white. Raises BadPicture."""
    return ImageOps.fit(read_upright(path), (size, size), Image.Resampling.LANCZOS)


def read_upright(path: Path) -> Image.Image:
    """The whole picture, upright, on white. Raises BadPicture."""
    upright = _upright(path)
    white = Image.new("RGBA", upright.size, "white")
    return Image.alpha_composite(white, upright).convert("RGB")


def read_weights(alpha: Path | None, size: int, latent_scale: int) -> Tensor:
    """How much each element of a picture's latent counts, (H, W) float32 of mean 1, by a grey picture of its opacity.

    All ones where the opacity is the same everywhere; the web UI divides zero by zero there. Raises BadPicture.
    """
    side = size // latent_scale
    if alpha is None:
        return torch.ones(side, side)
    square = ImageOps.fit(_upright(alpha).convert("L"), (size, size), Image.Resampling.LANCZOS)
    opacity = torch.from_numpy(np.array(square.resize((side, side), Image.Resampling.BOX), dtype=np.float32))
    if opacity.min() == opacity.max():
        return torch.ones(side, side)
    return opacity / opacity.mean()


def _upright(path: Path) -> Image.Image:
    try:
        with Image.open(path) as opened:
            return ImageOps.exif_transpose(opened).convert("RGBA")
    except (OSError, UnidentifiedImageError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise BadPicture(f"{path.name}: {error}") from error
