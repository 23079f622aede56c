"""What people are told of the names, the start texts and the lengths of their words."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing

import numpy as np
import pytest
import pytest_asyncio
import safetensors.numpy

from tests.acceptance.stage import Stage, stage, text_of
from tests.sandboxed import Json

pytestmark = pytest.mark.asyncio(loop_scope="module")

WIDTH = 96
"""Of the demo model."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def played(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with stage(tmp_path_factory.mktemp("stage")) as playing:
        await playing.create("heart", "red heart", 2)  # returns when the model is loaded
        yield playing


async def seen(played: Stage, start: str, person: str = "Ada") -> Json:
    """The newest message that begins so, to this person alone or to all."""
    return await played.sandbox.until_message("general", lambda m: text_of(m).startswith(start), person=person)


async def answered(played: Stage, command: str, options: Json, files: Json | None = None) -> Json:
    answer = await played.sandbox.run(command, options, files or {}, wait=30)
    return await played.sandbox.message(answer["message_id"])


async def taken_in(played: Stage, name: str, count: int) -> str:
    vectors = np.random.default_rng(count).normal(size=(count, WIDTH)).astype(np.float32) / 50
    file = (f"{name}.safetensors", safetensors.numpy.save({"emb_params": vectors}))
    return text_of(await answered(played, "embed import", {}, {"file1": file}))


async def share(played: Stage, name: str) -> str:
    shown = await answered(played, "embed show", {"name": name})
    pressed = await played.press(shown, "Share with this server")
    return text_of(await played.sandbox.message(pressed["message_id"]))


@pytest.mark.parametrize("name", ["a", "Photo", "1"])
async def test_an_ordinary_word_is_told_of_and_never_shared(played: Stage, name: str) -> None:
    await played.create(name, "tree", 1)
    await seen(played, f"{name} is a word that the model already knows")
    assert "Shared, it would change the pictures" in await share(played, name)
    drawn = await played.draw(f"{name} house", person="Max", steps=1)
    assert "words:" not in text_of(drawn)


async def test_names_of_several_ordinary_words_are_free(played: Stage) -> None:
    await played.create("a house", "tree", 1)
    assert "can now be used" in await share(played, "a house")


async def test_import_copy_and_rename_tell_of_ordinary_words(played: Stage) -> None:
    assert "cat is a word that the model already knows" in await taken_in(played, "cat", 2)
    copied = await answered(played, "embed copy", {"name": "heart", "new_name": "of"})
    assert "**of** is yours" in text_of(copied)
    await seen(played, "of is a word that the model already knows")
    await answered(played, "embed rename", {"name": "of", "new_name": "with"})
    await seen(played, "with is a word that the model already knows")


async def test_a_shared_word_does_not_become_an_ordinary_one(played: Stage) -> None:
    await played.create("my-sun", "sun", 1)
    assert "can now be used" in await share(played, "my-sun")
    refused = text_of(await answered(played, "embed rename", {"name": "my-sun", "new_name": "sun"}))
    assert refused.startswith("`sun` is a word that the model already knows.")
    assert "**my-sun**" in text_of(await answered(played, "embed show", {"name": "my-sun"}))


async def test_what_of_a_start_text_is_used_is_told(played: Stage) -> None:
    card = text_of(await played.create("three", "Orange tabby cat", 1))
    assert '"Orange tabby cat" takes 3 tokens; only the first one ("orange") became the start of a vector.' in card
    assert "Set vectors to 3" in card
    card = text_of(await played.create("wide", "cat", 3))
    assert '"cat" takes 1 token, so some of the 3 vectors start out the same.' in card
    assert "token" not in text_of(await played.create("fitting", "red heart", 2)).replace("75 tokens", "")


async def test_vectors_that_no_prompt_has_room_for_are_told(played: Stage) -> None:
    imported = await taken_in(played, "endless", 80)
    assert "80 vectors" in imported
    assert "A prompt's window holds at most 75 vectors: the last 5 of this word are not used." in imported
    drawn = await played.draw("endless house", steps=1)
    assert "endless (75 of 80 vectors)" in text_of(drawn)
    shown = text_of(await answered(played, "embed show", {"name": "endless"}))
    assert "takes 75 of a prompt's 75 tokens" in shown


async def test_an_ordinary_word_that_was_shared_before_is_its_owners_alone(played: Stage) -> None:
    """As an earlier release left it."""
    await played.create("tree", "red heart", 1)
    await played.kill()
    guild = int((await played.sandbox.world())["guild"]["id"])
    with closing(sqlite3.connect(played.data / "embedsmith.sqlite3")) as database, database:
        database.execute(
            "INSERT INTO shares (embedding_id, guild_id) SELECT id, ? FROM embeddings WHERE name = 'tree'", (guild,)
        )
    await played.start()
    drawn = await played.draw("tree house for Max", person="Max", steps=1)
    assert "words:" not in text_of(drawn)
    drawn = await played.draw("tree house for Ada", steps=1)
    assert "tree (1 vector)" in text_of(drawn)


@pytest.mark.parametrize(("typed", "name"), [("ca\u0301t", "c\u00e1t"), ("\uff46\uff49\uff53\uff48", "fish")])
async def test_a_name_is_found_as_it_was_typed(played: Stage, typed: str, name: str) -> None:
    """As macOS types accents, and as a Chinese or Japanese keyboard types Latin letters."""
    await played.sandbox.run("embed create", {"name": typed, "from": "red heart"})
    await played.sandbox.until_message("general", lambda message: f"**{name}** is ready" in text_of(message))
    assert f"**{name}**" in text_of(await answered(played, "embed show", {"name": typed}))
    assert f"**{name}**" in text_of(await answered(played, "embed list", {"search": typed}))
    suggested = await played.sandbox.autocomplete("embed show", {"name": typed}, "name")
    assert [choice["value"] for choice in suggested] == [name]
