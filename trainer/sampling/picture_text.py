"""Where a picture file carries its text: as the web UI writes and looks for it."""

import io
from pathlib import Path

from PIL import ExifTags, Image
from PIL.PngImagePlugin import PngInfo

from trainer.embeddings.aside import write_aside

_FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
_LARGEST_FILE = 64 * 2**20  # bytes
_LONGEST_TEXT = 2**16  # characters; what comes after is not read
_UNICODE, _ASCII, _UNSAID = b"UNICODE\0", b"ASCII\0\0\0", b"\0" * 8  # EXIF 2.32, table 9


class UnreadablePicture(Exception):
    """No picture, a broken one, or one too large to look into."""


def save_png(image: Image.Image, path: Path, parameters: str | None) -> None:
    """Write a PNG that carries `parameters` where the web UI looks for it, all at once. Raises OSError."""
    text = PngInfo()
    if parameters is not None:
        text.add_text("parameters", parameters)  # tEXt, or iTXt where Latin-1 does not suffice
    _write(image, path, "PNG", pnginfo=text)


def save_jpeg(image: Image.Image, path: Path, parameters: str | None, quality: int = 80) -> None:
    """Write a JPEG whose EXIF user comment is `parameters`. Raises OSError, ValueError above some 32,000 letters."""
    _write(image, path, "JPEG", exif=_exif(parameters), quality=quality)


def save_webp(image: Image.Image, path: Path, parameters: str | None, quality: int = 80) -> None:
    """Write a WEBP whose EXIF user comment is `parameters`. Raises OSError."""
    _write(image, path, "WEBP", exif=_exif(parameters), quality=quality)


def read_text(path: Path) -> str | None:
    """The text that a picture carries, or None; pixels are not decoded. Raises UnreadablePicture and OSError.

    Looked for in a PNG's `parameters`, the EXIF user comment, a GIF's or JPEG's comment, in this order.
    """
    if path.stat().st_size > _LARGEST_FILE:
        raise UnreadablePicture(f"{path.name} is larger than {_LARGEST_FILE >> 20} MiB")
    try:
        with Image.open(path, formats=_FORMATS) as picture:
            found = picture.info.get("parameters") or _user_comment(picture) or _comment(picture)
    except Exception as error:  # a stranger's file: Pillow's parsers raise whatever they stumble over
        raise UnreadablePicture(f"{path.name}: {error}") from error
    return found[:_LONGEST_TEXT] if isinstance(found, str) and found.strip() else None


def _write(image: Image.Image, path: Path, kind: str, **options: object) -> None:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    write_aside(path, buffer.getvalue())


def _exif(parameters: str | None) -> Image.Exif:
    exif = Image.Exif()
    if parameters is not None:
        exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.UserComment] = _UNICODE + parameters.encode("utf-16-be")
    return exif


def _user_comment(picture: Image.Image) -> str:
    comment = picture.getexif().get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.UserComment, b"")
    if isinstance(comment, str):
        return comment
    mark, text = comment[:8], comment[8:]
    if mark == _UNICODE:
        return text.decode(_utf_16(text), errors="replace").strip("\0\ufeff")
    if mark in (_ASCII, _UNSAID):
        return text.decode("utf-8", errors="replace").strip("\0")
    return comment.decode("utf-8", errors="replace").strip("\0")


def _utf_16(text: bytes) -> str:
    """Which byte comes first, by where more zeros are: programs do not agree on it."""
    return "utf-16-le" if text[1::2].count(0) > text[::2].count(0) or text[:2] == b"\xff\xfe" else "utf-16-be"


def _comment(picture: Image.Image) -> str:
    comment = picture.info.get("comment", b"")
    return comment.decode("utf-8", errors="replace") if isinstance(comment, bytes) else str(comment)
