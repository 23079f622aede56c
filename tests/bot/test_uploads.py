"""Strangers' pictures through the real child process into a real folder."""

import asyncio
import hashlib
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import psutil
import pytest
from hypothesis import HealthCheck, Phase, given, settings, strategies as st
from PIL import Image

from bot import errors
from bot.errors import Refusal
from bot.files.uploads import Kept, PictureStore, StoredPicture, Upload
from tests.bot import hostile

DEMO = Path(__file__).parents[2] / "sandbox" / "demo_images"
RED_LIGHT = (255, 0, 0)
RED, GREEN, BLUE, YELLOW = (220, 30, 30), (30, 200, 30), (30, 30, 220), (230, 220, 40)


@pytest.fixture
def store(tmp_path: Path) -> PictureStore:
    return PictureStore(tmp_path / "pictures")


async def kept(store: PictureStore, data: bytes, name: str = "cat.png") -> Image.Image:
    """The one stored picture that comes of `data`, opened."""
    result = await store.keep([Upload(name, data)])
    assert result.refused == ()
    (picture,) = result.pictures
    image = Image.open(picture.path)
    image.load()
    assert (image.format, image.mode, image.size) == ("PNG", "RGB", (picture.width, picture.height))
    assert picture.file_name == name
    return image


async def refusal(store: PictureStore, data: bytes, name: str = "cat.png") -> Refusal:
    result = await store.keep([Upload(name, data)])
    assert result.pictures == ()
    (refused,) = result.refused
    return refused


def corners(image: Image.Image) -> list[tuple[int, ...]]:
    right, bottom = image.width - 4, image.height - 4
    return [image.getpixel(place) for place in ((3, 3), (right, 3), (3, bottom), (right, bottom))]


def assert_close(found: list[tuple[int, ...]], wanted: list[tuple[int, ...]], most: int = 12) -> None:
    for pixel, want in zip(found, wanted, strict=True):
        assert max(abs(a - b) for a, b in zip(pixel, want, strict=True)) <= most, (found, wanted)


async def test_every_demo_picture_is_kept(store: PictureStore) -> None:
    files = sorted(file for file in DEMO.rglob("*") if file.suffix in {".png", ".jpg", ".webp"})
    assert len(files) > 60
    result = await store.keep([Upload(file.name, file.read_bytes()) for file in files])
    assert result.refused == ()
    assert len({picture.path for picture in result.pictures}) == len(result.pictures) >= len(files) - 1


async def test_a_stored_picture_is_named_by_its_content(store: PictureStore, tmp_path: Path) -> None:
    result = await store.keep([Upload("cat.png", hostile.encoded(hostile.scene()))])
    (picture,) = result.pictures
    assert picture.path == tmp_path / "pictures" / picture.sha256[:2] / f"{picture.sha256}.png"
    assert hashlib.sha256(picture.path.read_bytes()).hexdigest() == picture.sha256


async def test_the_same_pixels_are_one_file(store: PictureStore) -> None:
    first = hostile.encoded(hostile.scene())
    second = hostile.encoded(hostile.scene(), "WEBP", lossless=True)
    both = await store.keep([Upload("a.png", first), Upload("b.webp", second)])
    again = await store.keep([Upload("c.png", first)])
    assert [picture.file_name for picture in both.pictures] == ["a.png"]
    assert again.pictures[0].path == both.pictures[0].path
    assert left_behind(store) == []


def left_behind(store: PictureStore) -> list[Path]:
    return list((store.folder / "incoming").iterdir())


def all_files(store: PictureStore) -> dict[Path, bytes]:
    return {file: file.read_bytes() for file in store.folder.rglob("*") if file.is_file()}


