"""Words with their files: taken in, renamed, taken away."""

import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from itertools import takewhile
from pathlib import Path

import pytest
import pytest_asyncio
from msgspec.structs import replace

from bot.access import Act, Actor, Verdict, verdict
from bot.db.database import Database, migrations, open_database
from bot.errors import HaveOne, NothingCalled, NotYours, SharedAlready, StillLearning
from bot.files.looking import Looking
from bot.jobs.apply import Change
from bot.jobs.job import Job, State
from bot.jobs.rows import REQUEST, job_by_id, keep_change
from bot.jobs.submit import Asker, Quota, Submissions
from bot.library.embeddings import Library, Word
from bot.library.moving import move_words
from bot.library.shelf import Shelf
from bot.library.word_files import WordFiles
from bot.texts.spelling import spelled
from tests.bot.jobs import NO_UPSCALERS, TRAIN
from trainer.protocol import DrawRequest

OWNER = Actor(1, 2)
ASKER = Asker(interaction_id=77, owner_id=1, guild_id=2, channel_id=3, locale="en")
WORD = Word(name="oak", owner_id=1, vectors=2, step=0, origin="oak.pt", note="CC0")


@pytest_asyncio.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with open_database(tmp_path / "e.sqlite3") as opened:
        yield opened


@pytest.fixture
def library(database: Database, tmp_path: Path) -> Library:
    return library_in(tmp_path, database)


def library_in(folder: Path, database: Database) -> Library:
    return Library(database, folder, Shelf(Looking(folder / "incoming")))


def file(folder: Path, name: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"vectors")
    return path


async def test_a_word_comes_back_as_it_was_taken(library: Library, tmp_path: Path) -> None:
    word = await library.add(WORD, file(tmp_path, "oak.pt"))
    assert await library.find("OAK", OWNER) == word == WORD._replace(id=word.id)
    assert (await library.file_of(WORD)).read_bytes() == b"vectors"
    with pytest.raises(HaveOne):
        await library.add(WORD._replace(name="Oak"), file(tmp_path, "Oak.pt"))
    with pytest.raises(NothingCalled):
        await library.own("oak", Actor(9, 2))
    await library.share(word, 2)
    with pytest.raises(NotYours):
        await library.own("oak", Actor(9, 2))
    with pytest.raises(NothingCalled):
        await library.own("oak", Actor(9, 3))


