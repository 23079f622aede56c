"""The main job: upload, train, watch, get the file, draw with it; and what may happen beside it."""

import asyncio
import io
import shutil
from pathlib import Path

from PIL import Image

from tests.acceptance.stage import Stage, buttons_of, pictures, stage, text_of


async def pixels(played: Stage, message: dict) -> bytes:
    return Image.open(io.BytesIO(await played.sandbox.fetch(message["attachments"][0]["url"]))).tobytes()


async def test_from_pictures_to_a_word_in_a_picture(tmp_path: Path) -> None:
    async with stage(tmp_path) as played:
        await played.agree()
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


async def test_an_untrained_word_draws_what_its_text_draws(tmp_path: Path) -> None:
    async with stage(tmp_path) as played:
        await played.sandbox.run("embed create", {"name": "zzzz1234", "from": "tree", "vectors": 1})
        await played.sandbox.until_message("general", lambda message: "is ready" in text_of(message))
        word = await played.draw("a zzzz1234 by monet", seed=3)
        text = await played.draw("a tree by monet", seed=3)
        assert await pixels(played, word) == await pixels(played, text)


async def test_sixteen_vectors_leave_fifty_nine_tokens(tmp_path: Path) -> None:
    async with stage(tmp_path) as played:
        await played.sandbox.run("embed create", {"name": "wide", "from": "tree", "vectors": 16})
        made = await played.sandbox.until_message("general", lambda message: "is ready" in text_of(message))
        assert "leaves 59 of" in text_of(made)
        drawn = await played.draw("wide" + " tree" * 59, steps=1)
        assert "75 of 75 tokens" in text_of(drawn)
        drawn = await played.draw("wide" + " tree" * 60, steps=1)
        assert "76 tokens in 2 windows" in text_of(drawn)


async def test_a_file_copied_into_the_folder_works_in_the_next_prompt(tmp_path: Path) -> None:
    async with stage(tmp_path) as played:
        folder = played.data / "embeddings"
        await played.sandbox.run("embed create", {"name": "made", "from": "red heart", "vectors": 2})
        await played.sandbox.until_message("general", lambda message: "is ready" in text_of(message))
        before = await played.draw("a copied one", steps=4, seed=1)
        assert "copied (" not in text_of(before)
        shutil.copy(folder / "made.pt", folder / "copied.pt")
        after = await played.draw("a copied one", steps=4, seed=1)
        assert "copied (2 vectors)" in text_of(after)
        assert await pixels(played, before) != await pixels(played, after)


async def test_buttons_of_a_run(tmp_path: Path) -> None:
    async with stage(tmp_path) as played:
        await played.agree()
        await played.train("my-owl", steps=3000)
        card = await played.sandbox.until_message("general", lambda message: "● **my-owl** · step" in text_of(message))
        assert "██" in text_of(card) or "░░" in text_of(card)
        await played.press(card, "Pause")
        await played.sandbox.until_message("general", lambda message: "⏸ **my-owl** · paused" in text_of(message))
        file = await played.press(card, "Get the file")
        answer = await played.sandbox.message(file["message_id"])
        assert [attachment["filename"] for attachment in answer["attachments"]] == ["my-owl.pt"]
        await played.press(card, "Resume")
        await played.sandbox.until_message("general", lambda message: "● **my-owl** · step" in text_of(message))
        stranger = await played.press(card, "Stop", person="Lin")
        assert "只有" in text_of(await played.sandbox.message(stranger["message_id"], person="Lin"))
        await played.press(card, "Stop")
        result = await played.result("my-owl")
        assert "was stopped at step" in text_of(result)
        drawn = await played.draw("a photo of my-owl", steps=2)
        assert "my-owl (4 vectors)" in text_of(drawn)