ONE_COLOUR: dict[str, tuple[Callable[[], bytes], tuple[int, int, int]]] = {
    "16-bit grey, middle": (lambda: hostile.sixteen_bit_grey_png(0x8000), (128, 128, 128)),
    "16-bit grey, dark": (lambda: hostile.sixteen_bit_grey_png(0x1000), (16, 16, 16)),
    "16-bit grey, white": (lambda: hostile.sixteen_bit_grey_png(0xFFFF), (255, 255, 255)),
    "16-bit colour": (hostile.sixteen_bit_colour_png, (128, 255, 0)),
    "CMYK": (hostile.cmyk_jpeg, (255, 0, 0)),
    "transparent RGBA": (hostile.transparent_rgba_png, (255, 255, 255)),
    "transparent grey": (hostile.transparent_grey_png, (127, 127, 127)),
    "transparent colour": (hostile.transparent_colour_png, (255, 255, 255)),
    "black and white": (lambda: hostile.in_colour("1", 1), (255, 255, 255)),
    "grey JPEG": (lambda: hostile.in_colour("L", 90, "JPEG"), (90, 90, 90)),
    "opaque LA": (lambda: hostile.in_colour("LA", (90, 255)), (90, 90, 90)),
    "16-bit grey TIFF": (lambda: hostile.in_colour("I;16", 0x8000, "TIFF"), (128, 128, 128)),
    "16-bit grey TIFF, high byte first": (lambda: hostile.in_colour("I;16B", 0x8000, "TIFF"), (128, 128, 128)),
    "32-bit grey TIFF": (lambda: hostile.in_colour("I", 0x8000, "TIFF"), (128, 128, 128)),
    "32-bit grey TIFF, all of it": (lambda: hostile.in_colour("I", 0x7FFFFFFF, "TIFF"), (255, 255, 255)),
    "floats from 0 to 1": (lambda: hostile.in_colour("F", 0.5, "TIFF"), (128, 128, 128)),
    "floats from 0 to 255": (lambda: hostile.in_colour("F", 200.0, "TIFF"), (200, 200, 200)),
    "floats that are no numbers": (lambda: hostile.in_colour("F", float("nan"), "TIFF"), (0, 0, 0)),
    "CMYK TIFF": (lambda: hostile.in_colour("CMYK", (0, 255, 255, 0), "TIFF"), (255, 0, 0)),
    "Lab TIFF": (lambda: hostile.in_colour("LAB", (138, 209, 198), "TIFF"), (252, 3, 3)),  # its 8 bits only come near
    "10-bit HEIC": (lambda: hostile.heic("ten-bit"), (0, 200, 0)),
    "HEIC of several pictures": (lambda: hostile.heic("burst"), (220, 30, 30)),
}
_P3 = {"icc_profile": hostile.display_p3()}
WIDE: dict[str, tuple[Callable[[], bytes], tuple[int, int, int]]] = {
    "PNG": (lambda: hostile.in_colour("RGB", hostile.P3_RED, **_P3), RED_LIGHT),
    "JPEG": (lambda: hostile.in_colour("RGB", hostile.P3_RED, "JPEG", quality=100, **_P3), RED_LIGHT),
    "WEBP": (lambda: hostile.in_colour("RGB", hostile.P3_RED, "WEBP", lossless=True, **_P3), RED_LIGHT),
    "AVIF": (lambda: hostile.in_colour("RGB", hostile.P3_RED, "AVIF", quality=100, **_P3), RED_LIGHT),
    "TIFF": (lambda: hostile.in_colour("RGB", hostile.P3_RED, "TIFF", **_P3), RED_LIGHT),
    "HEIC": (lambda: hostile.heic("wide-gamut"), RED_LIGHT),
    "with opacity": (lambda: hostile.in_colour("RGBA", (*hostile.P3_RED, 255), **_P3), RED_LIGHT),
    "white of a clear picture": (lambda: hostile.in_colour("RGBA", (9, 9, 9, 0), **_P3), (255, 255, 255)),
    "palette": (lambda: hostile.encoded(Image.new("RGB", (32, 32), hostile.P3_RED).quantize(4), **_P3), RED_LIGHT),
    "grey": (lambda: hostile.in_colour("L", 128, icc_profile=hostile.linear_grey()), (188, 188, 188)),
    "grey with opacity": (lambda: hostile.in_colour("LA", (128, 255), icc_profile=hostile.linear_grey()), (188,) * 3),
    "grey, 16 bit": (lambda: hostile.in_colour("I;16", 0x8080, icc_profile=hostile.linear_grey()), (188, 188, 188)),
    "grey, with a profile for colour": (lambda: hostile.in_colour("L", 90, "JPEG", **_P3), (90, 90, 90)),
    "colour, with a profile for grey": (
        lambda: hostile.in_colour("RGB", (9, 99, 199), icc_profile=hostile.linear_grey()),
        (9, 99, 199),
    ),
    "inks": (
        lambda: hostile.in_colour("CMYK", (255, 0, 0, 0), "JPEG", quality=100, icc_profile=hostile.grey_inks()),
        (185, 185, 185),
    ),
    "inks, with a profile for colour": (
        lambda: hostile.in_colour("CMYK", (0, 255, 255, 0), "JPEG", quality=100, **_P3),
        (255, 0, 0),
    ),
    "broken": (lambda: hostile.in_colour("RGB", (9, 99, 199), icc_profile=b"profile" * 40), (9, 99, 199)),
    "cut": (lambda: hostile.in_colour("RGB", (9, 99, 199), icc_profile=hostile.display_p3()[:300]), (9, 99, 199)),
}


