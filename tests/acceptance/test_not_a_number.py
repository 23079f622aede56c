"""Numbers that are no numbers: nothing is handed out that is not what was asked for."""

from pathlib import Path

from tests.acceptance.stage import pictures, stage, text_of
from tests.trainer.nan_model import broken_model


async def test_a_model_that_overflows_draws_nothing_and_teaches_nothing(tmp_path: Path) -> None:
    async with stage(tmp_path, EMBEDSMITH_MODEL=str(broken_model(tmp_path / "nan"))) as played:
        await played.sandbox.command("imagine", {"prompt": "a house", "steps": 2})
        card = await played.sandbox.until_message("general", lambda message: "not numbers" in text_of(message))
        assert card["attachments"] == []
        wanted = {"name": "my-cactus", "from": "emoji", "steps": 20}
        answer = await played.sandbox.run("embed train", wanted, pictures("cactus", 3))
        await played.press(await played.sandbox.message(answer["message_id"]), "Yes, these are mine or I may use them")
        result = await played.result("my-cactus")
        assert "before anything was learned" in text_of(result)
        assert "Nothing was kept" in text_of(result)
        assert result["attachments"] == []
        assert not list(played.data.glob("words/*/my-cactus*"))
        made = await played.create("my-cactus", "tree", 1)  # the name is free again
        assert made


async def test_a_run_whose_previews_are_no_pictures_goes_on_without_them(tmp_path: Path) -> None:
    async with stage(tmp_path, EMBEDSMITH_MODEL=str(broken_model(tmp_path / "nan", "vae"))) as played:
        await played.agree()
        await played.train("my-cactus", "cactus", steps=20)
        result = await played.result("my-cactus")
        assert "is ready" in text_of(result)
        assert [attachment["filename"] for attachment in result["attachments"]] == ["my-cactus.pt"]
        assert await played.sandbox.until_message(
            "general", lambda message: "No preview at step 20: the model gave" in text_of(message)
        )


async def test_a_picture_beyond_the_device_is_refused_with_a_size_that_would_do(tmp_path: Path) -> None:
    async with stage(tmp_path, EMBEDSMITH_LARGEST_PIXELS=str(256 * 256)) as played:
        drawn = await played.draw("a house", steps=2, width=256, height=256)
        before = len(await played.sandbox.messages(person="Max"))
        answers = [
            await played.sandbox.run("imagine", {"prompt": "a house", "steps": 1, "width": 1024, "height": 512}),
            await played.sandbox.run("imagine", {"prompt": "a house", "steps": 1, "settings": "hires 4"}),
            await played.press(drawn, "Larger"),
        ]
        told = [text_of(await played.sandbox.message(answer["message_id"])) for answer in answers]
        assert told == [
            "1,024 × 512 is larger than can be made here; 360 × 176 would work.",
            "512 × 512 is larger than can be made here; 256 × 256 would work.",
            "512 × 512 is larger than can be made here; 256 × 256 would work.",
        ]
        assert len(await played.sandbox.messages(person="Max")) == before
        await played.sandbox.command("imagine", {"prompt": "! " * 900, "steps": 1})
        assert await played.sandbox.until_message(
            "general",
            lambda message: "900 tokens and takes 12 windows of 75; at most 8 windows are allowed" in text_of(message),
        )
