"""A model whose safety checker minds every picture, in channels for all and for adults."""

import io
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from PIL import Image

from tests.acceptance.stage import Stage, pictures, stage, text_of
from tests.sandboxed import Json
from tests.trainer.models.checker import MINDS_ALL, with_checker

pytestmark = pytest.mark.asyncio(loop_scope="module")

GREY = ((128, 128),) * 3
PREVIEW_SIDE, BLANK_SIDE = 128, 512
"""Of the picture that carries a word, with a preview in it and without."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def played(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    model = with_checker(tmp_path_factory.mktemp("checked") / "model", MINDS_ALL)
    async with stage(tmp_path_factory.mktemp("stage"), EMBEDSMITH_MODEL=str(model)) as playing:
        await playing.agree()
        yield playing


async def until_new(played: Stage, channel: str, known: set[str], saying: str) -> Json:
    return await played.sandbox.until_message(channel, lambda each: each["id"] not in known and saying in text_of(each))


async def ids(played: Stage, channel: str) -> set[str]:
    return {each["id"] for each in await played.sandbox.messages(channel)}


async def draw(played: Stage, channel: str, saying: str, **options: object) -> Json:
    """The card of a drawing when it says this."""
    known = await ids(played, channel)
    await played.sandbox.run("imagine", {"prompt": "an owl", "steps": 2, **options}, channel=channel)
    return await until_new(played, channel, known, saying)


async def trained(played: Stage, name: str, channel: str, known: set[str]) -> list[Json]:
    """What stands in the thread of a run that has begun in this channel, after its end."""
    await until_new(played, channel, known, f"**{name}** is ready")
    card = await until_new(played, channel, known, f"✓ **{name}** · ")
    return await played.sandbox.messages(card["id"])


async def show(played: Stage, name: str, channel: str) -> Json:
    answer = await played.sandbox.run("embed show", {"name": name}, channel=channel)
    return await played.sandbox.message(answer["message_id"], channel)


async def carrier(played: Stage, name: str, channel: str) -> Json:
    """The picture that carries a word."""
    answer = await played.sandbox.run("embed file", {"name": name, "format": "png"}, channel=channel)
    return await played.sandbox.message(answer["message_id"], channel)


async def image(played: Stage, message: Json) -> Image.Image:
    data = await played.sandbox.fetch(message["attachments"][0]["url"])
    return Image.open(io.BytesIO(data)).convert("RGB")


async def test_pictures_stand_in_channels_for_adults_only(played: Stage) -> None:
    withheld = await draw(played, "general", "draw in an age-restricted channel")
    assert withheld["attachments"] == []
    shown = await draw(played, "after-dark", "Steps: 2", count=2)
    assert len(shown["attachments"]) == 2
    assert "not shown" not in text_of(shown)
    picked = await played.press(shown, "2")
    assert len((await played.sandbox.message(picked["message_id"], "after-dark"))["attachments"]) == 1


async def test_a_channel_is_asked_each_time(played: Stage) -> None:
    shown = await draw(played, "after-dark", "Steps: 2", count=2)
    await played.sandbox.edit_channel("after-dark", nsfw=False)
    try:
        picked = await played.press(shown, "2")
        refused = await played.sandbox.message(picked["message_id"], "after-dark")
        assert "shown in such channels only" in text_of(refused)
        known = await ids(played, "after-dark")
        await played.press(shown, "Again")
        again = await until_new(played, "after-dark", known, "2 pictures are not shown")
        assert again["attachments"] == []
    finally:
        await played.sandbox.edit_channel("after-dark", nsfw=True)


async def test_what_is_sent_privately_instead_is_withheld(played: Stage) -> None:
    channel = await played.sandbox.open_direct("Ada")
    await played.sandbox.weather({"match": "POST /channels/*/messages", "kind": "status", "status": 403, "times": 1})
    known = await ids(played, channel)
    await played.sandbox.run("imagine", {"prompt": "an owl", "steps": 2}, channel="after-dark")
    private = await until_new(played, channel, known, "shown in such channels only")
    assert private["attachments"] == []


async def test_a_runs_pictures_stay_where_they_were_made(played: Stage) -> None:
    options = {"name": "night-owl", "from": "emoji", "steps": 5}
    await played.sandbox.run("embed train", options, pictures("owl", 3), channel="after-dark")
    previews = await trained(played, "night-owl", "after-dark", set())
    assert GREY not in [(await image(played, each)).getextrema() for each in previews]
    in_thread = await draw(played, previews[0]["channel_id"], "Steps: 2")
    assert len(in_thread["attachments"]) == 1
    assert len((await show(played, "night-owl", "after-dark"))["attachments"]) == 1
    elsewhere = await show(played, "night-owl", "general")
    assert elsewhere["attachments"] == []
    assert "shown in such channels only" in text_of(elsewhere)
    carriers = [await carrier(played, "night-owl", channel) for channel in ("after-dark", "general")]
    assert [(await image(played, each)).height for each in carriers] == [PREVIEW_SIDE, BLANK_SIDE]
    known = await ids(played, "general")
    form = await played.press(elsewhere, "Train further")
    await played.sandbox.interaction(await played.sandbox.submit(form["id"], {"steps": "5"}))
    previews = await trained(played, "night-owl", "general", known)
    assert {(await image(played, each)).getextrema() for each in previews} == {GREY}