@pytest.mark.parametrize(("make", "colour"), ONE_COLOUR.values(), ids=ONE_COLOUR)
async def test_colours_come_out_as_a_person_sees_them(
    store: PictureStore, make: Callable[[], bytes], colour: tuple[int, int, int]
) -> None:
    image = await kept(store, make())
    assert_close(corners(image), [colour] * 4, most=3)


@pytest.mark.parametrize(("make", "colour"), WIDE.values(), ids=WIDE)
async def test_a_profile_is_followed_where_it_can_be(
    store: PictureStore, make: Callable[[], bytes], colour: tuple[int, int, int]
) -> None:
    image = await kept(store, make())
    assert_close(corners(image), [colour] * 4, most=3)


async def test_a_transparent_palette_is_laid_on_white(store: PictureStore) -> None:
    image = await kept(store, hostile.transparent_palette_png())
    white, blue = (255, 255, 255), (0, 0, 255)
    assert corners(image) == [white, blue, white, blue]


async def test_where_a_picture_is_transparent_is_kept_beside_it(store: PictureStore) -> None:
    half = Image.new("RGBA", (64, 64), (0, 255, 0, 0))
    half.paste((0, 0, 255, 255), (0, 0, 32, 64))
    result = await store.keep(
        [Upload("half.png", hostile.encoded(half)), Upload("whole.png", hostile.transparent_rgba_png())]
    )
    parted, whole = result.pictures
    with Image.open(parted.alpha) as alpha:
        assert (alpha.mode, corners(alpha)) == ("L", [255, 0, 255, 0])
    assert whole.alpha is None, "opacity that is the same everywhere tells nothing"


SCENES: dict[str, Callable[[], bytes]] = {
    "PNG": lambda: hostile.encoded(hostile.scene()),
    "JPEG": lambda: hostile.encoded(hostile.scene(), "JPEG", quality=95),
    "progressive JPEG": lambda: hostile.encoded(hostile.scene(), "JPEG", quality=95, progressive=True),
    "WEBP": lambda: hostile.encoded(hostile.scene(), "WEBP", quality=95),
    "animated GIF": hostile.animated_gif,
    "animated WEBP": hostile.animated_webp,
    "animated PNG": hostile.animated_png,
    "phone, lying on its side": hostile.phone_jpeg,
    "broken EXIF": hostile.jpeg_with_broken_exif,
    "PNG and ZIP in one": hostile.polyglot_png_zip,
    "palette": lambda: hostile.encoded(hostile.scene().quantize(8)),
    "BMP": lambda: hostile.encoded(hostile.scene(), "BMP"),
    "palette BMP": lambda: hostile.encoded(hostile.scene().quantize(8), "BMP"),
    "AVIF": lambda: hostile.encoded(hostile.scene(), "AVIF", quality=95),
    "animated AVIF": lambda: hostile.animated("AVIF", quality=95),
    "AVIF that says it is HEIF": lambda: hostile.encoded(hostile.scene(), "AVIF", quality=95).replace(
        b"ftypavif", b"ftypmif1"
    ),
    "HEIC that says it is HEIF": lambda: hostile.heic("turned-1").replace(b"ftypheix", b"ftypmif1"),
    "TIFF": lambda: hostile.encoded(hostile.scene(), "TIFF"),
    "TIFF of several pages": lambda: hostile.animated("TIFF"),
    **{
        f"TIFF, {packed}": partial(hostile.encoded, hostile.scene(), "TIFF", compression=packed)
        for packed in ("tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg")
    },
    "JPEG of several pictures": lambda: hostile.animated("MPO", quality=95),
    **{
        f"{kind}, orientation {orientation}": partial(hostile.turned, kind, orientation)
        for kind in ("JPEG", "PNG", "WEBP", "AVIF", "TIFF")
        for orientation in range(1, 9)
    },
    **{f"HEIC, orientation {turn}": partial(hostile.heic, f"turned-{turn}") for turn in range(1, 9)},
}