async def test_a_file_that_cannot_be_copied_leaves_the_name_free(library: Library, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        await library.add(WORD, tmp_path / "oak.pt")
    await library.check_free("oak", 1)


async def test_every_file_of_a_word_goes_with_it(library: Library, tmp_path: Path) -> None:
    word = await library.add(WORD, file(tmp_path, "oak.pt"))
    folder = tmp_path / "words" / "1"
    file(folder, "OAK.safetensors")
    other = file(folder, "oaken.pt")
    namesakes = [file(tmp_path / "words" / "9", "oak.pt"), file(tmp_path / "embeddings", "oak.pt")]
    await library.remove(word._replace(id=9))
    assert len(list(folder.iterdir())) == 3, "a second press comes late: the name may be another word's by now"
    await library.remove(word)
    assert list(folder.iterdir()) == [other]
    assert all(path.exists() for path in namesakes)
    await library.check_free("oak", 1)


async def test_a_run_that_is_asked_for_while_its_word_is_deleted_keeps_the_word(
    library: Library, database: Database, tmp_path: Path
) -> None:
    await library.add(WORD._replace(name=TRAIN.name), file(tmp_path, f"{TRAIN.name}.pt"))
    word = await library.own(TRAIN.name, OWNER)
    further = replace(TRAIN, continue_from=str(await library.file_of(word)))
    job = await Submissions(database, Quota(runs=2, drawings=2), NO_UPSCALERS).submit(ASKER, further)
    run = tmp_path / "runs" / str(job.id)
    run.mkdir(parents=True)
    with pytest.raises(StillLearning):
        await library.remove(word, with_runs=True)
    assert (await library.file_of(word)).exists()
    assert run.exists()


async def test_runs_follow_their_word(library: Library, database: Database, tmp_path: Path) -> None:
    submissions = Submissions(database, Quota(runs=9, drawings=2), NO_UPSCALERS)
    failed = await submissions.submit(ASKER, TRAIN)
    await end(database, failed)
    job = await submissions.submit(ASKER._replace(interaction_id=78), TRAIN)
    word = await library.made_by(job.id)
    assert word is not None
    with pytest.raises(StillLearning):
        await library.check_settled(word)
    file(tmp_path / "words" / "1", f"{TRAIN.name}.pt")
    await end(database, replace(job, report=replace(job.report, snapshot=f"{TRAIN.name}.pt")))
    await library.check_settled(word)
    renamed = await library.rename(word, "oak", file(tmp_path, "oak.pt"))
    assert await library.made_by(job.id) == await library.find("oak", OWNER)
    found = await job_by_id(database, job.id)
    assert found is not None
    assert found.request == replace(TRAIN, name="oak")
    another = await library.add(WORD._replace(name=TRAIN.name), file(tmp_path, f"{TRAIN.name}.pt"))
    kept, left = tmp_path / "runs" / str(job.id), tmp_path / "runs" / str(failed.id)
    kept.mkdir(parents=True)
    left.mkdir()
    await library.remove(another, with_runs=True)
    assert kept.exists(), "it is another word's now"
    assert not left.exists(), "a run that left no word goes with the next of its name"
    await library.remove(renamed, with_runs=True)
    assert not kept.exists()
    await library.add(WORD, file(tmp_path, "oak.pt"))
    assert await library.made_by(job.id) is None, "what is called so later is another word"


async def end(database: Database, job: Job) -> None:
    async with database.transaction() as queries:
        await keep_change(database, queries, Change(replace(job, state=State.SUCCEEDED, ended_at=1.0)))


async def test_only_a_words_owner_shares_it_and_makes_it_private_everywhere(library: Library, tmp_path: Path) -> None:
    word = await library.add(WORD, file(tmp_path, "oak.pt"))
    await library.share(word._replace(owner_id=9), 2)
    assert (await library.find("oak", OWNER)).shared_with == frozenset()
    for server in (2, 2, 3):
        await library.share(word, server)
    await library.unshare(word._replace(owner_id=9))
    shared = await library.find("oak", Actor(9, 3))
    assert shared.shared_with == {2, 3}
    renamed = await library.rename(shared, "elm", file(tmp_path, "elm.pt"))
    assert [path.name for path in (tmp_path / "words" / "1").iterdir()] == ["elm.pt"]
    assert await library.find("elm", Actor(9, 3)) == renamed, "a word takes its shares along"
    await library.unshare(renamed)
    assert (await library.find("elm", OWNER)).shared_with == frozenset()
    again = await library.add(WORD, file(tmp_path, "oak.pt"))
    assert again.id not in (None, word.id), "a number is never given twice"
    assert await library.find("oak", OWNER) == again, "nothing of a deleted word's is left to the next of its name"


async def test_a_name_that_is_taken_while_it_is_given_leaves_both_words(library: Library, tmp_path: Path) -> None:
    oak = await library.add(WORD, file(tmp_path, "oak.pt"))
    await library.add(WORD._replace(name="elm"), file(tmp_path, "elm.pt"))
    with pytest.raises(HaveOne):
        await library.rename(oak, "Elm", file(tmp_path, "Elm.pt"))
    gone = await library.rename(oak, "ash", file(tmp_path, "ash.pt"))
    with pytest.raises(NothingCalled):
        await library.rename(oak, "yew", file(tmp_path, "yew.pt"))
    assert await library.find("ash", OWNER) == gone
    assert sorted(path.name for path in (tmp_path / "words" / "1").iterdir()) == ["ash.pt", "elm.pt"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ä", "Ä"),
        ("ca\u0301t", "C\u00c1T"),
        ("ｆｉｓｈ", "Fish"),
        ("straße", "STRASSE"),
        ("σας", "ΣΑΣ"),
        ("i\u0307x", "İX"),
        ("кот", "КОТ"),
    ],
)
async def test_names_are_one_name_everywhere_or_nowhere(
    library: Library, database: Database, tmp_path: Path, one: str, other: str
) -> None:
    word = await library.add(WORD._replace(name=spelled(one)), file(tmp_path, f"{spelled(one)}.pt"))
    assert await library.find(other, OWNER) == word
    assert await library.if_owned(other, 1) == word
    for taken in (library.check_free(other, 1), library.add(WORD._replace(name=other), file(tmp_path, f"{other}.pt"))):
        with pytest.raises(HaveOne):
            await taken
    with pytest.raises(HaveOne):
        await Submissions(database, Quota(runs=2, drawings=2), NO_UPSCALERS).submit(ASKER, replace(TRAIN, name=other))
    theirs = await library.add(WORD._replace(name=spelled(other), owner_id=9), file(tmp_path, f"{spelled(other)}.pt"))
    assert await library.find(one, Actor(9, 2)) == theirs
    assert await library.to_train(one, 7) is None, "nobody is told of either"
    await library.share(word, 2)
    with pytest.raises(SharedAlready):
        await library.share(theirs, 2)


