"""Forms: several people with the same one open, over a restart, with an acknowledgement that takes its time."""

import asyncio
import io
import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing

import pytest
import pytest_asyncio
from PIL import Image

from tests.acceptance.stage import Stage, pictures, stage, text_of
from tests.sandboxed import File, Json

pytestmark = pytest.mark.asyncio(loop_scope="module")

SLOW = {"match": "POST /interactions/*/*/callback", "kind": "slow", "seconds": 1.0, "times": 2}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def played(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with stage(tmp_path_factory.mktemp("stage"), EMBEDSMITH_WAITING_PER_PERSON="20") as playing:
        await playing.agree("Ada")
        await playing.agree("Max")
        yield playing


async def teach(played: Stage, form: Json, person: str, name: str, subject: str) -> Json:
    """Fills in the training form and sends it."""
    files = [("pictures", file) for file in pictures(subject, 2).values()]
    values = {"name": name, "from": "emoji"}
    sent = await played.sandbox.submit(form["id"], values, files, person=person)
    return await played.sandbox.interaction(sent)


def requested(played: Stage, kind: str = "train") -> dict[str, tuple[str, Json]]:
    """Who asked for it, and the request, by the word's name or the prompt."""
    with closing(sqlite3.connect(f"file:{played.data / 'embedsmith.sqlite3'}?mode=ro", uri=True)) as database:
        rows = database.execute("SELECT owner_id, request FROM jobs WHERE kind = ?", (kind,)).fetchall()
    names = {identity: name for name, identity in played.sandbox.people.items()}
    requests = [(names[str(owner)], json.loads(request)) for owner, request in rows]
    return {request["name" if kind == "train" else "prompt"]: (owner, request) for owner, request in requests}


def pixels(data: bytes) -> bytes:
    return Image.open(io.BytesIO(data)).convert("RGB").tobytes()


def learns_from(played: Stage, name: str, subject: str) -> bool:
    """Whether a run has exactly these pictures, compared pixel for pixel."""
    _, request = requested(played)[name]
    stored = [Image.open(played.data / picture["path"]).tobytes() for picture in request["pictures"]]
    sent: list[File] = list(pictures(subject, 2).values())
    return sorted(stored) == sorted(pixels(data) for _, data in sent)


async def test_two_people_and_one_in_two_windows_have_the_same_form_open(played: Stage) -> None:
    forms = [await played.sandbox.run("embed train", person=person) for person in ("Ada", "Max", "Ada")]
    for form, person, name, subject in zip(
        forms, ("Ada", "Max", "Ada"), ("of-ada", "of-max", "second"), ("owl", "cactus", "robot"), strict=True
    ):
        assert (await teach(played, form, person, name, subject))["state"] == "answered"
        assert requested(played)[name][0] == person
        assert learns_from(played, name, subject)


async def test_forms_sent_in_the_same_moment_do_not_meet(played: Stage) -> None:
    forms = {person: await played.sandbox.run("embed train", person=person) for person in ("Ada", "Max")}
    await played.sandbox.weather(SLOW)
    await asyncio.gather(
        teach(played, forms["Ada"], "Ada", "slow-ada", "owl"), teach(played, forms["Max"], "Max", "slow-max", "cactus")
    )
    await played.sandbox.weather()
    assert (requested(played)["slow-ada"][0], requested(played)["slow-max"][0]) == ("Ada", "Max")
    assert learns_from(played, "slow-ada", "owl")
    assert learns_from(played, "slow-max", "cactus")


@pytest.mark.parametrize("first", ["start", "plain"])
async def test_a_start_picture_stays_with_its_own_form(played: Stage, first: str) -> None:
    drawn = await played.draw(f"a robot before {first}", steps=1)
    opened = {}
    for which in (first, "plain" if first == "start" else "start"):
        if which == "start":
            opened[which] = await played.press(drawn, "Use as start")
        else:
            helped = await played.sandbox.run("help", person="Max")
            message = await played.sandbox.message(helped["message_id"], person="Max")
            opened[which] = await played.press(message, "Draw", person="Max")
    prompts = {"plain": f"plain {first}", "start": f"over {first}"}
    for which, person in (("plain", "Max"), ("start", "Ada")):
        sent = await played.sandbox.submit(opened[which]["id"], {"prompt": prompts[which]}, person=person)
        await played.sandbox.interaction(sent)
    asked = requested(played, "draw")
    assert asked[prompts["plain"]][0] == "Max"
    assert asked[prompts["plain"]][1].get("image") is None
    assert asked[prompts["start"]][0] == "Ada"
    assert asked[prompts["start"]][1]["image"] is not None


async def test_a_form_that_was_open_over_a_restart_still_works(played: Stage) -> None:
    form = await played.sandbox.run("embed train", {"name": "restarted", "steps": 7, "vectors": 2})
    await played.kill()
    await played.start()
    await teach(played, form, "Ada", "restarted", "owl")
    _, request = requested(played)["restarted"]
    assert (request["steps"], request["vectors_per_token"]) == (7, 2), "options that the form was opened with count"
    assert learns_from(played, "restarted", "owl")


async def test_what_a_channel_allows_is_asked_when_a_form_is_sent(played: Stage) -> None:
    await played.sandbox.run("imagine", {"prompt": "a red night owl", "steps": 1}, channel="after-dark")
    drawn = await played.sandbox.until_message("after-dark", lambda message: "Steps: 1" in text_of(message))
    form = await played.press(drawn, "Use as start")
    await played.sandbox.edit_channel("after-dark", nsfw=False)
    sent = await played.sandbox.submit(form["id"], {"prompt": "over the night owl"})
    answer = await played.sandbox.interaction(sent)
    assert "shown in such channels only" in text_of(await played.sandbox.message(answer["message_id"], "after-dark"))
    assert "over the night owl" not in requested(played, "draw")
