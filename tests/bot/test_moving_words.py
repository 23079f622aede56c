"""People's words lay in the operator's folder until names were people's; each is moved, whatever dies meanwhile."""

import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from bot.access import Actor
from bot.db.database import Database, migrations, open_database
from bot.errors import NothingCalled
from bot.exits import CannotRun
from bot.files.looking import Looking
from bot.jobs.rows import REQUEST, job_by_id
from bot.library.embeddings import Library, Word
from bot.library.moving import move_words, words_to_move
from bot.library.shelf import Shelf
from bot.library.word_files import WordFiles
from tests.bot.jobs import TRAIN

EARLIER = list(takewhile(lambda sql: "words to move" not in sql, migrations()))
SUFFIXES = (".pt", ".png", ".safetensors")
WORDS = {"oak": 1, "Elm": 1, "ash": 9}


def put(folder: Path, name: str, data: bytes) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(data)
    return path


def as_it_was(folder: Path) -> None:
    """Words of two people among the operator's files, and a run that goes on from one of them."""
    with closing(sqlite3.connect(folder / "e.sqlite3")) as old:
        old.create_function("name_key", 1, str.lower, deterministic=True)
        old.executescript("\n".join(EARLIER))
        old.execute(f"PRAGMA user_version = {len(EARLIER)}")
        for name, owner in WORDS.items():
            put(folder / "embeddings", f"{name}.pt", name.encode())
            old.execute(
                "INSERT INTO embeddings (key, name, owner_id, vectors, step, created_at) VALUES (?, ?, ?, 1, 1, 1.0)",
                (name.lower(), name, owner),
            )
        for number, state in enumerate(("queued", "succeeded"), start=1):
            path = str(folder / "embeddings" / "oak.pt")
            old.execute(
                "INSERT INTO jobs (id, kind, state, owner_id, channel_id, locale, interaction_id, request, report,"
                " created_at) VALUES (?, 'train', ?, 1, 3, 'en', ?, ?, '{}', 1.0)",
                (number, state, number, REQUEST.text(replace(TRAIN, name="oak", continue_from=path), folder)),
            )
        old.commit()
    put(folder / "embeddings", "ELM.safetensors", b"beside it")
    put(folder / "embeddings", "oak.png", b"a picture that may hold a word")
    put(folder / "embeddings" / "deep", "yew.pt", b"operator")


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[tuple[Database, Library]]:
    async with open_database(folder / "e.sqlite3") as database:
        yield database, Library(database, folder, Shelf(Looking(folder / "incoming")))


def lying(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.suffix in SUFFIXES}


MOVED = {
    "words/1/oak.pt": b"oak",
    "words/1/oak.png": b"a picture that may hold a word",
    "words/1/Elm.pt": b"Elm",
    "words/1/ELM.safetensors": b"beside it",
    "words/9/ash.pt": b"ash",
    "embeddings/deep/yew.pt": b"operator",
}


async def test_each_word_goes_to_its_person_and_the_operators_stay(tmp_path: Path) -> None:
    as_it_was(tmp_path)
    async with opened(tmp_path) as (database, library):
        assert await words_to_move(database)
        await move_words(database, WordFiles(tmp_path))
        assert not await words_to_move(database)
        assert lying(tmp_path) == MOVED
        assert (await library.file_of(await library.find("elm", Actor(1, 2)))).read_bytes() == b"Elm"
        with pytest.raises(NothingCalled):
            await library.find("oak", Actor(9, 2))
        going_on, ended = [await job_by_id(database, number) for number in (1, 2)]
        assert going_on is not None
        assert ended is not None
        assert going_on.request == replace(TRAIN, name="oak", continue_from=str(tmp_path / "words" / "1" / "oak.pt"))
    put(tmp_path / "embeddings", "ash.pt", b"an operator's, later")
    async with opened(tmp_path) as (database, library):
        assert not await words_to_move(database)
        assert await library.find("ash", Actor(1, 2)) == Word("ash"), "nothing of before is taken for a person's"


async def test_a_folder_that_begins_now_has_nothing_to_move(tmp_path: Path) -> None:
    async with opened(tmp_path) as (database, _):
        assert not await words_to_move(database)


@pytest.mark.parametrize("dies_at", range(1, 11))
async def test_a_move_that_is_cut_short_is_done_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dies_at: int
) -> None:
    """At each change of the disk in turn."""
    as_it_was(tmp_path)
    changed: list[Path] = []

    def dying(change: Callable[..., Any]) -> Callable[..., Any]:
        def changing(path: Path, *to: Path) -> Any:
            changed.append(path)
            if len(changed) >= dies_at:
                raise OSError(5, "Input/output error", str(path))
            return change(path, *to)

        return changing

    async with opened(tmp_path) as (database, _):
        for change in ("replace", "unlink"):
            monkeypatch.setattr(Path, change, dying(getattr(Path, change)))
        with pytest.raises(CannotRun, match="cannot be moved"):
            await move_words(database, WordFiles(tmp_path))
        monkeypatch.undo()
    async with opened(tmp_path) as (database, _):
        assert await words_to_move(database)
        await move_words(database, WordFiles(tmp_path))
    assert lying(tmp_path) == MOVED


async def test_what_is_there_already_is_not_written_over(tmp_path: Path) -> None:
    """An older database was put back beside newer files."""
    as_it_was(tmp_path)
    put(tmp_path / "words" / "9", "ash.pt", b"learned since")
    async with opened(tmp_path) as (database, library):
        await move_words(database, WordFiles(tmp_path))
        assert (await library.file_of(await library.find("ash", Actor(9, 2)))).read_bytes() == b"learned since"
        assert (tmp_path / "embeddings" / "ash.pt").exists()


async def test_words_that_cannot_be_moved_are_told_of_and_nobody_is_served(tmp_path: Path) -> None:
    as_it_was(tmp_path)
    put(tmp_path, "words", b"in the way")
    async with opened(tmp_path) as (database, _):
        with pytest.raises(CannotRun, match="Words cannot be moved from embeddings/ to words/"):
            await move_words(database, WordFiles(tmp_path))
        assert await words_to_move(database)
    assert (tmp_path / "embeddings" / "oak.pt").exists()
