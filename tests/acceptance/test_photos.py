"""Photos as phones send them, through the whole program: to learn from, to draw over, to ask how they were made."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from PIL import Image

from tests.acceptance.stage import Stage, pictures, stage, text_of
from tests.bot import hostile
from tests.sandboxed import File

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def played(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with stage(tmp_path_factory.mktemp("stage")) as playing:
        await playing.agree("Ada")
        yield playing


def phone_photos() -> dict[str, File]:
    """Ten, three of them HEIC, of which one is called a JPEG."""
    names = ("IMG_0001.HEIC", "IMG_0002.heic", "IMG_0003.jpg")
    photos = [(name, hostile.heic(f"photo-{number}")) for number, name in enumerate(names, start=1)]
    photos += pictures("cactus", 7).values()
    return {f"picture{place}": photo for place, photo in enumerate(photos, start=1)}


def size_of(file: Path) -> tuple[int, int]:
    with Image.open(file) as opened:
        return opened.size


async def test_ten_photos_become_a_word(played: Stage) -> None:
    given = {"name": "phone-owl", "from": "emoji", "steps": 2}
    await played.sandbox.run("embed train", given, phone_photos())
    result = await played.result("phone-owl")
    assert "phone-owl.pt" in [attachment["filename"] for attachment in result["attachments"]]
    stored = list((played.data / "pictures").glob("??/*.png"))
    assert len(stored) >= 10
    assert not any(b"Spy" in file.read_bytes() for file in stored)
    assert [size_of(file) for file in stored].count((640, 480)) == 3, "these lay on their sides"


async def test_a_photo_is_drawn_over(played: Stage) -> None:
    known = {message["id"] for message in await played.sandbox.messages()}
    photo = ("IMG_0001.HEIC", hostile.heic("photo-1"))
    await played.sandbox.run("imagine", {"prompt": "a robot", "steps": 2, "strength": 0.5}, {"picture": photo})
    drawn = await played.sandbox.until_message(
        "general", lambda message: message["id"] not in known and bool(message["attachments"])
    )
    assert "Denoising strength: 0.5" in text_of(drawn)


async def test_a_photo_says_how_it_was_made(played: Stage) -> None:
    answer = await played.sandbox.run("picture info", {}, {"picture": ("said.heic", hostile.heic("said"))})
    assert "Negative prompt: blue" in text_of(await played.sandbox.message(answer["message_id"]))


async def test_each_picture_that_cannot_be_used_is_named_with_what_to_do(played: Stage) -> None:
    bad: dict[str, File] = {
        "picture1": ("good.heic", hostile.heic("photo-1")),
        "picture2": ("DSC_1.NEF", hostile.camera_raw(254, 1)),
        "picture3": ("clip.mov", hostile.MOV),
        "picture4": ("cut.heic", hostile.truncated(hostile.heic("photo-2"))),
    }
    answer = await played.sandbox.run("embed train", {"name": "odd", "steps": 2}, bad)
    said = text_of(await played.sandbox.message(answer["message_id"]))
    assert "`DSC_1.NEF` is a camera's RAW file, which is not accepted here. Save it as PNG or JPEG" in said
    assert "`clip.mov` is not a picture that can be read (it is a video)" in said
    assert "`cut.heic` is damaged" in said
    assert "good.heic" not in said
