"""The child process that meets strangers' pictures: `python -m bot.files.decoding FOLDER COUNT MAX_PIXELS SECONDS`.

Reads `FOLDER/0.upload`, `FOLDER/1.upload`, …, writes `FOLDER/0.png`, … and prints one JSON line for each, in order.
It is a process of its own because a picture of 40 million pixels takes 120 MB, and because a decoder that crashes,
hangs or is led astray must take nothing with it.
"""

import re
import struct
import sys
import warnings
from pathlib import Path
from typing import Literal

import msgspec
from PIL import Image, ImageFile, ImageOps, TiffImagePlugin, UnidentifiedImageError

from bot.files.colours import eight_bits, flattened, in_srgb
from trainer.protocol import all_formats

LONGEST_SIDE = 2048
"""Pixels. No model here trains on more, and the reduced picture is what stays on disk."""
SHORTEST_SIDE = 16
"""Pixels. Below it there is nothing to learn from."""
MOST_OBLONG = 64
"""Longest side over shortest. Beyond it, covering a training square would take gigabytes."""

_MEMORY = 1_500_000_000
"""Bytes. The largest picture allowed, a turned WEBP with transparency, takes 1.13 billion."""
_WRITTEN = 64_000_000
_OPEN_FILES = 32
_DNG_VERSION, _NEW_SUBFILE_TYPE, _REDUCED = 50706, 254, 1
"""TIFF's tags (TIFF 6.0; DNG 1.4), and the value for a smaller copy of another picture in the file."""
_BROKEN_EXIF = (Warning, OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError, struct.error)


class Decoded(msgspec.Struct, frozen=True, tag=True):
    """`<index>.png` is there, and `<index>.alpha.png` where parts of the picture are transparent."""

    index: int
    width: int
    height: int
    transparent: bool = False


class Rejected(msgspec.Struct, frozen=True, tag=True):
    """Not taken. `width` and `height` are set where the picture's form is the reason, `pixels` where its size is."""

    index: int
    reason: Literal["unidentified", "raw", "too_big", "too_small", "too_narrow", "broken", "no_space"]
    width: int = 0
    height: int = 0
    pixels: int = 0


Outcome = Decoded | Rejected


def main(folder: str, count: str, max_pixels: str, seconds: str) -> None:
    """Decodes the uploads 0 to count − 1, telling each outcome as soon as it is known."""
    _limit(int(count) * int(seconds))
    _make_strict(int(max_pixels))
    formats = all_formats()
    for index in range(int(count)):
        outcome = decode(Path(folder), index, formats)
        sys.stdout.buffer.write(msgspec.json.encode(outcome) + b"\n")
        sys.stdout.buffer.flush()


def decode(folder: Path, index: int, formats: tuple[str, ...]) -> Outcome:
    """One upload to one PNG of raw pixels and nothing else: of several pages or frames the first."""
    path = folder / f"{index}.upload"
    try:
        with Image.open(path, formats=formats) as image:
            if _is_raw(image, path):
                return Rejected(index, "raw")
            if fault := _misshapen(index, *image.size):
                return fault
            profile = image.info.get("icc_profile")
            coloured, alpha = flattened(eight_bits(_upright(image)))
            picture = in_srgb(_reduced(coloured), profile)
            opacity = None if alpha is None else _reduced(alpha)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        return Rejected(index, "too_big", pixels=_pixels_named_in(error))
    except UnidentifiedImageError:
        return Rejected(index, "unidentified")
    except Exception:  # noqa: BLE001 — decoders of strangers' bytes raise of all kinds, MemoryError for a false length
        return Rejected(index, "broken")
    return _written(folder, index, picture, opacity)


def _is_raw(image: ImageFile.ImageFile, path: Path) -> bool:
    """What cameras call RAW is laid out as a TIFF, of which Pillow would show the thumbnail."""
    if not isinstance(image, TiffImagePlugin.TiffImageFile):
        return False
    with path.open("rb") as file:
        is_canon = file.read(10).endswith(b"CR")
    tags = image.tag_v2
    return is_canon or _DNG_VERSION in tags or tags.get(_NEW_SUBFILE_TYPE) == _REDUCED


def _upright(image: ImageFile.ImageFile) -> Image.Image:
    """Turned as its EXIF says; EXIF that cannot be read turns nothing, for it is dropped in any case.

    libheif has turned its pictures by what their container says, which is what counts there.
    """
    image.load()
    if image.format == "HEIF":
        return image
    try:
        return ImageOps.exif_transpose(image)
    except _BROKEN_EXIF:
        return image


def _reduced(image: Image.Image) -> Image.Image:
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS, reducing_gap=3.0)
    return image


def _misshapen(index: int, width: int, height: int) -> Rejected | None:
    if min(width, height) < SHORTEST_SIDE:
        return Rejected(index, "too_small", width=width, height=height)
    if max(width, height) > MOST_OBLONG * min(width, height):
        return Rejected(index, "too_narrow", width=width, height=height)
    return None


def _written(folder: Path, index: int, image: Image.Image, alpha: Image.Image | None = None) -> Outcome:
    """A picture made anew from the bytes of the pixels has no place left where text, place or profile could hide."""
    parts = {f"{index}.png": image} | ({} if alpha is None else {f"{index}.alpha.png": alpha})
    try:
        for name, part in parts.items():
            Image.frombytes(part.mode, part.size, part.tobytes()).save(folder / name, format="PNG")
    except OSError:
        return Rejected(index, "no_space")
    return Decoded(index, *image.size, transparent=alpha is not None)


def _pixels_named_in(error: Warning | Image.DecompressionBombError) -> int:
    """Pillow raises before it hands out the size, but names the pixels: "Image size (900000000 pixels) exceeds …"."""
    named = re.search(r"\d+", str(error))
    return int(named[0]) if named else 0


def _make_strict(max_pixels: int) -> None:
    """What Pillow only warns about is refused, except for odd EXIF, which phones write and which is dropped anyway."""
    Image.MAX_IMAGE_PIXELS = max_pixels
    warnings.simplefilter("error")
    warnings.filterwarnings("ignore", module=r"PIL\.TiffImagePlugin")
    warnings.filterwarnings("ignore", message="Image appears to be a malformed MPO file")


def _limit(seconds: int) -> None:
    """The system's own limits. Windows has none of this kind; there the parent's clock is what ends a bad picture."""
    if sys.platform == "win32":
        return
    import os
    import resource

    os.nice(5)
    for what, most in (
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_AS, _MEMORY),
        (resource.RLIMIT_FSIZE, _WRITTEN),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(what)
        resource.setrlimit(what, (most, most) if hard == resource.RLIM_INFINITY else (min(most, hard), hard))


if __name__ == "__main__":
    main(*sys.argv[1:])
