"""Discord's weather: what it refuses, closes, slows down or loses, and what people see of it."""

import asyncio
import io
import itertools
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from PIL import Image

from tests.acceptance.stage import Stage, buttons_of, pictures, stage, text_of
from tests.sandboxed import PATIENCE, Json

pytestmark = pytest.mark.asyncio(loop_scope="module")

EDITS = "PATCH /channels/*/messages/*"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def played(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with stage(tmp_path_factory.mktemp("stage")) as playing:
        await playing.agree()
        yield playing


async def card(played: Stage, prompt: str, saying: str, channel: str = "general") -> Json:
    return await played.sandbox.until_message(channel, lambda each: prompt in text_of(each) and saying in text_of(each))


async def refusals(played: Stage, status: int) -> list[Json]:
    return [each for each in await played.sandbox.traffic() if each["status"] == status]


async def test_pictures_too_large_for_a_message_are_sent_smaller(played: Stage) -> None:
    await played.sandbox.weather({"match": EDITS, "kind": "413", "bytes": 40_000, "times": 1000})
    await played.sandbox.run("imagine", {"prompt": "a huge house", "steps": 4, "width": 256, "height": 256})
    drawn = await card(played, "a huge house", "shown as a JPEG")
    (picture,) = drawn["attachments"]
    assert picture["filename"].endswith(".jpg")
    data = await played.sandbox.fetch(picture["url"])
    assert Image.open(io.BytesIO(data)).size == (256, 256)
    assert len(await refusals(played, 413)) == 1
    answer = await played.sandbox.run("picture info", {}, {"picture": ("house.jpg", data)})
    assert "4 steps · Euler a" in text_of(await played.sandbox.message(answer["message_id"]))
    await played.sandbox.weather()


async def test_what_discord_takes_in_no_size_is_told_and_not_sent_again(played: Stage) -> None:
    earlier = len(await refusals(played, 413))
    await played.sandbox.weather({"match": EDITS, "kind": "413", "bytes": 4_000, "times": 1000})
    await played.sandbox.run("imagine", {"prompt": "a vast house", "steps": 4, "count": 2})
    told = await card(played, "a vast house", "Discord does not take the pictures")
    assert told["attachments"] == []
    assert len(await refusals(played, 413)) == earlier + 2
    picked = await played.press(told, "2")
    assert len((await played.sandbox.message(picked["message_id"]))["attachments"]) == 1
    await played.sandbox.weather()


async def test_a_channel_that_is_closed_for_a_while_shows_the_end_when_it_opens(played: Stage) -> None:
    await played.sandbox.run("imagine", {"prompt": "a lost house", "steps": 60}, channel="gallery")
    await card(played, "a lost house", "drawing…", "gallery")
    await played.sandbox.weather({"match": EDITS, "kind": "status", "status": 403, "code": 50001, "times": 2})
    drawn = await card(played, "a lost house", "Steps: 60", "gallery")
    assert len(drawn["attachments"]) == 1
    await played.sandbox.weather()


async def test_a_drawing_whose_card_was_deleted_goes_to_its_person(played: Stage) -> None:
    private = await played.sandbox.open_direct("Ada")
    await played.sandbox.run("imagine", {"prompt": "a torn house", "steps": 60}, channel="gallery")
    shown = await card(played, "a torn house", "drawing…", "gallery")
    await played.sandbox.delete(shown["id"])
    drawn = await card(played, "a torn house", "Steps: 60", private)
    assert len(drawn["attachments"]) == 1
    assert "Again" in buttons_of(drawn)


async def test_a_route_that_is_limited_is_left_alone_as_told(played: Stage) -> None:
    earlier = len(await refusals(played, 429))
    await played.sandbox.weather({"match": EDITS, "kind": "ban", "seconds": 3, "times": 1000})
    await played.sandbox.run("imagine", {"prompt": "a slow house", "steps": 4})
    async with asyncio.timeout(60):
        while len(struck := (await refusals(played, 429))[earlier:]) < 3:
            await asyncio.sleep(0.1)
    await played.sandbox.weather()
    waited = [later["at"] - sooner["at"] for sooner, later in itertools.pairwise(struck)]
    assert min(waited) > 2.9
    await card(played, "a slow house", "Steps: 4")


async def test_an_acknowledgement_whose_answer_was_lost_is_gone_on_from(played: Stage) -> None:
    await played.sandbox.weather({"match": "POST /interactions/*/*/callback", "kind": "reset", "times": 1})
    await played.sandbox.run("imagine", {"prompt": "a heard house", "steps": 2})
    await card(played, "a heard house", "Steps: 2")


async def test_what_cannot_be_tidied_up_is_no_fault_of_the_job(played: Stage) -> None:
    await played.sandbox.weather(
        {"match": "DELETE /webhooks/*/*/messages/@original", "kind": "status", "status": 404, "code": 10008, "times": 1}
    )
    await played.sandbox.command("imagine", {"prompt": "a tidy house", "steps": 2})
    await card(played, "a tidy house", "Steps: 2")
    assert not any("Something went wrong" in text_of(each) for each in await played.sandbox.messages())


async def test_the_missing_permission_is_named_as_discord_names_it(played: Stage) -> None:
    for denied, named in (("EMBED_LINKS", "Embed Links"), ("READ_MESSAGE_HISTORY", "Read Message History")):
        await played.sandbox.edit_channel("gallery", denied=[denied])
        answer = await played.sandbox.run("imagine", {"prompt": "house"}, channel="gallery")
        said = text_of(await played.sandbox.message(answer["message_id"], "gallery"))
        assert f"this permission in this channel: `{named}`" in said
    await played.sandbox.edit_channel("gallery", denied=[])


async def test_a_file_whose_word_discord_cannot_carry_says_what_to_call_it(played: Stage) -> None:
    names = []
    for word, said in (("我的猫", "Save it as `我的猫.pt`"), ("zz one", "Save it as `zz one.pt`"), ("my_cat", "")):
        await played.sandbox.run("embed create", {"name": word, "from": "cat"})
        await card(played, "is ready", word.replace("_", r"\_"))
        for kind in ({}, {"format": "safetensors"}):
            answer = await played.sandbox.run("embed file", {"name": word, **kind})
            sent = await played.sandbox.message(answer["message_id"])
            assert (said.removesuffix("pt`") in text_of(sent)) if said else "Save it as" not in text_of(sent)
            (file,) = sent["attachments"]
            names.append(file["filename"])
            assert file.get("title", word) == word
    assert len(set(names)) == 6
    assert names[4] == "my_cat.pt"
    assert names[2].startswith("zz_one-")


def kept(played: Stage, table: str) -> set[int]:
    """The interactions that the next life would find there."""
    with closing(sqlite3.connect(f"file:{played.data / 'embedsmith.sqlite3'}?mode=ro", uri=True)) as database:
        return {row[0] for row in database.execute(f"SELECT interaction_id FROM {table}")}


async def test_a_person_left_thinking_by_a_bot_that_died_is_answered(played: Stage) -> None:
    ways = ("POST /channels/*/messages", "PATCH /webhooks/*/*/messages/@original")
    await played.sandbox.weather(*({"match": way, "kind": "status", "status": 502, "times": 1000} for way in ways))
    taken = await played.sandbox.command("imagine", {"prompt": "a kept house", "steps": 2})
    asked = await played.sandbox.command("embed list", {})
    async with asyncio.timeout(20):
        while not (kept(played, "deferred") >= {int(taken), int(asked)} and int(taken) in kept(played, "jobs")):
            await asyncio.sleep(0.02)
    await played.kill()
    await played.sandbox.weather()
    await played.start()
    answer = await played.sandbox.interaction(taken)
    assert "your request goes on" in text_of(await played.sandbox.message(answer["message_id"]))
    answer = await played.sandbox.interaction(asked)
    assert "Embedsmith was restarted" in text_of(await played.sandbox.message(answer["message_id"]))
    await card(played, "a kept house", "Steps: 2")


async def test_a_card_whose_first_try_arrived_unheard_shows_the_end(played: Stage) -> None:
    """Discord answers a second try by the message of the first, which shows what was known then."""
    posts = {"match": "POST /channels/*/messages"}
    await played.sandbox.weather({**posts, "kind": "reset"}, {**posts, "kind": "status", "status": 503, "times": 1000})
    await played.sandbox.run("imagine", {"prompt": "an unheard house", "steps": 1})
    waiting = await card(played, "an unheard house", "drawing…")
    async with asyncio.timeout(PATIENCE):
        while drawing_states(played)[-1] != "succeeded":
            await asyncio.sleep(0.05)
    await played.sandbox.weather()
    drawn = await card(played, "an unheard house", "Steps: 1")
    assert drawn["id"] == waiting["id"]
    assert len(drawn["attachments"]) == 1


def drawing_states(played: Stage) -> list[str]:
    with closing(sqlite3.connect(f"file:{played.data / 'embedsmith.sqlite3'}?mode=ro", uri=True)) as database:
        return [row[0] for row in database.execute("SELECT state FROM jobs WHERE kind = 'draw' ORDER BY id")]


async def test_a_card_is_shown_once_more_after_a_start(played: Stage) -> None:
    """An edit of the life before may still be under way, and arrive last."""
    await played.sandbox.run("imagine", {"prompt": "a late house", "steps": 1})
    drawn = await card(played, "a late house", "Steps: 1")
    await played.kill()
    known = len(await played.sandbox.traffic())
    await played.start()

    async def edited() -> bool:
        later = (await played.sandbox.traffic())[known:]
        return any(each["method"] == "PATCH" and each["path"].endswith(drawn["id"]) for each in later)

    async with asyncio.timeout(PATIENCE):
        while not await edited():
            await asyncio.sleep(0.2)
    assert len((await played.sandbox.message(drawn["id"]))["attachments"]) == 1


async def until_refused(played: Stage, status: int, path: str, earlier: list[Json]) -> None:
    """Returns when Discord has refused something of this address that it had not refused before."""
    async with asyncio.timeout(PATIENCE):
        while not any(path in each["path"] for each in (await refusals(played, status))[len(earlier) :]):
            await asyncio.sleep(0.05)


async def begin(played: Stage, word: str, channel: str, **options: Any) -> None:
    """Starts a run in a channel."""
    given = {"name": word, "from": "emoji", **options}
    await played.sandbox.run("embed train", given, pictures("owl", 2), channel=channel)


async def test_a_channel_closed_by_its_moderators_shows_the_end_when_they_open_it(played: Stage) -> None:
    """A drawing and a run, both of which end meanwhile."""
    gallery = played.sandbox.channel_id("gallery")
    await begin(played, "shut-owl", "gallery", steps=20)
    await card(played, "shut-owl", "step", "gallery")
    await played.sandbox.run("imagine", {"prompt": "a shut house", "steps": 60}, channel="gallery")
    await card(played, "a shut house", "drawing…", "gallery")
    earlier = await refusals(played, 403)
    await played.sandbox.edit_channel("gallery", denied=["SEND_MESSAGES", "VIEW_CHANNEL"])
    await until_refused(played, 403, gallery, earlier)
    await played.sandbox.edit_channel("gallery", denied=[])
    drawn = await card(played, "a shut house", "Steps: 60", "gallery")
    assert len(drawn["attachments"]) == 1
    told = await card(played, "shut-owl", "is ready", "gallery")
    assert "shut-owl.pt" in [each["filename"] for each in told["attachments"]]
    await card(played, "shut-owl", "✓", "gallery")


async def test_a_result_does_not_wait_for_previews_whose_thread_is_shut(played: Stage) -> None:
    await begin(played, "shut-thread", "general", steps=40)
    thread = (await played.card("shut-thread"))["id"]  # which has its card's
    way = f"POST /channels/{thread}/messages"
    await played.sandbox.weather({"match": way, "kind": "status", "status": 400, "code": 50083, "times": 1000})
    await played.result("shut-thread")
    assert not any(each["attachments"] for each in await played.sandbox.messages(thread))
    await played.sandbox.weather()
    await played.sandbox.until_message(thread, lambda each: bool(each["attachments"]))


async def test_a_card_in_a_thread_that_fell_asleep_wakes_it(played: Stage) -> None:
    thread = (await played.card("shut-thread"))["id"]
    await played.sandbox.run("imagine", {"prompt": "a sleepy house", "steps": 100}, channel=thread)
    await card(played, "a sleepy house", "drawing…", thread)
    earlier = await refusals(played, 400)
    await played.sandbox.edit_channel(thread, archived=True)
    await until_refused(played, 400, thread, earlier)
    drawn = await card(played, "a sleepy house", "Steps: 100", thread)
    assert len(drawn["attachments"]) == 1


async def test_a_thread_that_the_bot_may_not_wake_is_waited_for(played: Stage) -> None:
    thread = (await played.card("shut-thread"))["id"]
    await played.sandbox.run("imagine", {"prompt": "a sound house", "steps": 100}, channel=thread)
    await card(played, "a sound house", "drawing…", thread)
    earlier = await refusals(played, 403)
    waking = {"match": f"PATCH /channels/{thread}", "kind": "status", "status": 403, "code": 50013, "times": 1000}
    await played.sandbox.weather(waking)
    await played.sandbox.edit_channel(thread, archived=True)
    await until_refused(played, 403, thread, earlier)
    await played.sandbox.write("is it ready?", thread)
    drawn = await card(played, "a sound house", "Steps: 100", thread)
    assert len(drawn["attachments"]) == 1
    await played.sandbox.weather()


async def test_a_channel_limited_for_longer_than_a_request_waits_holds_up_no_other(played: Stage) -> None:
    general, seconds = played.sandbox.channel_id("general"), 31
    edits = f"PATCH /channels/{general}/messages/*"
    earlier = await refusals(played, 429)
    await played.sandbox.weather({"match": edits, "kind": "429", "seconds": seconds, "times": 1})
    await played.sandbox.run("imagine", {"prompt": "a limited house", "steps": 2})
    await until_refused(played, 429, general, earlier)
    await played.sandbox.run("imagine", {"prompt": "a free house", "steps": 2}, channel="gallery")
    await card(played, "a free house", "Steps: 2", "gallery")
    await card(played, "a limited house", "Steps: 2")
    here = [each for each in await played.sandbox.traffic() if each["method"] == "PATCH" and general in each["path"]]
    (struck,) = (await refusals(played, 429))[len(earlier) :]
    assert min(each["at"] for each in here if each["at"] > struck["at"]) >= struck["at"] + seconds


async def test_a_channel_that_does_not_answer_holds_up_no_other(played: Stage) -> None:
    edits = f"PATCH /channels/{played.sandbox.channel_id('after-dark')}/messages/*"
    await played.sandbox.weather({"match": edits, "kind": "slow", "seconds": 3600, "times": 1000})
    await played.sandbox.run("imagine", {"prompt": "a mute house", "steps": 2}, channel="after-dark")
    await played.sandbox.run("imagine", {"prompt": "a loud house", "steps": 2}, channel="gallery")
    await card(played, "a loud house", "Steps: 2", "gallery")
    messages = await played.sandbox.messages("after-dark")
    assert not any("Steps: 2" in text_of(each) for each in messages)
    await played.kill()
    await played.sandbox.weather()
    await played.start()
    await card(played, "a mute house", "Steps: 2", "after-dark")


async def test_a_result_that_is_refused_once_still_brings_the_file(played: Stage) -> None:
    earlier = await refusals(played, 400)
    await begin(played, "small-owl", "general", steps=20)
    shown = await played.card("small-owl")
    way = f"POST /channels/{shown['channel_id']}/messages"
    await played.sandbox.weather({"match": way, "kind": "status", "status": 400, "code": 50035, "times": 1})
    told = await played.result("small-owl")
    assert len(await refusals(played, 400)) == len(earlier) + 1
    assert "small-owl.pt" in [each["filename"] for each in told["attachments"]]
    await played.sandbox.weather()


async def test_a_result_whose_files_discord_does_not_take_says_how_to_get_them(played: Stage) -> None:
    await begin(played, "large-owl", "general", steps=20)
    shown = await played.card("large-owl")
    way = f"POST /channels/{shown['channel_id']}/messages"
    await played.sandbox.weather({"match": way, "kind": "413", "bytes": 4_000, "times": 1000})
    told = await played.result("large-owl")
    assert told["attachments"] == []
    assert "`/embed file` sends you the embedding" in text_of(told)
    await played.sandbox.weather()
    answer = await played.sandbox.run("embed file", {"name": "large-owl"})
    (file,) = (await played.sandbox.message(answer["message_id"]))["attachments"]
    assert file["filename"] == "large-owl.pt"


async def test_what_stays_closed_for_too_long_goes_to_its_person(tmp_path: Path) -> None:
    async with stage(tmp_path, program="tests.acceptance.impatient") as played:
        await played.agree()
        private = await played.sandbox.open_direct("Ada")
        await begin(played, "lone-owl", "gallery", steps=20)
        await card(played, "lone-owl", "step", "gallery")
        await played.sandbox.run("imagine", {"prompt": "a lone house", "steps": 60}, channel="gallery")
        await card(played, "a lone house", "drawing…", "gallery")
        await played.sandbox.edit_channel("gallery", denied=["SEND_MESSAGES", "VIEW_CHANNEL"])
        drawn = await card(played, "a lone house", "Steps: 60", private)
        assert len(drawn["attachments"]) == 1
        told = await card(played, "lone-owl", "is ready", private)
        assert "lone-owl.pt" in [each["filename"] for each in told["attachments"]]
