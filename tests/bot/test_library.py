"""Words with their files: taken in, renamed, taken away."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
import pytest_asyncio
from msgspec.structs import replace

from bot.db.database import Database, migrations, open_database
from bot.errors import NameTaken, NothingCalled, NotYours, StillLearning
from bot.jobs.apply import Change
from bot.jobs.job import State
from bot.jobs.rows import job_by_id, keep_change
from bot.jobs.submit import Asker, Quota, Submissions
from bot.library import Library, Word
from tests.bot.jobs import TRAIN

ASKER = Asker(interaction_id=77, owner_id=1, guild_id=2, channel_id=3, locale="en")
WORD = Word(name="oak", owner_id=1, vectors=2, step=0, origin="oak.pt", note="CC0")


@pytest_asyncio.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with open_database(tmp_path / "e.sqlite3") as opened:
        yield opened


@pytest.fixture
def library(database: Database, tmp_path: Path) -> Library:
    (tmp_path / "embeddings").mkdir()
    return Library(database, tmp_path / "embeddings")


def file(folder: Path, name: str) -> Path:
    path = folder / name
    path.write_bytes(b"vectors")
    return path


async def test_a_word_comes_back_as_it_was_taken(library: Library, tmp_path: Path) -> None:
    await library.add(WORD, file(tmp_path, "oak.pt"))
    assert await library.find("OAK", 1) == WORD
    assert (await library.file_of(WORD)).read_bytes() == b"vectors"
    with pytest.raises(NameTaken):
        await library.add(WORD._replace(name="Oak", owner_id=9), file(tmp_path, "Oak.pt"))
    with pytest.raises(NothingCalled):
        await library.own("oak", 9)
    await library.share("oak", shared=True)
    with pytest.raises(NotYours):
        await library.own("oak", 9)


async def test_a_file_that_cannot_be_copied_leaves_the_name_free(library: Library, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        await library.add(WORD, tmp_path / "oak.pt")
    assert not await library.exists("oak")


async def test_every_file_of_a_word_goes_with_it(library: Library, tmp_path: Path) -> None:
    await library.add(WORD, file(tmp_path, "oak.pt"))
    file(library.folder, "OAK.safetensors")
    other = file(library.folder, "oaken.pt")
    await library.remove(WORD)
    assert list(library.folder.iterdir()) == [other]
    assert not await library.exists("oak")


async def test_runs_follow_their_word(library: Library, database: Database, tmp_path: Path) -> None:
    job = await Submissions(database, Quota(runs=2, drawings=2)).submit(ASKER, TRAIN)
    word = Word(name=TRAIN.name, owner_id=1)
    with pytest.raises(StillLearning):
        await library.check_settled(word)
    async with database.transaction() as queries:
        await keep_change(database, queries, Change(replace(job, state=State.SUCCEEDED, ended_at=1.0)))
    await library.check_settled(word)
    await library.rename_runs(word, "oak")
    renamed = await job_by_id(database, job.id)
    assert renamed is not None
    assert renamed.request == replace(TRAIN, name="oak")
    kept = tmp_path / "runs" / str(job.id)
    kept.mkdir(parents=True)
    await library.remove_runs(word)
    assert kept.exists(), "they are another word's now"
    await library.remove_runs(WORD._replace(owner_id=9))
    assert kept.exists(), "and another person's"
    await library.remove_runs(WORD)
    assert not kept.exists()


async def test_of_two_files_of_one_name_the_one_that_is_read_is_handed_over(library: Library) -> None:
    for name in ("elm.bin", "elm.safetensors", "elm.pt", ".elm.pt.part"):
        file(library.folder, name)
    assert (await library.file_of(Word(name="elm"))).name == "elm.pt"


async def test_words_of_before_0002_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite3"
    with closing(sqlite3.connect(path)) as old:
        old.executescript(migrations()[0])
        old.execute("PRAGMA user_version = 1")
        old.execute("INSERT INTO embeddings (name, owner_id, vectors, step, created_at) VALUES ('oak', 1, 2, 0, 1.0)")
        old.commit()
    (tmp_path / "embeddings").mkdir()
    async with open_database(path) as database:
        found = await Library(database, tmp_path / "embeddings").find("oak", 1)
    assert found == WORD._replace(origin=None, note=None)
    assert path.with_name("old.sqlite3.before-2").exists() or len(migrations()) > 2
