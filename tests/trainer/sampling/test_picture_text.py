"""The text in real files: ours, as other programs lay it, and broken ones."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from sd_parsers import ParserManager

from trainer.infotext.parameters import VERSION, format_parameters
from trainer.infotext.picture_info import look
from trainer.infotext.picture_text import UnreadablePicture, read_texts, save_png
from trainer.infotext.programs import read_info
from trainer.infotext.webui import parse_parameters
from trainer.protocol import SeenPicture
from trainer.protocol.settings import PictureSettings

USER_COMMENT = 0x9286


def save_exif(image: Image.Image, path: Path, parameters: str | None) -> None:
    """As the web UI writes JPEG and WEBP."""
    exif = Image.Exif()
    if parameters is not None:
        exif.get_ifd(0x8769)[USER_COMMENT] = b"UNICODE\0" + parameters.encode("utf-16-be")
    image.save(path, "WEBP" if path.suffix == ".webp" else "JPEG", exif=exif)


SAVERS: dict[str, Callable[[Image.Image, Path, str | None], None]] = {
    "png": save_png,
    "jpg": save_exif,
    "webp": save_exif,
}
TEXTS = ["plain\nSteps: 20", "café ünï", "一只猫, 🐈\nSteps: 20", "x" * 20_000]


def read_text(path: Path) -> str | None:
    reading = read_info(read_texts(path))
    return reading.text if reading else None


def picture() -> Image.Image:
    return Image.effect_noise((32, 32), 90).convert("RGB")


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("kind", SAVERS)
def test_a_picture_carries_its_text(tmp_path: Path, kind: str, text: str) -> None:
    path = tmp_path / f"a.{kind}"
    SAVERS[kind](picture(), path, text)
    assert read_text(path) == text
    with Image.open(path) as read:
        assert read.format in ("PNG", "JPEG", "WEBP")
        assert read.convert("RGB").size == (32, 32)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("kind", SAVERS)
def test_a_picture_without_text_has_none(tmp_path: Path, kind: str) -> None:
    SAVERS[kind](picture(), tmp_path / "a", None)
    assert read_text(tmp_path / "a") is None


@pytest.mark.parametrize(
    "comment",
    [
        b"UNICODE\0" + "a 猫\nSteps: 1".encode("utf-16-be"),
        b"UNICODE\0" + "a 猫\nSteps: 1".encode("utf-16-le"),
        b"UNICODE\0" + "a 猫\nSteps: 1".encode("utf-16"),
        b"ASCII\0\0\0" + "a 猫\nSteps: 1".encode(),
        b"\0" * 8 + "a 猫\nSteps: 1".encode() + b"\0",
        "a 猫\nSteps: 1".encode(),
    ],
)
def test_user_comments_as_programs_write_them(tmp_path: Path, comment: bytes) -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[USER_COMMENT] = comment
    picture().save(tmp_path / "a.jpg", exif=exif)
    assert read_text(tmp_path / "a.jpg") == "a 猫\nSteps: 1"


def test_a_comment_without_a_zero_is_read_by_its_mark(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[USER_COMMENT] = b"UNICODE\0\xff\xfe" + "猫猫".encode("utf-16-le")
    picture().save(tmp_path / "a.jpg", exif=exif)
    assert read_text(tmp_path / "a.jpg") == "猫猫"


def test_a_gifs_comment(tmp_path: Path) -> None:
    picture().save(tmp_path / "a.gif", comment="a 猫\nSteps: 1".encode())
    assert read_text(tmp_path / "a.gif") == "a 猫\nSteps: 1"


def test_a_text_without_end_is_cut(tmp_path: Path) -> None:
    save_png(picture(), tmp_path / "a.png", "x" * 900_000)
    seen = look(tmp_path / "a.png")
    assert isinstance(seen, SeenPicture)
    assert len(seen.text or "") == 65_536


def test_a_compressed_bomb_of_text_is_refused(tmp_path: Path) -> None:
    info = PngInfo()
    info.add_text("parameters", "x" * 50_000_000, zip=True)
    picture().save(tmp_path / "a.png", pnginfo=info)
    assert (tmp_path / "a.png").stat().st_size < 200_000
    with pytest.raises(UnreadablePicture):
        read_text(tmp_path / "a.png")


@pytest.mark.parametrize(
    "data", [b"", b"GIF89a", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe1\xff\xff", b"<svg/>", b"8BPS"]
)
def test_what_is_no_picture_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.png").write_bytes(data)
    with pytest.raises(UnreadablePicture):
        read_text(tmp_path / "a.png")


@pytest.mark.parametrize("kind", SAVERS)
def test_cut_and_damaged_files_are_read_or_refused_by_name(tmp_path: Path, kind: str) -> None:
    SAVERS[kind](picture(), tmp_path / "a", "cat\nSteps: 20")
    whole = (tmp_path / "a").read_bytes()
    for place in range(0, 400, 3):
        for data in (whole[:place], whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :]):
            (tmp_path / "b").write_bytes(data)
            try:
                text = read_text(tmp_path / "b")
            except UnreadablePicture:
                continue
            assert text is None or isinstance(text, str)


def test_a_file_too_large_to_look_into(tmp_path: Path) -> None:
    with (tmp_path / "a.webp").open("wb") as file:
        file.truncate(65 * 2**20)
    with pytest.raises(UnreadablePicture, match="larger than 64 MiB"):
        read_text(tmp_path / "a.webp")


OURS = PictureSettings(
    prompt="an owl, (night:1.2)",
    negative_prompt="blurry, day",
    steps=12,
    sampler="DPM++ 2M SDE",
    schedule="Karras",
    guidance_scale=6.5,
    seed=4077357776,
    width=512,
    height=768,
    model_hash="45dee52b01",
    model="demo",
    clip_skip=2,
    ti_hashes=(("my-cat", "0123456789ab"),),
    rng="NV",
    version=VERSION,
)


@pytest.mark.parametrize("kind", ["png", "jpg"])
def test_an_independent_reader_understands_us(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"a.{kind}"
    SAVERS[kind](picture(), path, format_parameters(OURS))
    text = read_text(path)
    assert text is not None
    assert parse_parameters(text) == OURS
    info = ParserManager().parse(path)
    assert [prompt.value for prompt in info.prompts] == [OURS.prompt]
    assert [prompt.value for prompt in info.negative_prompts] == [OURS.negative_prompt]
    sampler = info.samplers[0]
    assert OURS.sampler in sampler.name
    assert str(sampler.parameters["seed"]) == str(OURS.seed)
    assert str(sampler.parameters["steps"]) == "12"