@pytest.mark.parametrize("make", SCENES.values(), ids=SCENES)
async def test_pictures_stand_upright_and_show_their_first_frame(
    store: PictureStore, make: Callable[[], bytes]
) -> None:
    image = await kept(store, make())
    assert image.size == (96, 64)
    assert_close(corners(image), [RED, GREEN, BLUE, YELLOW])


CARRIERS: dict[str, tuple[Callable[[], bytes], bytes]] = {
    "place, comment, profile": (hostile.phone_jpeg, b"my home"),
    "place, maker": (lambda: hostile.heic("turned-6"), b"Spy"),
    "text": (hostile.png_with_secrets, b"secret"),
    "ZIP archive": (hostile.polyglot_png_zip, b"PK\x03\x04"),
}


@pytest.mark.parametrize(("make", "secret"), CARRIERS.values(), ids=CARRIERS)
async def test_nothing_but_pixels_is_stored(store: PictureStore, make: Callable[[], bytes], secret: bytes) -> None:
    data = make()
    assert secret in data
    image = await kept(store, data)
    assert (dict(image.getexif()), image.info) == ({}, {})
    assert secret not in b"".join(all_files(store).values())


async def test_a_large_picture_is_reduced(store: PictureStore) -> None:
    image = await kept(store, hostile.encoded(Image.new("RGB", (5000, 1000), (9, 9, 9)), "JPEG"))
    assert image.size == (2048, 410)


