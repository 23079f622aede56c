"""Pixels of any kind → 8-bit sRGB, as a person sees them. For the child process that decodes."""

import io
from typing import cast

from PIL import Image, ImageCms

WHITE = (255, 255, 255)
"""What shows through transparent pixels."""

_BASES = {"1": "L", "L": "L", "LA": "L", "La": "L", "CMYK": "CMYK", "LAB": "LAB"}
"""By Pillow's modes what is left of a picture without its transparency; RGB where none is named."""
_SPACES = {"L": "GRAY", "RGB": "RGB", "CMYK": "CMYK"}
"""Which profiles fit: as ICC.1 signs them."""
_SHORT, _BYTE = 2**16 - 1, 2**8 - 1


def eight_bits(image: Image.Image) -> Image.Image:
    """Grey of 16 bits, 32 bits and floats in 8; Pillow's own conversion would cut everything above 255 to white."""
    if not image.mode.startswith(("I", "F")):
        return image
    numbers = image if image.mode == "F" else image.convert("I")
    step = _BYTE / _white(image)
    scaled = numbers.point(lambda value: value * step + 0.5).convert("L")
    scaled.info.pop("transparency", None)
    return scaled


def _white(image: Image.Image) -> float:
    """Which number is white. Files of 32 bits do not say: of what is usual the least that all numbers fit into."""
    if image.mode.startswith("I;16"):
        return _SHORT
    most = cast("tuple[float, float]", image.getextrema())[1]
    usual = (1, _BYTE, _SHORT) if image.mode == "F" else (_BYTE, _SHORT)
    return next((white for white in usual if most <= white), most)


def flattened(image: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    """Transparent pixels laid over white, for a plain conversion would uncover their hidden colour.

    Then the opacity, where it is not the same everywhere. The mode is that of the picture's own profile: L, RGB, CMYK
    or LAB.
    """
    base = _BASES.get(image.mode, "RGB")
    if not image.has_transparency_data:
        return image.convert(base), None
    coloured = (image.convert("LA") if image.mode == "La" else image).convert("RGBA")
    alpha = coloured.getchannel("A")
    background = Image.new("RGBA", image.size, WHITE)
    background.alpha_composite(coloured)
    least, most = alpha.getextrema()
    return background.convert(base), None if least == most else alpha


def in_srgb(image: Image.Image, icc_profile: bytes | None) -> Image.Image:
    """The colours that the profile means. One that is broken, or another kind of picture's, means nothing."""
    try:
        if image.mode == "LAB":
            return _converted(image, ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")))
        profile = ImageCms.ImageCmsProfile(io.BytesIO(icc_profile or b""))
        space = profile.profile.xcolor_space.strip()
        fitting = image.convert("RGB") if (image.mode, space) == ("L", "RGB") else image
        if space == _SPACES[fitting.mode]:
            return _converted(fitting, profile)
    except (ImageCms.PyCMSError, OSError, ValueError):
        pass
    return image.convert("RGB")


def _converted(image: Image.Image, profile: ImageCms.ImageCmsProfile) -> Image.Image:
    """Whites stay white and blacks black, as programs that show pictures do it."""
    converted = ImageCms.profileToProfile(
        image,
        profile,
        ImageCms.createProfile("sRGB"),
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
        outputMode="RGB",
        flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )
    assert converted is not None  # only a conversion in place gives none
    return converted
