"""What the messages about a run show."""

from pathlib import Path

import pytest
from discord.ui import TextDisplay
from msgspec.structs import replace

from bot.delivery.outgoing import Outgoing
from bot.features.embeddings.card import share_button
from bot.features.train.card import result_message, training_card
from bot.jobs.job import Job, Report, ShownPreview, State
from bot.texts.catalogue import texts_for
from tests.bot.jobs import TRAIN, job


def messages(run: Job) -> tuple[Outgoing, Outgoing]:
    texts = texts_for("en")
    return training_card(run, TRAIN, texts, ""), result_message(run, TRAIN, texts)


def test_what_no_checker_has_seen_is_not_shown_in_a_private_chat(tmp_path: Path) -> None:
    picture, learned = tmp_path / "picture.png", tmp_path / "my-cat.pt"
    for path in (picture, learned):
        path.write_bytes(b"something")
    shown = str(picture)
    report = Report(previews=(ShownPreview(0, shown),), strip=shown, film=shown, snapshot=str(learned))
    posted = replace(job(7, State.SUCCEEDED, report=report), request=replace(TRAIN, allow_unsafe=True))
    card, result = messages(posted)
    assert [name for name, _ in card.files] == ["preview-7-0.png"]
    assert [name for name, _ in result.files] == ["before-after-7.png", "film-7.webp", "my-cat.pt"]
    card, result = messages(replace(posted, guild_id=None))
    assert card.files == ()
    assert [name for name, _ in result.files] == ["my-cat.pt"]


@pytest.mark.parametrize("measured", [False, True])
@pytest.mark.parametrize("name", ["my-cat", "my-cat-best", "红猫", "my cat"])
def test_words_name_the_files_that_are_sent(tmp_path: Path, name: str, measured: bool) -> None:
    paths = {part: tmp_path / f"{part}.pt" for part in ("snapshot", "best", "before")}
    for path in paths.values():
        path.write_bytes(b"something")
    report = Report(**{part: str(path) for part, path in paths.items()}, step=9)
    if measured:
        report = replace(report, first_validation=0.1, validation=0.2, validation_step=9)
    request = replace(TRAIN, name=name)
    for locale in ("en", "zh-CN"):
        result = result_message(job(7, State.SUCCEEDED, report=report), request, texts_for(locale))
        said = "".join(each.content for each in result.view.walk_children() if isinstance(each, TextDisplay))
        files = [file for file, _ in result.files]
        assert len(set(files)) == len(files) == 2
        assert all(f"`{file}`" in said for file in files), (files, said)
        if name == "my-cat":
            assert files == ["my-cat-further.pt", "my-cat-best.pt"]


def test_a_private_chat_offers_no_server_to_share_with() -> None:
    labels = {
        guild: [each.label for each in share_button("my-cat", replace(job(), guild_id=guild), texts_for("en"))]
        for guild in (5, None)
    }
    assert labels == {5: ["Share with this server"], None: []}
