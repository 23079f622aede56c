"""The child that looks into files, and what becomes of a file that is too much for it."""

import asyncio
import zipfile
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

from bot.errors import EmbeddingTooHard, EmbeddingTooSlow, NotAnEmbedding, Refusal
from bot.files import looking
from bot.files.looking import MOST_KILLERS, Looking
from bot.files.turns import Turns
from tests.bot.deadly_look import DIES, HANGS, OPENED


def put(folder: Path, name: str) -> Path:
    path = folder / name
    path.write_bytes(safetensors.numpy.save({"emb_params": np.ones((1, 96), np.float32)}))
    return path


async def test_good_and_bad_files_are_told_apart(tmp_path: Path) -> None:
    bad = tmp_path / "bad.pt"
    bad.write_bytes(b"<html>")
    looked = await Looking(tmp_path / "incoming").look([put(tmp_path, "good.safetensors"), bad], person_id=1)
    assert [seen.name for seen in looked.seen] == ["good"]
    (refusal,) = looked.refused
    assert isinstance(refusal, NotAnEmbedding)
    assert refusal.facts["file"] == "bad.pt"


async def test_a_file_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    slow = put(tmp_path, "slow.safetensors")
    looked = await Looking(tmp_path / "incoming", seconds=0.01).look([slow], person_id=1)
    assert looked.seen == ()
    (refusal,) = looked.refused
    assert isinstance(refusal, EmbeddingTooSlow)
    assert refusal.facts["file"] == "slow.safetensors"


async def test_a_reader_that_ends_badly_has_taken_nothing(tmp_path: Path) -> None:
    hard = put(tmp_path, "hard.safetensors")
    looked = await Looking(tmp_path / "incoming").look([hard], "--write=no-format", person_id=1)
    (refusal,) = looked.refused
    assert isinstance(refusal, EmbeddingTooHard)


async def test_a_desk_is_gone_in_the_end_and_after_a_killed_bot(tmp_path: Path) -> None:
    folder = tmp_path / "incoming"
    async with Looking(folder).desk() as desk:
        put(desk, "a.pt")
    assert list(folder.iterdir()) == []
    (folder / "left-behind").mkdir()
    Looking(folder)
    assert not folder.exists()


@pytest.fixture
def deadly(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader that some files get the better of."""
    monkeypatch.setattr(looking, "LOOK", "tests.bot.deadly_look")


def killer(folder: Path, name: str, how: bytes = DIES) -> Path:
    path = folder / name
    path.write_bytes(how)
    return path


def told(refused: tuple[Refusal, ...]) -> dict[object, str]:
    return {refusal.facts["file"]: str(refusal.facts.get("reason", type(refusal).__name__)) for refusal in refused}


@pytest.mark.usefixtures("deadly")
async def test_a_file_that_ends_its_reader_is_refused_alone(tmp_path: Path) -> None:
    files = [put(tmp_path, "a.safetensors"), killer(tmp_path, "b.pt"), put(tmp_path, "c.safetensors")]
    bad = killer(tmp_path, "d.pt", b"<html>")
    looked = await Looking(tmp_path / "incoming").look([*files, bad], person_id=1)
    assert [seen.name for seen in looked.seen] == ["a", "c"]
    assert told(looked.refused) == {"b.pt": "EmbeddingTooHard", "d.pt": "web_page"}


@pytest.mark.usefixtures("deadly")
async def test_so_is_one_in_a_zip(tmp_path: Path) -> None:
    good = put(tmp_path, "a.safetensors")
    with zipfile.ZipFile(tmp_path / "words.zip", "w") as archive:
        archive.write(good, "a.safetensors")
        archive.writestr("b.pt", DIES)
        archive.write(good, "c.safetensors")
    looked = await Looking(tmp_path / "incoming").look([tmp_path / "words.zip"], person_id=1)
    assert [seen.name for seen in looked.seen] == ["a", "c"]
    assert told(looked.refused) == {"b.pt": "EmbeddingTooHard"}


@pytest.mark.usefixtures("deadly")
async def test_after_a_few_such_files_the_others_are_left_unread_and_said_to_be(tmp_path: Path) -> None:
    killers = [killer(tmp_path, f"{number}.pt") for number in range(MOST_KILLERS)]
    looked = await Looking(tmp_path / "incoming").look([*killers, put(tmp_path, "x.safetensors")], person_id=1)
    assert looked.seen == ()
    assert told(looked.refused) == {path.name: "EmbeddingTooHard" for path in killers} | {
        "x.safetensors": "left_unread"
    }


@pytest.mark.usefixtures("deadly")
async def test_nobody_waits_for_anothers_queue(tmp_path: Path) -> None:
    """One person's four files keep their readers for ever; another's is read all the same, before any of them."""
    shared = Looking(tmp_path / "incoming", seconds=3600)
    hanging = [killer(tmp_path, f"{number}.pt", HANGS) for number in range(4)]
    theirs = [asyncio.create_task(shared.look([file], person_id=1)) for file in hanging]
    opened = tmp_path / f"0.pt{OPENED}"
    while not opened.exists():
        await asyncio.sleep(0.01)
    looked = await shared.look([put(tmp_path, "mine.safetensors")], person_id=2)
    assert [seen.name for seen in looked.seen] == ["mine"]
    assert not any(task.done() for task in theirs)
    assert [path.name for path in tmp_path.glob(f"*.pt{OPENED}")] == [opened.name], "one at a time"
    for task in theirs:
        task.cancel()
    await asyncio.gather(*theirs, return_exceptions=True)


async def test_places_go_round_and_are_forgotten() -> None:
    turns, begun = Turns(2), list[str]()
    go = asyncio.Event()

    async def work(person_id: int, name: str) -> None:
        async with turns.turn(person_id):
            begun.append(name)
            await go.wait()

    async with asyncio.TaskGroup() as tasks:
        for person_id, name in ((1, "a"), (1, "b"), (1, "c"), (2, "d"), (3, "e")):
            tasks.create_task(work(person_id, name))
        while len(begun) < 2:
            await asyncio.sleep(0)
        assert begun == ["a", "d"]
        go.set()
    assert sorted(begun) == ["a", "b", "c", "d", "e"]
    assert not turns._own
