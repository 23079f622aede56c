"""What a drawing's card shows, and what it does not."""

from pathlib import Path

import msgspec

from bot.features.imagine.card import drawing_card
from bot.jobs.job import Kind, Report, ShownPreview, State
from bot.texts.catalogue import texts_for
from tests.bot.jobs import DRAW, job
from trainer.protocol import DrawnPicture, ReadPart, ReadStage


def drawn(folder: Path, *verdicts: str) -> Report:
    """Pictures that the safety checker calls `safe` or `unsafe`."""
    pictures = []
    for seed, verdict in enumerate(verdicts, start=1):
        path = folder / f"{seed}.png"
        path.write_bytes(b"a picture")
        pictures.append(
            DrawnPicture(path=str(path), seed=seed, parameters=f"p\nSeed: {seed}", unsafe=verdict == "unsafe")
        )
    return Report(pictures=tuple(pictures), tokens=3, windows=1)


def card_of(report: Report, state: State = State.SUCCEEDED) -> tuple[str, tuple[str, ...]]:
    card = drawing_card(job(7, state, kind=Kind.DRAW, report=report), DRAW, texts_for("en-US"), "")
    return str(card.view.to_components()), tuple(name for name, _ in card.files)


def test_what_the_safety_checker_stops_is_not_shown(tmp_path: Path) -> None:
    said, files = card_of(drawn(tmp_path, "safe", "unsafe", "safe"))
    assert files == ("embedsmith-7-1.png", "embedsmith-7-3.png")
    assert "1 picture is not shown" in said
    assert "pick:7.0" in said
    assert "pick:7.2" in said
    assert "pick:7.1" not in said


def test_nothing_is_shown_when_it_stops_all(tmp_path: Path) -> None:
    said, files = card_of(drawn(tmp_path, "unsafe", "unsafe"))
    assert files == ()
    assert "2 pictures are not shown" in said


def test_a_drawing_shows_its_progress_and_a_coarse_picture(tmp_path: Path) -> None:
    path = tmp_path / "progress.png"
    path.write_bytes(b"a coarse picture")
    report = Report(phase="working", step=5, steps=20, coarse=ShownPreview(4, str(path)))
    said, files = card_of(report, State.RUNNING)
    assert "step 5 of 20" in said
    assert "█" * 5 + "░" * 15 in said
    assert files == ("progress-7-4.png",)
    assert "attachment://progress-7-4.png" in said
    assert card_of(report, State.CANCELLED)[1] == ()
    path.unlink()
    said, files = card_of(report, State.RUNNING)
    assert files == ()
    assert "attachment://" not in said


def test_what_no_checker_has_seen_is_not_shown_in_a_private_chat(tmp_path: Path) -> None:
    request = msgspec.structs.replace(DRAW, allow_unsafe=True)
    report = drawn(tmp_path, "safe")
    report = msgspec.structs.replace(report, coarse=ShownPreview(4, report.pictures[0].path))
    for state, said in ((State.SUCCEEDED, "such channels only"), (State.RUNNING, "drawing…")):
        posted = msgspec.structs.replace(job(7, state, kind=Kind.DRAW, report=report), request=request)
        assert len(drawing_card(posted, request, texts_for("en"), "").files) == 1
        moved = msgspec.structs.replace(posted, guild_id=None)
        card = drawing_card(moved, request, texts_for("en"), "")
        assert card.files == ()
        assert said in str(card.view.to_components())


def test_every_button_of_one_picture_is_there(tmp_path: Path) -> None:
    said, _ = card_of(drawn(tmp_path, "safe"))
    assert all(
        f"{verb}:7" in said
        for verb in ("draw_again", "variations", "larger", "draw_over", "edit_drawing", "settings", "delete")
    )


def test_how_a_prompt_was_read_is_told(tmp_path: Path) -> None:
    stages = (
        ReadStage(first_step=1, last_step=3, blocks=((("a ", 1.0), ("cat", 1.1)),)),
        ReadStage(first_step=4, last_step=4, blocks=((("a dog", 1.0),), (("night", 1.0),))),
    )
    report = msgspec.structs.replace(drawn(tmp_path, "safe"), reading=(ReadPart(weight=0.5, stages=stages),))
    said, _ = card_of(report)
    assert "1–3: a cat ×1.1; 4: a dog BREAK night :0.5" in said
