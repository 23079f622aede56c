"""Where a picture file carries its text: as the web UI writes and looks for it."""

import io
from pathlib import Path

from PIL import ExifTags, Image
from PIL.PngImagePlugin import PngInfo

from trainer.aside import write_aside
from trainer.infotext.hidden import read_hidden
from trainer.protocol.picture_formats import PILLOW_FORMATS

_LARGEST_FILE = 64 * 2**20  # bytes
_LONGEST_TEXT = 2**20  # characters of each, as a PNG's own limit in Pillow; what comes after is not read
_UNICODE, _ASCII, _UNSAID = b"UNICODE\0", b"ASCII\0\0\0", b"\0" * 8  # EXIF 2.32, table 9


class UnreadablePicture(Exception):
    """No picture, a broken one, or one too large to look into."""


def save_png(image: Image.Image, path: Path, parameters: str | None) -> None:
    """Write a PNG that carries `parameters` where the web UI looks for it, all at once. Raises OSError."""
    text = PngInfo()
    if parameters is not None:
        text.add_text("parameters", parameters)  # tEXt, or iTXt where Latin-1 does not suffice
    buffer = io.BytesIO()
    image.save(buffer, "PNG", pnginfo=text)
    write_aside(path, buffer.getvalue())


def read_texts(path: Path, formats: tuple[str, ...] = PILLOW_FORMATS) -> dict[str, str]:
    """All texts that a picture of one of the formats carries by their keys. Raises UnreadablePicture and OSError.

    A PNG's own keys, "UserComment" of EXIF, "comment" of GIF and JPEG; where there are none, what is hidden in the
    opacity, for which the pixels are decoded. Then "Width" and "Height" of the picture.
    """
    if path.stat().st_size > _LARGEST_FILE:
        raise UnreadablePicture(f"{path.name} is larger than {_LARGEST_FILE >> 20} MiB")
    try:
        with Image.open(path, formats=formats) as picture:
            found = {
                key: value for key, value in picture.info.items() if isinstance(key, str) and isinstance(value, str)
            }
            found |= {"UserComment": _user_comment(picture), "comment": _comment(picture)}
            found = {key: value[:_LONGEST_TEXT] for key, value in found.items() if value.strip()}
            found = found or read_hidden(picture)
            return found | dict(zip(("Width", "Height"), map(str, picture.size), strict=True))
    except Exception as error:  # a stranger's file: Pillow's parsers raise whatever they stumble over
        raise UnreadablePicture(f"{path.name}: {error}") from error


def _user_comment(picture: Image.Image) -> str:
    comment: str | bytes = picture.getexif().get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.UserComment, b"")
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