async def test_others_private_words_look_as_if_they_did_not_exist(tmp_path: Path) -> None:
    async with stage(tmp_path) as played:
        await played.sandbox.run("embed create", {"name": "mine", "from": "red heart"})
        made = await played.sandbox.until_message("general", lambda message: "is ready" in text_of(message))
        shown = await played.sandbox.run("embed show", {"name": "mine"}, person="Max")
        assert (
            text_of(await played.sandbox.message(shown["message_id"], person="Max")) == "Nothing here is called `mine`."
        )
        missing = await played.sandbox.run("embed show", {"name": "nobodys"}, person="Max")
        assert "Nothing here is called `nobodys`." in text_of(
            await played.sandbox.message(missing["message_id"], person="Max")
        )
        assert await played.sandbox.autocomplete("embed show", {"name": "m"}, "name", person="Max") == []
        drawn = await played.draw("a mine", person="Max", steps=1)
        assert "mine (" not in text_of(drawn)
        await played.press(made, "Share with this server")
        drawn = await played.draw("one mine", person="Max", steps=1)
        assert "mine (1 vector)" in text_of(drawn)


async def test_a_loss_that_is_no_number_stops_with_the_last_good_vectors(tmp_path: Path) -> None:
    async with stage(tmp_path) as played:
        await played.agree()
        await played.train("my-owl", steps=50, learning_rate="1e30")
        result = await played.result("my-owl")
        assert "The loss was not a number. Try a lower rate" in text_of(result)
        assert "Kept: step 0" in text_of(result)
        assert "my-owl.pt" in [attachment["filename"] for attachment in result["attachments"]]


async def test_refusals_come_at_once_and_only_to_the_person(tmp_path: Path) -> None:
    async with stage(tmp_path) as played:
        await played.agree()
        before = await played.sandbox.messages(person="Max")
        cases = [
            ({"name": "a/b"}, pictures("owl", 1), "cannot be a name"),
            ({"name": "ok", "learning_rate": "0.005:100, fast"}, pictures("owl", 1), "`fast`"),
            ({"name": "ok"}, {"picture1": ("notes.png", b"<html><body>hi</body></html>")}, "it is HTML"),
            ({"name": "first-Ada"}, pictures("owl", 1), "is taken"),
        ]
        for options, files, expected in cases:
            answer = await played.sandbox.run("embed train", options, files)
            assert expected in text_of(await played.sandbox.message(answer["message_id"]))
        assert await played.sandbox.messages(person="Max") == before


async def test_a_form_opens_when_nothing_is_given(tmp_path: Path) -> None:
    async with stage(tmp_path) as played:
        await played.agree()
        opened = await played.sandbox.run("embed train")
        assert opened["modal"]["title"] == "Teach a word"
        values = {"name": "formed", "kind": ["subject"], "from": "emoji", "thoroughness": ["quick"]}
        ids = [component["component"]["custom_id"] for component in opened["modal"]["components"]]
        values = dict(zip([i for i in ids if i != "pictures"], values.values(), strict=True))
        files = [("pictures", file) for file in pictures("octopus").values()]
        await played.sandbox.interaction(await played.sandbox.submit(opened["id"], values, files))
        card = await played.card("formed")
        await played.press(card, next(label for label in buttons_of(card) if label in ("Cancel", "Stop")))
        await played.sandbox.until_message(
            "general",
            lambda message: (
                ("**formed**" in text_of(message) and "stopped" in text_of(message)) or "cancelled" in text_of(message)
            ),
        )


async def test_chinese_from_the_first_word(tmp_path: Path) -> None:
    async with stage(tmp_path) as played:
        answer = await played.sandbox.run("help", person="Lin")
        labels = buttons_of(await played.sandbox.message(answer["message_id"], person="Lin"))
        assert all(any("\u4e00" <= letter <= "\u9fff" for letter in label) for label in labels)
        world = await played.sandbox.world()
        assert all(command["name_localizations"]["zh-CN"] for command in world["commands"])


async def test_two_people_share_the_model_and_a_picture_is_drawn_meanwhile(tmp_path: Path) -> None:
    async with stage(tmp_path) as played:
        await asyncio.gather(played.agree("Ada"), played.agree("Max"))
        await played.train("my-owl", steps=3000)
        await played.train("my-robot", "robot", person="Max", steps=3000)
        await played.sandbox.until_message(
            "general", lambda message: "sharing the model with 1 other run" in text_of(message)
        )
        drawn = await played.draw("a red heart")
        assert drawn["attachments"]
        for name, person in (("my-owl", "Ada"), ("my-robot", "Max")):
            stopped = await played.sandbox.run("embed stop", {"name": name}, person=person)
            assert stopped["state"] == "answered"
            await played.result(name)