REFUSED: dict[str, tuple[Callable[[], bytes], Refusal]] = {
    "pixel bomb, PNG": (hostile.pixel_bomb_png, errors.PictureTooBig(file="cat.png", millions=3600, limit=40)),
    "pixel bomb, GIF": (hostile.pixel_bomb_gif, errors.PictureTooBig(file="cat.png", millions=4295, limit=40)),
    "pixel bomb, WEBP": (hostile.pixel_bomb_webp, errors.PictureTooBig(file="cat.png", millions=269, limit=40)),
    "just too large": (lambda: hostile.large_png(41), errors.PictureTooBig(file="cat.png", millions=41, limit=40)),
    "text bomb, zTXt": (lambda: hostile.text_bomb_png(b"zTXt"), errors.BrokenPicture(file="cat.png")),
    "text bomb, iTXt": (lambda: hostile.text_bomb_png(b"iTXt"), errors.BrokenPicture(file="cat.png")),
    "cut PNG": (
        lambda: hostile.truncated(hostile.encoded(hostile.noise(300, 300))),
        errors.BrokenPicture(file="cat.png"),
    ),
    "cut JPEG": (
        lambda: hostile.truncated(hostile.encoded(hostile.noise(300, 300), "JPEG")),
        errors.BrokenPicture(file="cat.png"),
    ),
    "cut progressive JPEG": (
        lambda: hostile.truncated(hostile.encoded(hostile.noise(300, 300), "JPEG", progressive=True)),
        errors.BrokenPicture(file="cat.png"),
    ),
    "cut WEBP": (
        lambda: hostile.truncated(hostile.encoded(hostile.noise(300, 300), "WEBP")),
        errors.BrokenPicture(file="cat.png"),
    ),
    "cut GIF": (
        lambda: hostile.truncated(hostile.encoded(hostile.noise(300, 300), "GIF")),
        errors.BrokenPicture(file="cat.png"),
    ),
    "cut in the header": (
        lambda: hostile.truncated(hostile.encoded(hostile.scene()), 0.1),
        errors.BrokenPicture(file="cat.png"),
    ),
    "a chunk of 4 GB, it says": (hostile.false_length_png, errors.BrokenPicture(file="cat.png")),
    "one pixel wide": (
        lambda: hostile.encoded(Image.new("RGB", (1, 40_000))),
        errors.PictureTooSmall(file="cat.png", width=1, height=40_000, limit=16),
    ),
    "a strip": (
        lambda: hostile.encoded(Image.new("RGB", (40_000, 20))),
        errors.PictureTooNarrow(file="cat.png", width=40_000, height=20),
    ),
    "empty": (lambda: b"", errors.EmptyFile(file="cat.png")),
    "too many bytes": (lambda: bytes(25_000_001), errors.FileTooBig(file="cat.png", megabytes=26, limit=25)),
    "HTML": (lambda: hostile.HTML, errors.NotAPicture(file="cat.png", kind="html")),
    "SVG": (lambda: hostile.SVG, errors.NotAPicture(file="cat.png", kind="svg")),
    "PDF": (lambda: hostile.PDF, errors.NotAPicture(file="cat.png", kind="pdf")),
    "EPS": (lambda: hostile.EPS, errors.NotAPicture(file="cat.png", kind="postscript")),
    "ZIP": (hostile.archive, errors.NotAPicture(file="cat.png", kind="zip")),
    "text": (lambda: hostile.TEXT, errors.NotAPicture(file="cat.png", kind="text")),
    "MP4": (lambda: hostile.MP4, errors.NotAPicture(file="cat.png", kind="video")),
    "unknown": (lambda: bytes(range(256)), errors.NotAPicture(file="cat.png", kind="unknown")),
    "text that begins like a BMP": (lambda: b"BM" + hostile.TEXT, errors.NotAPicture(file="cat.png", kind="text")),
    "MOV": (lambda: hostile.MOV, errors.NotAPicture(file="cat.png", kind="video")),
    "HEIC of nothing": (lambda: hostile.HEIC, errors.BrokenPicture(file="cat.png")),
    "HEIC burst": (lambda: hostile.HEIC_BURST, errors.KindNotTaken(file="cat.png", kind="burst")),
    "JPEG XL": (lambda: hostile.JXL, errors.KindNotTaken(file="cat.png", kind="jxl")),
    "Photoshop": (lambda: hostile.PSD, errors.KindNotTaken(file="cat.png", kind="psd")),
    "ICO": (lambda: hostile.encoded(hostile.scene(), "ICO"), errors.KindNotTaken(file="cat.png", kind="ico")),
    "RAW, Adobe": (lambda: hostile.camera_raw(50706, b"\1\4\0\0"), errors.KindNotTaken(file="cat.png", kind="raw")),
    "RAW, Nikon": (lambda: hostile.camera_raw(254, 1), errors.KindNotTaken(file="cat.png", kind="raw")),
    "RAW, Canon": (hostile.canon_raw, errors.KindNotTaken(file="cat.png", kind="raw")),
    "RAW, Canon's newer": (lambda: hostile.CR3, errors.KindNotTaken(file="cat.png", kind="raw")),
    "RAW, Fujifilm": (lambda: hostile.RAF, errors.KindNotTaken(file="cat.png", kind="raw")),
    "pixel bomb, BMP": (hostile.pixel_bomb_bmp, errors.PictureTooBig(file="cat.png", millions=3600, limit=40)),
    "pixel bomb, TIFF": (hostile.pixel_bomb_tiff, errors.PictureTooBig(file="cat.png", millions=3600, limit=40)),
    "pixel bomb, HEIC": (
        lambda: hostile.with_false_size(hostile.heic("turned-1"), 30_000),
        errors.PictureTooBig(file="cat.png", millions=900, limit=40),
    ),
    "pixel bomb, AVIF": (
        lambda: hostile.with_false_size(hostile.encoded(hostile.scene(), "AVIF"), 16_000),
        errors.PictureTooBig(file="cat.png", millions=256, limit=40),
    ),
    "HEIC larger than it says": (
        lambda: hostile.with_false_size(hostile.heic("turned-1"), 32),
        errors.BrokenPicture(file="cat.png"),
    ),
    **{
        f"cut {kind}": (
            lambda kind=kind, options=options: hostile.truncated(
                hostile.encoded(hostile.noise(300, 300), kind.strip(), **options)
            ),
            errors.BrokenPicture(file="cat.png"),
        )
        for kind, options in {
            "BMP": {},
            "TIFF": {},
            "TIFF ": {"compression": "tiff_lzw"},
            "AVIF": {},
        }.items()
    },
    "cut HEIC": (lambda: hostile.truncated(hostile.heic("photo-1")), errors.BrokenPicture(file="cat.png")),
    "HEIC cut in the header": (
        lambda: hostile.truncated(hostile.heic("photo-1"), 0.02),
        errors.BrokenPicture(file="cat.png"),
    ),
}


