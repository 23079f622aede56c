"""The operator puts a hypernetwork into its folder, and people draw with it; over a restart, too."""

import io
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from PIL import Image

from tests.acceptance.stage import Stage, stage, text_of
from tests.sandboxed import Json
from tests.trainer.hypernetworks.files import contents, written

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def played(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with stage(tmp_path_factory.mktemp("stage")) as playing:
        yield playing


async def draw(played: Stage, prompt: str, **options: object) -> Json:
    """The card with the pictures; always of the same seed."""
    known = {each["id"] for each in await played.sandbox.messages()}
    await played.sandbox.run("imagine", {"prompt": prompt, "steps": 3, "seed": 5, **options})
    return await played.sandbox.until_message(
        "general", lambda each: each["id"] not in known and bool(each["attachments"])
    )


async def image(played: Stage, message: Json) -> Image.Image:
    return Image.open(io.BytesIO(await played.sandbox.fetch(message["attachments"][0]["url"])))


async def test_a_hypernetwork_is_drawn_with_by_tag_and_by_option(played: Stage) -> None:
    plain = await image(played, await draw(played, "a red heart"))
    soft = written(played.data / "hypernetworks", "Soft")
    written(played.data / "hypernetworks", "sepia-tone", contents(seed=60))
    suggested = await played.sandbox.autocomplete("imagine", {"hypernetwork": "Soft:0.5, SEP"}, "hypernetwork")
    assert [choice["value"] for choice in suggested] == ["Soft:0.5, sepia-tone"]
    tagged = await draw(played, "a red heart <hypernet:Soft:0.5> <hypernet:sepia-tone>")
    chosen = await draw(played, "a red heart", hypernetwork="Soft:0.5, sepia-tone")
    assert "left out" not in text_of(tagged)
    pixels = (await image(played, tagged)).tobytes()
    assert pixels != plain.tobytes()
    assert pixels == (await image(played, chosen)).tobytes()
    parameters = (await image(played, chosen)).info["parameters"]
    assert parameters.startswith("a red heart <hypernet:Soft:0.5> <hypernet:sepia-tone>\n")
    assert f'Hypernet hash: "Soft: {soft.sha256[:10]}, sepia-tone: ' in parameters


async def test_what_cannot_be_used_is_told(played: Stage) -> None:
    written(played.data / "hypernetworks", "sd-1", contents((320, 768)))
    drawn = await draw(played, "a red heart <hypernet:sepia_tone> <hypernet:sd-1:0.5> <hypernet:q> <lora:x>")
    said = text_of(drawn)
    assert r"\<hypernet:sepia\_tone> was left out: no hypernetwork here has that name. Did you mean sepia-tone?" in said
    assert r"\<hypernet:sd-1:0.5> was left out: the file of that hypernetwork is damaged, or made for another" in said
    assert r"\<hypernet:q> was left out: no hypernetwork here has that name." in said
    assert r"Not used here: \<lora:x>." in said
    assert (await image(played, drawn)).tobytes() == (await image(played, await draw(played, "a red heart"))).tobytes()


async def test_a_picture_tells_of_hypernetworks_that_are_others_or_not_here(played: Stage) -> None:
    soft = written(played.data / "hypernetworks", "Soft")
    drawn = await draw(played, "a blue star", hypernetwork="soft")
    file = await played.sandbox.fetch(drawn["attachments"][0]["url"])
    await played.kill()
    await played.start()
    assert "-#" not in text_of(await info(played, file)), "nothing comes out differently"
    again = text_of(await info(played, file))
    assert f"soft: {soft.sha256[:10]}" in again.lower()
    written(played.data / "hypernetworks", "Soft", contents(seed=90))
    assert "-# It was drawn with other files of the hypernetworks soft than those here." in text_of(
        await info(played, file)
    )
    (played.data / "hypernetworks" / "Soft.pt").unlink()
    assert "-# It used hypernetworks that are not here: soft. They are left out." in text_of(await info(played, file))


async def info(played: Stage, file: bytes) -> Json:
    answer = await played.sandbox.run("picture info", {}, {"picture": ("cat.png", file)})
    return await played.sandbox.message(answer["message_id"], person="Ada")
