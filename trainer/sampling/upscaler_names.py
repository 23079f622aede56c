"""Ways to enlarge a picture as the web UI's hires fix names them. No torch here: the bot needs the names too."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Interpolation = Literal["bilinear", "bicubic", "nearest", "nearest-exact", "lanczos"]


class UnknownUpscaler(Exception):
    """No upscaler here goes by this name; `facts` name those there are."""

    def __init__(self, written: str, upscalers: Sequence["Upscaler"]) -> None:
        known = ", ".join(each.name for each in upscalers)
        super().__init__(f'No upscaler here is called "{written}". There are {known}.')
        self.facts = {"upscaler": written, "known": known}


@dataclass(frozen=True)
class Upscaler:
    """Enlarges latents as they are, or else the picture that they decode to, by a network first if it has one."""

    name: str
    interpolation: Interpolation
    of_latents: bool = True
    antialias: bool = False
    network: Path | None = None
    """A file of the operator's."""


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
"""In the web UI's order. Its others are networks, which come as files."""
NETWORK_SUFFIXES = (".safetensors", ".pth", ".pt")
"""Of two files with one stem the first of these counts."""
_WEB_UI_NAMES = {
    "realesr-general-x4v3": "R-ESRGAN General 4xV3",
    "realesr-general-wdn-x4v3": "R-ESRGAN General WDN 4xV3",
    "realesr-animevideov3": "R-ESRGAN AnimeVideo",
    "realesrgan_x4plus": "R-ESRGAN 4x+",
    "realesrgan_x4plus_anime_6b": "R-ESRGAN 4x+ Anime6B",
    "realesrgan_x2plus": "R-ESRGAN 2x+",
}
"""The web UI has names for some files, by their stems; all others go by the stem itself."""


def upscalers_with(files: Iterable[Path]) -> tuple[Upscaler, ...]:
    """Those that need no network, then those whose networks are among the files, by name."""
    networks: dict[str, Upscaler] = {}
    for path in sorted(filter(_may_be_network, files), key=_preference):
        name = _WEB_UI_NAMES.get(path.stem.lower(), path.stem)
        networks.setdefault(_key(name), Upscaler(name, "lanczos", of_latents=False, network=path))
    return *UPSCALER_NAMES, *(networks[key] for key in sorted(networks.keys() - _BUILT_IN))


def read_upscaler(written: str, upscalers: Sequence[Upscaler] = UPSCALER_NAMES) -> Upscaler:
    """By its name, or its file's stem, without regard to case. Raises UnknownUpscaler."""
    wanted = _key(written)
    found = next((each for each in upscalers if _key(each.name) == wanted), None) or next(
        (each for each in upscalers if each.network is not None and _key(each.network.stem) == wanted), None
    )
    if found is None:
        raise UnknownUpscaler(written, upscalers)
    return found


def _key(name: str) -> str:
    return " ".join(name.lower().split())


_BUILT_IN = {_key(row.name) for row in UPSCALER_NAMES}


def _may_be_network(path: Path) -> bool:
    """Not another program's unfinished copy, which begins with a dot."""
    return path.suffix.lower() in NETWORK_SUFFIXES and not path.name.startswith(".")


def _preference(path: Path) -> tuple[int, str]:
    return NETWORK_SUFFIXES.index(path.suffix.lower()), str(path)
