"""Ways to enlarge a picture as the web UI's hires fix names them. No torch here: the bot needs the names too."""

from dataclasses import dataclass
from typing import Literal

Interpolation = Literal["bilinear", "bicubic", "nearest", "nearest-exact", "lanczos"]


class UnknownUpscaler(Exception):
    """No upscaler here goes by this name."""


@dataclass(frozen=True)
class Upscaler:
    """Enlarges latents as they are, or else the picture that they decode to."""

    name: str
    interpolation: Interpolation
    of_latents: bool = True
    antialias: bool = False


UPSCALER_NAMES = (
    Upscaler("Latent", "bilinear"),
    Upscaler("Latent (antialiased)", "bilinear", antialias=True),
    Upscaler("Latent (bicubic)", "bicubic"),
    Upscaler("Latent (bicubic antialiased)", "bicubic", antialias=True),
    Upscaler("Latent (nearest)", "nearest"),
    Upscaler("Latent (nearest-exact)", "nearest-exact"),
    Upscaler("None", "lanczos", of_latents=False),
    Upscaler("Lanczos", "lanczos", of_latents=False),
    Upscaler("Nearest", "nearest", of_latents=False),
)
"""In the web UI's order. Its others are neural networks of their own, which are not here."""
_BY_NAME = {row.name.lower(): row for row in UPSCALER_NAMES}


def read_upscaler(written: str) -> Upscaler:
    """By its name, without regard to case. Raises UnknownUpscaler, whose text lists the names there are."""
    found = _BY_NAME.get(" ".join(written.lower().split()))
    if found is None:
        names = ", ".join(row.name for row in UPSCALER_NAMES)
        raise UnknownUpscaler(f'No upscaler here is called "{written}". There are {names}.')
    return found