@pytest.mark.parametrize(("make", "wanted"), REFUSED.values(), ids=REFUSED)
async def test_what_cannot_be_taken_is_refused_by_name(
    store: PictureStore, make: Callable[[], bytes], wanted: Refusal
) -> None:
    found = await refusal(store, make())
    assert (type(found), found.facts) == (type(wanted), wanted.facts)


async def test_a_data_bomb_gives_only_the_pixels_its_header_promised(store: PictureStore) -> None:
    image = await kept(store, hostile.data_bomb_png())
    assert image.size == (32, 32)


async def test_good_and_bad_in_one_batch(store: PictureStore) -> None:
    batch = [
        Upload("bomb.png", hostile.pixel_bomb_png()),
        Upload("notes.png", hostile.HTML),
        Upload("cat.png", hostile.encoded(hostile.scene())),
        Upload("empty.png", b""),
        Upload("dog.gif", hostile.encoded(Image.new("RGB", (32, 32), (1, 2, 3)), "GIF")),
    ]
    result = await store.keep(batch)
    assert [picture.file_name for picture in result.pictures] == ["cat.png", "dog.gif"]
    assert [refused.facts["file"] for refused in result.refused] == ["bomb.png", "notes.png", "empty.png"]
    assert set(all_files(store)) == {picture.path for picture in result.pictures}


async def test_a_picture_that_takes_too_long_is_given_up_and_leaves_nothing(tmp_path: Path) -> None:
    store = PictureStore(tmp_path, seconds=0.001)
    found = await refusal(store, hostile.large_png(36))
    assert isinstance(found, errors.PictureTooSlow)
    assert decoders() == []
    assert left_behind(store) == []


async def test_a_decoder_that_crashes_costs_one_picture_only(store: PictureStore) -> None:
    batch = [Upload("wall.png", hostile.large_png(36)), Upload("cat.png", hostile.encoded(hostile.scene()))]
    keeping = asyncio.create_task(store.keep(batch))
    (await decoder()).kill()
    result = await keeping
    assert [(type(refused), refused.facts) for refused in result.refused] == [
        (errors.PictureTooHard, {"file": "wall.png"})
    ]
    assert [picture.file_name for picture in result.pictures] == ["cat.png"]


async def decoder() -> psutil.Process:
    """The child, as soon as there is one."""
    while not (children := decoders()):
        await asyncio.sleep(0.002)
    return children[0]


def decoders() -> list[psutil.Process]:
    """Children of this process that decode; one that has ended in between is not one."""
    found = []
    for child in psutil.Process().children():
        try:
            if "bot.files.decoding" in child.cmdline():
                found.append(child)
        except psutil.NoSuchProcess:
            continue
    return found


async def test_the_child_never_sees_the_bots_environment(store: PictureStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "secret")
    keeping = asyncio.create_task(store.keep([Upload("wall.png", hostile.large_png(36))]))
    seen = (await decoder()).environ()
    assert len((await keeping).pictures) == 1
    assert set(seen) <= {"PATH", "LANG", "LC_ALL", "SYSTEMROOT"}


