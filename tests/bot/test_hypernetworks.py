"""Which hypernetworks there are, which files go along with a drawing, and what is said of those that were left out."""

import hashlib
from pathlib import Path

import pytest
from msgspec.structs import replace

from bot.features.imagine.hypernetwork_tags import left_out, with_tags
from bot.library.hypernetworks import Hypernetworks
from tests.bot.jobs import DRAW, TRAIN
from tests.bot.test_isolation import at_work, house
from trainer.protocol import HypernetworkFile, Start


def put(path: Path, data: bytes = b"numbers") -> HypernetworkFile:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return HypernetworkFile(name=path.stem, path=str(path), sha256=hashlib.sha256(data).hexdigest())


async def test_the_folders_files_are_hypernetworks_by_their_stems(tmp_path: Path) -> None:
    here = Hypernetworks(tmp_path)
    assert await here.names() == []
    for name in ("Soft.pt", "deep/anime.PT", "soft.pt.optim", "x.safetensors", ".part.pt", "deep/soft.pt"):
        put(tmp_path / name)
    assert await here.names() == ["anime", "Soft"]
    assert await here.sha256_of("SOFT") == hashlib.sha256(b"numbers").hexdigest()
    assert await here.sha256_of("nothing") is None


async def test_a_prompt_takes_along_the_files_of_its_tags(tmp_path: Path) -> None:
    here = Hypernetworks(tmp_path)
    soft, other = put(tmp_path / "Soft.pt"), put(tmp_path / "deep" / "soft.pt", b"others")
    hard = put(tmp_path / "hard.pt")
    assert await here.meant("soft and <lora:soft:1>") == ()
    assert await here.meant("a <hypernet:soft:0.5>") == (soft, other)
    assert set(await here.meant("<hypernet:HARD><hypernet:soft>")) == {hard, soft, other}
    put(tmp_path / "hard.pt", b"trained on")
    (again,) = await here.meant("<hypernet:hard>")
    assert again.sha256 == hashlib.sha256(b"trained on").hexdigest()


async def test_a_drawing_starts_with_them_and_a_run_without(tmp_path: Path) -> None:
    async with house(tmp_path) as played, at_work(played):
        soft = put(tmp_path / "hypernetworks" / "soft.pt")
        await played.ask(replace(DRAW, prompt="a cat <hypernet:soft>", negative_prompt="<hypernet:hard>"))
        put(tmp_path / "hypernetworks" / "hard.pt")
        played.dispatch.wake()
        assert isinstance(start := await played.worker.started(), Start)
        assert start.hypernetworks == (soft,)
        await played.ask(TRAIN)
        played.dispatch.wake()
        assert (await played.worker.started()).hypernetworks == ()


@pytest.mark.parametrize(
    ("named", "prompt"),
    [
        ("", "a cat"),
        ("soft", "a cat <hypernet:soft>"),
        ("soft:0.8, Hard one ", "a cat <hypernet:soft:0.8> <hypernet:Hard one>"),
        ("<hypernet:soft:0.8>，hard", "a cat <hypernet:soft:0.8> <hypernet:hard>"),
        (" , ", "a cat"),
    ],
)
def test_the_option_becomes_tags(named: str, prompt: str) -> None:
    assert with_tags("a cat", named) == prompt


@pytest.mark.parametrize(
    ("tags", "said"),
    [
        ((), []),
        (("<lora:x>", "<hypernet:soft:much>"), [("drawing-not-used", "<lora:x> <hypernet:soft:much>")]),
        (("<hypernet:soft:1>",), [("drawing-hypernetwork-bad", "<hypernet:soft:1>")]),
        (("<hypernet:sofd>",), [("drawing-hypernetwork-near", "<hypernet:sofd>", "Soft")]),
        (("<hypernet:q>", "<hypernet:q>"), [("drawing-hypernetwork-unknown", "<hypernet:q>")]),
    ],
)
def test_why_tags_were_left_out_is_told_apart(tags: tuple[str, ...], said: list[tuple[str, ...]]) -> None:
    assert [(each.text_id, *each.facts.values()) for each in left_out(tags, ["Soft", "anime"])] == said