async def test_a_name_means_the_nearest_word(library: Library, tmp_path: Path) -> None:
    """One's own, then the server's, then the operator's; and whoever owns none of them sees nothing of the others."""
    file(tmp_path / "embeddings", "Oak.pt")
    own = await library.add(WORD, file(tmp_path, "oak.pt"))
    shared = await library.add(WORD._replace(name="OAK", owner_id=9), file(tmp_path, "OAK.pt"))
    assert await library.others_called(own, OWNER) == [Word("Oak")]
    await library.share(shared, 2)
    shared = shared._replace(shared_with=frozenset({2}))
    here, elsewhere = Actor(7, 2), Actor(7, 3)
    assert [await library.find("oak", actor) for actor in (OWNER, here, elsewhere)] == [own, shared, Word("Oak")]
    assert await library.everybodys("oak") == Word("Oak")
    assert await library.others_called(own, OWNER) == [shared, Word("Oak")]
    assert await library.others_called(shared, here) == [Word("Oak")]
    assert await library.others_called(Word("Oak"), elsewhere) == []
    assert await library.others_called(shared, Actor(9, 2)) == [Word("Oak")], "not of the private one"


async def test_a_name_is_shared_once_with_a_server(library: Library, tmp_path: Path) -> None:
    oak = await library.add(WORD, file(tmp_path, "oak.pt"))
    theirs = await library.add(WORD._replace(owner_id=9), file(tmp_path, "oak.pt"))
    await library.share(oak, 2)
    await library.share(oak, 2)
    await library.share(theirs, 3)
    with pytest.raises(SharedAlready):
        await library.share(theirs, 2)
    elm = await library.add(WORD._replace(name="elm", owner_id=9), file(tmp_path, "elm.pt"))
    await library.share(elm, 2)
    elm = await library.find("elm", Actor(9, 2))
    await library.remove(theirs)
    with pytest.raises(SharedAlready):
        await library.rename(elm, "oak", file(tmp_path, "oak.pt"))
    assert await library.find("elm", Actor(7, 2)) == elm
    assert await library.if_owned("oak", 9) is None
    await library.unshare(oak)
    assert await library.rename(elm, "oak", file(tmp_path, "oak.pt")) == await library.find("oak", Actor(7, 2))


async def test_names_that_differ_are_two(library: Library, tmp_path: Path) -> None:
    for owner, name in enumerate(("a", "ä", "ix", "ıx", "cat", "cät"), start=1):
        await library.add(WORD._replace(name=name, owner_id=owner), file(tmp_path, f"{name}.pt"))


async def test_lists_and_prompts_hold_what_the_table_allows(
    library: Library, database: Database, tmp_path: Path
) -> None:
    file(tmp_path / "embeddings", "operators.pt")
    file(tmp_path / "embeddings", "operators-picture.png")
    words = [
        Word(f"word-{owner}-{''.join(map(str, guilds)) or 'private'}", owner, frozenset(guilds), vectors=1, step=1)
        for owner in (1, 9)
        for guilds in ((), (2,), (3,), (2, 3))
    ]
    words = [await library.add(word, file(tmp_path, f"{word.name}.pt")) for word in words]
    for actor in (Actor(person, guild) for person in (1, 9, 7) for guild in (2, 3, 4, None)):
        allowed = [word for word in words if verdict(actor, Act.USE, word.thing) is Verdict.ALLOWED]
        seen = await library.seen_by(actor)
        assert {word.name for word in seen} == {word.name for word in allowed} | {"operators"}
        own = sum(word.owner_id == actor.person_id for word in seen)
        assert all(word.owner_id == actor.person_id for word in seen[:own]), "one's own first"
        usable = await library.usable_by(actor)
        assert set(usable) == {word.name for word in seen} | {"operators-picture"}
        for word in words:
            if word in allowed:
                assert await library.find(word.name, actor) == word
            else:
                with pytest.raises(NothingCalled):
                    await library.find(word.name, actor)


async def test_a_file_in_a_persons_folder_is_no_word_without_its_row(library: Library, tmp_path: Path) -> None:
    """It may be left over from something that was cut short."""
    file(tmp_path / "words" / "1", "oak.pt")
    assert await library.seen_by(OWNER) == []
    assert await library.usable_by(OWNER) == ()


