"""A word that is trained further: nothing that was learned before is lost, and what became of it is told."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
import pytest_asyncio

from tests.acceptance.stage import Stage, buttons_of, pictures, stage, text_of, values_of
from tests.sandboxed import PATIENCE, Json

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def played(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with stage(tmp_path_factory.mktemp("stage")) as playing:
        await playing.agree()
        yield playing


async def test_a_run_that_had_to_begin_again_says_so(played: Stage) -> None:
    """Its checkpoints are gone: what it had learned is, too, and nobody may be told otherwise."""
    card = await played.train("my-phoenix", "owl", steps=3000)
    await played.sandbox.until_message(
        "general", lambda message: message["id"] == card["id"] and "loss " in text_of(message)
    )
    await saved(played)
    await played.kill()
    for checkpoint in (played.data / "runs").glob("*/checkpoint-*"):
        checkpoint.unlink()
    await played.start()
    again = await played.sandbox.until_message("general", lambda message: "start again from step 0" in text_of(message))
    assert again["id"] == card["id"]
    assert "were lost" in text_of(again) or "was lost" in text_of(again)
    assert "Nothing was lost" not in text_of(again)
    await played.press(again, "Stop")
    await played.result("my-phoenix")


async def test_create_then_train(played: Stage) -> None:
    """The order of the guide: its own vectors, its own name."""
    made = await played.create("my-pet", "animal", 2)
    form = await played.press(made, "Train")
    assert "my-pet" in form["modal"]["title"]
    files = [("pictures", file) for file in pictures("owl", 3).values()]
    await played.sandbox.interaction(await played.sandbox.submit(form["id"], {}, files))
    card = await played.sandbox.until_message(
        "general",
        lambda message: (
            message["id"] != made["id"] and "**my-pet**" in text_of(message) and "loss " in text_of(message)
        ),
    )
    again = await played.sandbox.run("embed train", {"name": "My-Pet"}, pictures("owl", 1))
    assert "still being learned" in text_of(await played.sandbox.message(again["message_id"]))
    await played.press(card, "Stop")
    result = await played.result("my-pet")
    assert "my-pet" in text_of(result)
    assert [path.name for path in played.word_file("my-pet").parent.glob("my-pet*")] == ["my-pet.pt"]


async def test_vectors_that_a_word_does_not_have_are_not_passed_over(played: Stage) -> None:
    """Four is what a new word gets, and yet something that was asked for."""
    await played.create("my-single", "animal", 1)
    for options in ({}, {"vectors": 1}, {"vectors": 4}):
        await played.sandbox.run("embed train", {"name": "my-single", "steps": 3, **options}, pictures("owl", 1))
        await ended(played, "my-single")
    await played.sandbox.until_message("general", contradicts)
    assert sum(contradicts(message) for message in await played.sandbox.messages()) == 1


def contradicts(message: Json) -> bool:
    return "is already a word of yours: it goes on learning from its own 1 vector." in text_of(message)


async def ended(played: Stage, name: str) -> None:
    """Until no job makes the word any more."""
    async with asyncio.timeout(PATIENCE):
        while any(state not in ("succeeded", "failed", "cancelled") for state in states(played, name)):
            await asyncio.sleep(0.05)


def states(played: Stage, name: str) -> list[str]:
    """Of the jobs that made or trained the word, the oldest first."""
    with closing(sqlite3.connect(f"file:{played.data / 'embedsmith.sqlite3'}?mode=ro", uri=True)) as database:
        rows = database.execute("SELECT state, request FROM jobs ORDER BY id").fetchall()
    return [state for state, request in rows if json.loads(request).get("name") == name]


async def test_of_two_forms_sent_at_the_same_moment_one_trains_the_word(played: Stage) -> None:
    made = await played.create("my-twice", "animal", 2)
    forms = [await played.press(made, "Train") for _ in range(2)]
    await played.sandbox.weather({"match": "POST /interactions/*/*/callback", "kind": "slow", "seconds": 1.0})
    files = [("pictures", file) for file in pictures("owl", 2).values()]
    sent = [await played.sandbox.submit(form["id"], {}, files) for form in forms]
    answers = await asyncio.gather(*(played.sandbox.interaction(each, 60) for each in sent))
    await played.sandbox.weather()
    refused = [text_of(message) for message in await played.sandbox.messages() if "my-twice" in text_of(message)]
    assert len(states(played, "my-twice")) == 2, "it was made, and is trained once"
    assert sum(text.startswith("`my-twice` is still being learned.") for text in refused) == 1, (refused, answers)


async def test_a_further_run_that_became_worse_leaves_the_word_as_it_was(played: Stage) -> None:
    """Whichever is the word, the other one is there to be taken."""
    await played.train("my-kept", steps=60)
    result = await played.result("my-kept")
    word = played.word_file("my-kept")
    before = word.read_bytes()
    form = await played.press(result, "Train further")
    sent = await played.sandbox.submit(form["id"], {"steps": "7", "rate": "slow"})
    answer = await played.sandbox.interaction(sent)
    refused = await played.sandbox.message(answer["message_id"])
    assert "`slow`" in text_of(refused)
    form = await played.press(refused, "Edit and try again")
    assert values_of(form) == {"steps": "7", "rate": "slow"}
    for typed in ("1e3", "0", "-5"):
        answer = await played.sandbox.interaction(await played.sandbox.submit(form["id"], {"steps": typed}))
        refused = await played.sandbox.message(answer["message_id"])
        assert text_of(refused).startswith(f"`{typed}` is not a number of steps.")
        form = await played.press(refused, "Edit and try again")
    sent = await played.sandbox.submit(form["id"], {"steps": "3", "rate": "1000"})
    await played.sandbox.interaction(sent)
    worse = await played.sandbox.until_message(
        "general",
        lambda message: (
            message["id"] != result["id"] and text_of(message).startswith("<@") and "**my-kept**" in text_of(message)
        ),
    )
    assert "**my-kept** stays as it was before this run" in text_of(worse)
    assert word.read_bytes() == before
    taken = await played.press(worse, "Use what was learned")
    after = await played.sandbox.message(taken["message_id"])
    assert "now holds what was learned in this run" in text_of(after)
    assert word.read_bytes() != before
    shown = await played.sandbox.run("embed show", {"name": "my-kept"}, wait=30)
    assert "63 steps" in text_of(await played.sandbox.message(shown["message_id"]))
    await played.press(after, "Use the one from before")
    shown = await played.sandbox.run("embed show", {"name": "my-kept"}, wait=30)
    assert "60 steps" in text_of(await played.sandbox.message(shown["message_id"]))


async def test_a_deleted_word_does_not_come_back(played: Stage) -> None:
    """Neither by an old button nor by a form that was opened before."""
    await played.train("my-gone", steps=3)
    result = await played.result("my-gone")
    shown = await played.sandbox.run("embed show", {"name": "my-gone"}, wait=30)
    card = await played.sandbox.message(shown["message_id"])
    further, train = await played.press(result, "Train further"), await played.press(card, "Train")
    asked = await played.sandbox.run("embed delete", {"name": "my-gone"}, wait=30)
    await played.press(await played.sandbox.message(asked["message_id"]), "Delete for good")
    await played.sandbox.until_message(
        "general", lambda message: message["id"] == asked["message_id"] and not buttons_of(message)
    )
    files = [("pictures", file) for file in pictures("owl", 1).values()]
    answers = [
        await played.press(result, "Train further"),
        await played.sandbox.interaction(await played.sandbox.submit(further["id"], {"steps": "3"})),
        await played.sandbox.interaction(await played.sandbox.submit(train["id"], {}, files)),
    ]
    for answer in answers:
        assert text_of(await played.sandbox.message(answer["message_id"])) == "Nothing here is called `my-gone`."
    assert len(states(played, "my-gone")) == 1


async def saved(played: Stage) -> Path:
    """The first checkpoint, once it is there."""
    async with asyncio.timeout(60):
        while not (found := list((played.data / "runs").glob("*/checkpoint-*"))):
            await asyncio.sleep(0.02)
    return found[0]
