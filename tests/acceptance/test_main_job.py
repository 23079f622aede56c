"""The main job: upload, train, get the file, draw with it."""

from pathlib import Path

from tests.acceptance.stage import buttons_of, stage, text_of


async def test_from_pictures_to_a_word_in_a_picture(tmp_path: Path) -> None:
    async with stage(tmp_path) as played:
        await played.agree()
        await played.train("my-owl", steps=40)
        result = await played.result("my-owl")
        names = [attachment["filename"] for attachment in result["attachments"]]
        assert "my-owl.pt" in names
        drawn = await played.draw("portrait of my-owl", seed=7)
        assert "my-owl (4 vectors)" in text_of(drawn)
        assert "Seed: 7" in text_of(drawn)