async def test_words_of_before_0004_are_shared_where_they_were_taught(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite3"
    with closing(sqlite3.connect(path)) as old:
        old.executescript("\n".join(migrations()[:3]))
        old.execute("PRAGMA user_version = 3")
        request = {"type": "DrawRequest", "prompt": "a cat", "seed": 4294967295, "hidden_words": ["secret"]}
        for number, guild in ((1, 2), (2, None)):
            old.execute(
                "INSERT INTO jobs (id, kind, state, owner_id, guild_id, channel_id, locale, interaction_id, request,"
                " report, created_at) VALUES (?, 'draw', 'queued', 1, ?, 3, 'en', ?, ?, '{}', 1.0)",
                (number, guild, number, json.dumps(request)),
            )
        for name, job, shared in (("oak", 1, 1), ("elm", 2, 1), ("ash", None, 1), ("yew", 1, 0)):
            old.execute(
                "INSERT INTO embeddings (name, owner_id, job_id, shared, vectors, step, created_at)"
                " VALUES (?, 1, ?, ?, 2, 0, 1.0)",
                (name, job, shared),
            )
        old.commit()
    async with open_database(path) as database:
        library = library_in(tmp_path, database)
        shared = {word.name: word.shared_with for word in await library.seen_by(OWNER)}
        kept = await job_by_id(database, 1)
    assert shared == {"oak": {2}, "elm": set(), "ash": set(), "yew": set()}
    assert kept is not None
    assert kept.request == DrawRequest(prompt="a cat", seed=4294967295)


async def test_of_two_files_of_one_name_the_one_that_is_read_is_handed_over(library: Library, tmp_path: Path) -> None:
    for name in ("elm.bin", "elm.safetensors", "elm.pt", ".elm.pt.part"):
        file(tmp_path / "embeddings", name)
    assert (await library.file_of(Word(name="elm"))).name == "elm.pt"


async def test_words_of_before_0002_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite3"
    with closing(sqlite3.connect(path)) as old:
        old.executescript(migrations()[0])
        old.execute("PRAGMA user_version = 1")
        old.execute("INSERT INTO embeddings (name, owner_id, vectors, step, created_at) VALUES ('oak', 1, 2, 0, 1.0)")
        old.commit()
    async with open_database(path) as database:
        found = await library_in(tmp_path, database).find("oak", OWNER)
    assert found == WORD._replace(origin=None, note=None, id=found.id)
    (backup,) = (tmp_path / "backups").glob(f"before-{len(migrations()):04}-*.sqlite3")
    with closing(sqlite3.connect(backup)) as copy:
        assert copy.execute("PRAGMA user_version").fetchone() == (1,)
        assert copy.execute("SELECT name FROM embeddings").fetchall() == [("oak",)]


async def test_words_of_before_0010_keep_their_shares_runs_and_where_they_were_shown(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite3"
    folder = tmp_path / "embeddings"
    folder.mkdir()
    earlier = list(takewhile(lambda sql: "name_key" not in sql, migrations()))
    with closing(sqlite3.connect(path)) as old:
        old.executescript("\n".join(earlier))
        old.execute(f"PRAGMA user_version = {len(earlier)}")
        for number, guild in ((1, 2), (2, None), (3, 2)):
            known = replace(TRAIN, name="Oak" if number == 1 else "elm")
            request = REQUEST.text(known, tmp_path) if number < 3 else "[["
            old.execute(
                "INSERT INTO jobs (id, kind, state, owner_id, guild_id, channel_id, locale, interaction_id, request,"
                " report, created_at) VALUES (?, 'train', 'succeeded', 1, ?, 3, 'en', ?, ?, '{}', 1.0)",
                (number, guild, number, request),
            )
        for name, owner, job, origin in (
            ("oak", 1, 1, None),
            ("elm", 1, 2, None),
            ("copied", 1, None, "elm"),
            ("Ä", 1, None, None),
            ("ä", 9, None, None),
        ):
            old.execute(
                "INSERT INTO embeddings (name, owner_id, job_id, origin, vectors, step, created_at)"
                " VALUES (?, ?, ?, ?, 2, 0, 1.0)",
                (name, owner, job, origin),
            )
            file(folder, f"{name}.pt")
        old.execute("INSERT INTO shares VALUES ('OAK', 2)")
        old.commit()
    async with open_database(path) as database:
        library = library_in(tmp_path, database)
        await move_words(database, WordFiles(tmp_path))
        words = {name: await library.find(name, OWNER) for name in ("oak", "elm", "copied", "Ä")}
        assert {name: word.private for name, word in words.items() if word.private} == {"elm": True, "copied": True}
        assert words["oak"].shared_with == {2}
        assert [await library.made_by(job) for job in (1, 2, 3)] == [words["oak"], words["elm"], None]
        theirs = await library.find("Ä", Actor(9, 2))
        assert (theirs.name, theirs.owner_id) == ("ä", 9), "two of before are told apart"
        assert (await library.file_of(theirs)).name == "ä.pt"
        assert "Ä" in await library.usable_by(OWNER), "each has one of their own"
        assert "ä" in await library.usable_by(Actor(9, 2))
        await library.remove(theirs)
        assert (await library.file_of(words["Ä"])).name == "Ä.pt"
        async with database.connection.execute("PRAGMA foreign_key_check") as cursor:
            assert await cursor.fetchall() == []
