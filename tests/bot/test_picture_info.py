"""Uploaded pictures, looked into by the child: what they say, and what is refused in which words."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import ExifTags, Image
from PIL.PngImagePlugin import PngInfo

from bot.errors import BrokenPicture, KindNotTaken, NotAPicture, PictureTooSlow, Refusal
from bot.files.looking import Looking
from bot.files.uploads import Upload
from tests.bot import hostile
from trainer.protocol import SeenPicture

TEXT = "a 猫\nNegative prompt: blue\nSteps: 4, Sampler: Euler a, Seed: 5, Size: 64x64"


def with_text(kind: str, text: str) -> bytes:
    """A picture that carries the text as other programs put it there."""
    picture = hostile.scene()
    if kind == "PNG":
        info = PngInfo()
        info.add_text("parameters", text)
        return hostile.encoded(picture, pnginfo=info)
    if kind == "GIF":
        return hostile.encoded(picture, kind, comment=text.encode())
    exif = Image.Exif()
    exif[ExifTags.Base.Software] = "test"  # without a tag of the picture itself Pillow writes no EXIF into an AVIF
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.UserComment] = b"UNICODE\0" + text.encode("utf-16-be")
    return hostile.encoded(picture, kind, exif=exif)


async def look(folder: Path, data: bytes) -> SeenPicture:
    return await Looking(folder / "incoming").look_at_picture(Upload("cat.png", data), person_id=1)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "AVIF"])
async def test_every_kind_says_how_it_was_made(tmp_path: Path, kind: str) -> None:
    seen = await look(tmp_path, with_text(kind, TEXT))
    assert seen.text == TEXT
    assert seen.settings is not None
    assert (seen.settings.prompt, seen.settings.negative_prompt, seen.settings.seed) == ("a 猫", "blue", 5)
    assert list((tmp_path / "incoming").iterdir()) == []


async def test_a_heic_says_how_it_was_made(tmp_path: Path) -> None:
    seen = await look(tmp_path, hostile.heic("said"))
    assert seen.text == TEXT


@pytest.mark.parametrize("kind", ["BMP", "TIFF", "AVIF"])
async def test_what_says_nothing_says_nothing(tmp_path: Path, kind: str) -> None:
    assert (await look(tmp_path, hostile.encoded(hostile.scene(), kind))).text is None


async def test_a_large_heic_fits_into_the_reader(tmp_path: Path) -> None:
    assert (await look(tmp_path, hostile.heic("large"))).text is None


async def test_a_text_may_be_no_settings_or_missing(tmp_path: Path) -> None:
    seen = await look(tmp_path, with_text("PNG", "Made with a camera"))
    assert (seen.text, seen.settings) == ("Made with a camera", None)
    assert (await look(tmp_path, hostile.encoded(hostile.scene()))).text is None


@pytest.mark.parametrize(
    "settings",
    [
        f"Steps: {'9' * 25}, Seed: {'9' * 20}, Size: 1x1, Model: a",
        'Steps: 4, Seed: -999999999999999999999, Model: "\\ud800"',
        'Steps: 4, Seed: 1, "\\udfff: "\\udfff", Model: "\\ud83d\\ude00"',
    ],
)
async def test_odd_values_can_be_told_on(tmp_path: Path, settings: str) -> None:
    seen = await look(tmp_path, with_text("PNG", f"cat\n{settings}"))
    assert seen.settings is not None


async def test_a_text_without_end_is_cut(tmp_path: Path) -> None:
    seen = await look(tmp_path, with_text("PNG", "x" * 900_000))
    assert seen.text == "x" * 65_536


def bomb() -> bytes:
    """A picture whose text unpacks to 50 MB."""
    info = PngInfo()
    info.add_text("parameters", "x" * 50_000_000, zip=True)
    return hostile.encoded(hostile.scene(), pnginfo=info)


@pytest.mark.parametrize(
    ("made", "refusal"),
    [
        (lambda: hostile.HTML, NotAPicture),
        (lambda: hostile.archive(), NotAPicture),
        (lambda: hostile.truncated(with_text("PNG", TEXT), 0.1), BrokenPicture),
        (lambda: b"\x89PNG\r\n\x1a\n", BrokenPicture),
        (lambda: b"GIF89a", BrokenPicture),
        (lambda: hostile.HEIC, BrokenPicture),
        (lambda: hostile.HEIC_BURST, KindNotTaken),
        (lambda: hostile.RAF, KindNotTaken),
        (lambda: hostile.MOV, NotAPicture),
        (bomb, BrokenPicture),
        (hostile.pixel_bomb_png, BrokenPicture),
    ],
)
async def test_hostile_files_are_refused_in_words(
    tmp_path: Path, made: Callable[[], bytes], refusal: type[Refusal]
) -> None:
    with pytest.raises(refusal) as raised:
        await look(tmp_path, made())
    assert raised.value.facts["file"] == "cat.png"


async def test_a_picture_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    with pytest.raises(PictureTooSlow):
        upload = Upload("a.png", with_text("PNG", TEXT))
        await Looking(tmp_path / "incoming", seconds=0).look_at_picture(upload, person_id=1)
