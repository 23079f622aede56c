"""The main job: upload, train, watch, get the file, draw with it; and what may happen beside it."""

import io
import shutil
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from PIL import Image

from tests.acceptance.stage import Stage, buttons_of, pictures, stage, text_of, values_of

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def played(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """One program for all; each test has words of its own."""
    async with stage(tmp_path_factory.mktemp("stage")) as playing:
        await playing.agree("Ada")
        await playing.agree("Max")
        yield playing


async def pixels(played: Stage, message: dict) -> bytes:
    return Image.open(io.BytesIO(await played.sandbox.fetch(message["attachments"][0]["url"]))).tobytes()


async def test_from_pictures_to_a_word_in_a_picture(played: Stage) -> None:
    card = await played.train("my-owl", steps=40)
    assert {"Stop", "Cancel"} & set(buttons_of(card))
    result = await played.result("my-owl")
    names = [attachment["filename"] for attachment in result["attachments"]]
    assert "my-owl.pt" in names
    assert [name.split("-")[0] for name in names if name != "my-owl.pt"] == ["before", "film"]
    drawn = await played.draw("portrait of my-owl", seed=7)
    assert "my-owl (4 vectors)" in text_of(drawn)
    assert "6 of 75 tokens" in text_of(drawn)
    assert "Steps: 20, Sampler: Euler a" in text_of(drawn)
    picture = Image.open(io.BytesIO(await played.sandbox.fetch(drawn["attachments"][0]["url"])))
    assert picture.info["parameters"].startswith("portrait of my-owl\nSteps: 20, Sampler: Euler a")
    card = await played.card("my-owl")
    assert "✓" in text_of(card)
    thread = await played.sandbox.messages(card["id"])
    assert len(thread) >= 3, "the previews stand in the run's thread"


async def test_an_untrained_word_draws_what_its_text_draws(played: Stage) -> None:
    await played.create("zzzz1234", "tree", 1)
    word = await played.draw("a zzzz1234 by monet", seed=3)
    text = await played.draw("a tree by monet", seed=3)
    assert await pixels(played, word) == await pixels(played, text)


async def test_sixteen_vectors_leave_fifty_nine_tokens(played: Stage) -> None:
    made = await played.create("wide", "tree", 16)
    assert "leaves 59 of" in text_of(made)
    drawn = await played.draw("wide" + " tree" * 59, steps=1)
    assert "75 of 75 tokens" in text_of(drawn)
    drawn = await played.draw("wide" + " tree" * 60, steps=1)
    assert "76 tokens in 2 windows" in text_of(drawn)


async def test_a_file_copied_into_the_folder_works_in_the_next_prompt(played: Stage) -> None:
    await played.create("made", "red heart", 2)
    before = await played.draw("a copied one", steps=4, seed=1)
    assert "copied (" not in text_of(before)
    shutil.copy(played.word_file("made"), played.data / "embeddings" / "copied.pt")
    after = await played.draw("a copied one", steps=4, seed=1)
    assert "copied (2 vectors)" in text_of(after)
    assert await pixels(played, before) != await pixels(played, after)


async def test_buttons_of_a_run(played: Stage) -> None:
    await played.train("my-bird", steps=3000)
    card = await played.sandbox.until_message("general", lambda message: "● **my-bird** · step" in text_of(message))
    await played.sandbox.until_message(
        "general", lambda message: "**my-bird**" in text_of(message) and "░░" in text_of(message)
    )
    await played.press(card, "Pause")
    await played.sandbox.until_message("general", lambda message: "⏸ **my-bird** · paused" in text_of(message))
    file = await played.press(card, "Get the file")
    answer = await played.sandbox.message(file["message_id"])
    assert [attachment["filename"] for attachment in answer["attachments"]] == ["my-bird.pt"]
    await played.press(card, "Resume")
    await played.sandbox.until_message("general", lambda message: "● **my-bird** · step" in text_of(message))
    await played.press(card, "Stop", person="Lin")
    await played.sandbox.until_message("general", lambda message: "只有" in text_of(message), person="Lin")
    await played.press(card, "Stop")
    result = await played.result("my-bird")
    assert "was stopped at step" in text_of(result)
    drawn = await played.draw("a photo of my-bird", steps=2)
    assert "my-bird (4 vectors)" in text_of(drawn)


async def test_others_private_words_look_as_if_they_did_not_exist(played: Stage) -> None:
    made = await played.create("my-own", "red heart", 1)
    shown = await played.sandbox.run("embed show", {"name": "my-own"}, person="Max")
    hidden = await played.sandbox.message(shown["message_id"], person="Max")
    assert text_of(hidden) == "Nothing here is called `my-own`."
    missing = await played.sandbox.run("embed show", {"name": "nobodys"}, person="Max")
    assert "Nothing here is called `nobodys`." in text_of(
        await played.sandbox.message(missing["message_id"], person="Max")
    )
    assert await played.sandbox.autocomplete("embed show", {"name": "my-o"}, "name", person="Max") == []
    drawn = await played.draw("a my-own", person="Max", steps=1)
    assert "my-own (" not in text_of(drawn)
    await played.press(made, "Share with this server")
    drawn = await played.draw("one my-own", person="Max", steps=1)
    assert "my-own (1 vector)" in text_of(drawn)


async def test_a_loss_that_is_no_number_stops_with_the_last_good_vectors(played: Stage) -> None:
    await played.train("my-nan", steps=50, learning_rate="0.005:5, 1e30")
    result = await played.result("my-nan")
    assert "The loss was not a number. Try a lower rate" in text_of(result)
    assert "Kept: step 5" in text_of(result)
    drawn = await played.draw("a photo of my-nan", steps=2)
    assert "my-nan (4 vectors)" in text_of(drawn)
    assert "my-nan.pt" in [attachment["filename"] for attachment in result["attachments"]]


async def test_refusals_come_at_once_and_only_to_the_person(played: Stage) -> None:
    before = {message["id"] for message in await played.sandbox.messages(person="Max")}
    cases = [
        ({"name": "a/b"}, pictures("owl", 1), "cannot be a name"),
        ({"name": "ok", "learning_rate": "0.005:100, fast"}, pictures("owl", 1), "`fast`"),
        ({"name": "ok"}, {"picture1": ("notes.png", b"<html><body>hi</body></html>")}, "it is HTML"),
    ]
    for options, files, expected in cases:
        answer = await played.sandbox.run("embed train", options, files)
        assert expected in text_of(await played.sandbox.message(answer["message_id"]))
    assert {message["id"] for message in await played.sandbox.messages(person="Max")} == before


async def test_a_form_opens_when_nothing_is_given(played: Stage) -> None:
    opened = await played.sandbox.run("embed train")
    assert opened["modal"]["title"] == "Teach a word"
    values = {"name": "formed", "kind": ["subject"], "from": "emoji", "thoroughness": ["quick"]}
    ids = [component["component"]["custom_id"] for component in opened["modal"]["components"]]
    values = dict(zip([i for i in ids if i != "pictures"], values.values(), strict=True))
    files = [("pictures", file) for file in pictures("octopus").values()]
    await played.sandbox.interaction(await played.sandbox.submit(opened["id"], values, files))
    card = await played.card("formed")
    await played.press(card, "Cancel", "Stop")
    await played.sandbox.until_message(
        "general",
        lambda message: (
            ("**formed**" in text_of(message) and "stopped" in text_of(message)) or "cancelled" in text_of(message)
        ),
    )


async def test_a_run_goes_on_with_other_steps_and_rates(played: Stage) -> None:
    files = pictures("cactus", 2)
    files["picture3"] = (files["picture1"][0].rsplit(".", 1)[0] + ".txt", b"a cactus, in a pot")
    options = {"name": "tuned", "steps": 3000, "from": "emoji", "template": "subject_filewords"}
    await played.sandbox.run("embed train", options | {"tuning": "flip, shuffle, warmup 5"}, files)
    card = await played.sandbox.until_message(
        "general", lambda message: "**tuned**" in text_of(message) and "░░" in text_of(message)
    )
    assert "Too few pictures to hold any back" in text_of(card)
    await played.press(card, "Pause")
    paused = await played.sandbox.until_message("general", lambda message: "⏸ **tuned**" in text_of(message))
    opened = await played.press(paused, "Change…")
    await played.sandbox.submit(opened["id"], {"steps": "400", "rate": "0.005:100, soon"})
    refused = await played.sandbox.until_message("general", lambda message: "`soon`" in text_of(message))
    opened = await played.press(refused, "Edit and try again")
    assert values_of(opened) == {"steps": "400", "rate": "0.005:100, soon"}
    await played.sandbox.interaction(await played.sandbox.submit(opened["id"], {"steps": "120", "rate": "1e-4"}))
    result = await played.result("tuned")
    assert "120 steps in" in text_of(result)


async def test_what_is_wrong_with_settings_and_captions_is_named(played: Stage) -> None:
    cases = [
        ({"tuning": "flip, fast"}, pictures("owl", 1), "`fast` is not a setting here"),
        ({"tuning": "drop 3"}, pictures("owl", 1), "`drop` must be from 0 to 1"),
        ({}, pictures("owl", 1) | {"picture2": ("dog.txt", b"a dog")}, "none of the pictures is called `dog`"),
    ]
    for options, files, expected in cases:
        answer = await played.sandbox.run("embed train", {"name": "odd", **options}, files)
        assert expected in text_of(await played.sandbox.message(answer["message_id"]))
    suggested = await played.sandbox.autocomplete("embed train", {"tuning": "flip, wa"}, "tuning")
    assert [choice["value"] for choice in suggested] == ["flip, warmup 20"]


async def test_chinese_from_the_first_word(played: Stage) -> None:
    answer = await played.sandbox.run("help", person="Lin")
    labels = buttons_of(await played.sandbox.message(answer["message_id"], person="Lin"))
    assert all(any("\u4e00" <= letter <= "\u9fff" for letter in label) for label in labels)
    world = await played.sandbox.world()
    assert all(command["name_localizations"]["zh-CN"] for command in world["commands"])


async def test_two_people_share_the_model_and_a_picture_is_drawn_meanwhile(played: Stage) -> None:
    await played.train("my-friend", steps=3000)
    await played.train("my-robot", "robot", person="Max", steps=3000)
    await played.sandbox.until_message(
        "general", lambda message: "sharing the model with 1 other run" in text_of(message)
    )
    drawn = await played.draw("a red heart")
    assert drawn["attachments"]
    for name, person in (("my-friend", "Ada"), ("my-robot", "Max")):
        stopped = await played.sandbox.run("embed stop", {"name": name}, person=person)
        assert stopped["state"] == "answered"
        await played.result(name)