async def test_the_largest_picture_is_decoded_outside_of_the_bot(store: PictureStore) -> None:
    """36 million pixels are 108 MB raw; this process must not grow by them."""
    data = hostile.large_png(36)
    before = psutil.Process().memory_info().rss
    result = await store.keep([Upload("wall.png", data)])
    assert (result.pictures[0].width, result.pictures[0].height) == (2048, 910)
    assert psutil.Process().memory_info().rss - before < 30_000_000


@pytest.mark.parametrize("kind", ["HEIC", "AVIF"])
async def test_the_largest_pictures_of_phones_fit_into_the_decoder(store: PictureStore, kind: str) -> None:
    """40 million pixels with opacity."""
    image = Image.new("RGBA", (8000, 5000), (10, 120, 200, 128))
    data = hostile.heic("large") if kind == "HEIC" else hostile.encoded(image, kind, speed=10)
    small = await kept(store, data)
    assert small.size == (2048, 1280)
    assert_close(corners(small), [(132, 187, 227)] * 4, most=3)


async def test_libheif_is_loaded_by_a_child_that_is_limited_and_by_nobody_else(store: PictureStore) -> None:
    keeping = asyncio.create_task(store.keep([Upload("photo.heic", hostile.heic("large"))]))
    child = await decoder()
    while not any("heif" in file.path for file in child.memory_maps()):
        await asyncio.sleep(0.002)
    assert child.rlimit(psutil.RLIMIT_AS) == (1_500_000_000, 1_500_000_000)
    assert child.rlimit(psutil.RLIMIT_CPU) == (20, 20)
    assert len((await keeping).pictures) == 1
    assert not {"pi_heif", "_pi_heif"} & set(sys.modules)


@pytest.fixture(scope="module")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pictures")


BATCHES = settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.reuse, Phase.generate],  # each try is a process; shrinking would start thousands
)
MAGIC = [
    b"",
    b"\x89PNG\r\n\x1a\n",
    b"\xff\xd8\xff\xe0",
    b"GIF89a",
    b"RIFF\x00\x01\x00\x00WEBPVP8L",
    b"BM",
    b"%!PS",
    b"II*\x00",
    b"\0\0\0\x18ftypheic",
]
BYTES = st.tuples(st.sampled_from(MAGIC), st.binary(min_size=1, max_size=300)).map(b"".join)


@BATCHES
@given(files=st.lists(BYTES, min_size=10, max_size=40))
def test_random_bytes_are_refused_one_by_one(shared_folder: Path, files: list[bytes]) -> None:
    result = keep_now(shared_folder, files)
    assert len(result.refused) == len(files)
    assert {type(refused) for refused in result.refused} <= READ_AND_REFUSED


DAMAGE = st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), min_size=1, max_size=6)
SOUND = [hostile.encoded(hostile.scene(40, 30), kind) for kind in ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF", "AVIF")]
SOUND += [hostile.heic("turned-6"), hostile.heic("transparent")]
READ_AND_REFUSED = {
    errors.NotAPicture,
    errors.KindNotTaken,
    errors.BrokenPicture,
    errors.PictureTooBig,
    errors.PictureTooSmall,
    errors.PictureTooNarrow,
}


@BATCHES
@given(damages=st.lists(st.tuples(st.integers(0, len(SOUND) - 1), DAMAGE), min_size=10, max_size=40))
def test_damaged_pictures_are_kept_or_refused_but_crash_nothing(
    shared_folder: Path, damages: list[tuple[int, list[tuple[int, int]]]]
) -> None:
    result = keep_now(shared_folder, [damaged(SOUND[which], changes) for which, changes in damages])
    assert {type(refused) for refused in result.refused} <= READ_AND_REFUSED
    assert all(is_clean(picture) for picture in result.pictures)


def damaged(sound: bytes, changes: list[tuple[int, int]]) -> bytes:
    data = bytearray(sound)
    for place, value in changes:
        data[place % len(data)] = value
    return bytes(data)


def is_clean(picture: StoredPicture) -> bool:
    with Image.open(picture.path) as image:
        return (image.format, image.mode, image.info) == ("PNG", "RGB", {})


def keep_now(folder: Path, files: list[bytes]) -> Kept:
    uploads = [Upload(f"{index}.png", data) for index, data in enumerate(files)]
    return asyncio.run(PictureStore(folder).keep(uploads))
