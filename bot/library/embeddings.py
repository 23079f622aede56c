"""Whose words there are: rows for owner and sharing, files for the words themselves."""

import asyncio
import errno
import json
import shutil
import time
from collections.abc import Sequence, Set
from pathlib import Path
from typing import Any, NamedTuple

from bot.access import Act, Actor, Thing, check, may, owns
from bot.db.database import Database
from bot.errors import HaveOne, NoFileYet, NoSpace, NothingCalled, NotYours, SharedAlready, StillLearning
from bot.files.copies import copy_aside
from bot.files.hashes import FileHashes
from bot.library.meanings import usable_words
from bot.library.shelf import Shelf
from bot.library.word_files import WordFiles
from bot.texts.spelling import key, same, spelled


class Word(NamedTuple):
    """An embedding as people see it. Without an owner it was put into the folder by the operator, for everybody."""

    name: str
    owner_id: int | None = None
    shared_with: frozenset[int] = frozenset()
    """The servers whose members may use it, besides its owner."""
    vectors: int | None = None
    step: int | None = None
    model: str | None = None
    model_hash: str | None = None
    job_id: int | None = None
    origin: str | None = None
    """Where it came from, if it was not learned here: a file's name, a concept of the hub, another word."""
    note: str | None = None
    private: bool = False
    """What was made of it last was shown to its person alone; so is what follows, unless they say otherwise."""
    id: int | None = None
    """It outlives the name. An operator's has none."""

    @property
    def thing(self) -> Thing:
        return Thing(self.owner_id, self.shared_with)


class Library:
    """Looks words up for a person on a server. Words that they may not use look as if they did not exist."""

    def __init__(self, database: Database, folder: Path, shelf: Shelf) -> None:
        """`folder` is the data folder."""
        self._shelf = shelf
        self._database = database
        self._word_files = WordFiles(folder)
        self._runs = folder / "runs"
        self._hashes = FileHashes()

    async def seen_by(self, actor: Actor) -> list[Word]:
        """Words that have a file and that this person may use here: their own first, each kind by name."""
        rows = self._database.queries.embeddings_seen_by(
            self._database.reader, person_id=actor.person_id, guild_id=actor.guild_id
        )
        words = [*[_word(row) async for row in rows], *await self._everybodys()]
        return sorted(words, key=lambda word: (not owns(actor.person_id, word.thing), key(word.name)))

    async def usable_by(self, actor: Actor) -> tuple[str, ...]:
        """Names that this person's prompts may use here and now."""
        return await usable_words(self._database, self._word_files, actor)

    async def find(self, name: str, actor: Actor) -> Word:
        """The nearest word of this name: the person's own, one shared here, the operator's. Raises NothingCalled.

        One that they may not use takes as long to be missed as one that does not exist.
        """
        called = await self._called(self._database.reader, name, actor)
        return called[0] if called else await self.everybodys(name)

    async def everybodys(self, name: str) -> Word:
        """The operator's word of this name, which need not be spelled as names are kept. Raises NothingCalled."""
        alike = [word for word in await self._everybodys() if same(word.name, name)]
        if not alike:
            raise NothingCalled(name=name)
        return next((word for word in alike if word.name.casefold() == name.casefold()), alike[0])

    async def numbered(self, number: int, name: str, actor: Actor) -> Word:
        """The word of this number, whatever it is called by now; `name` is what the person knows it by.

        Raises NothingCalled.
        """
        row = await self._database.queries.embedding_by_id(self._database.reader, id=number)
        return self._if_usable(row, name, actor)

    async def made_by(self, job_id: int) -> Word | None:
        """The word that a job makes or trains, whatever it is called by now."""
        row = await self._database.queries.embedding_of_job(self._database.reader, job_id=job_id)
        return _word(row) if row is not None else None

    async def usable_of_job(self, job_id: int, name: str, actor: Actor) -> Word:
        """Likewise, if this person may use it here; `name` is what they know it by. Raises NothingCalled."""
        row = await self._database.queries.embedding_of_job(self._database.reader, job_id=job_id)
        return self._if_usable(row, name, actor)

    async def job_of_message(self, message_id: int) -> int | None:
        """The job whose card or result a message is."""
        job_id = await self._database.queries.job_of_message(self._database.reader, message_id=message_id)
        return None if job_id is None else int(job_id)

    def _if_usable(self, row: Any, name: str, actor: Actor) -> Word:
        if row is None or not may(actor, Act.USE, (found := _word(row)).thing):
            raise NothingCalled(name=name)
        return found

    async def own(self, name: str, actor: Actor) -> Word:
        """The word, if it is this person's. Raises NothingCalled for what they may not use, NotYours for the rest."""
        word = await self.find(name, actor)
        self.check_own(word, name, actor)
        return word

    def check_own(self, word: Word, name: str, actor: Actor) -> None:
        """Of a word that this person knows by `name`. Raises NothingCalled and NotYours."""
        check(actor, Act.OWN, word.thing, refused=NotYours(), unseen=NothingCalled(name=name))

    async def others_called(self, word: Word, actor: Actor) -> list[Word]:
        """What else this person could mean by the word's name, the nearest first."""
        seen = [other for other in await self.seen_by(actor) if same(other.name, word.name)]
        return [other for other in seen if (other.id, other.owner_id) != (word.id, word.owner_id)]

    async def share(self, word: Word, guild_id: int) -> None:
        """The members of a server may use the word from now on. Raises SharedAlready where they have one so called."""
        async with self._database.transaction() as queries:
            await self._check_unshared(queries, word.id, word.name, {guild_id})
            await queries.share_embedding(
                self._database.connection, id=word.id, owner_id=word.owner_id, guild_id=guild_id
            )

    async def unshare(self, word: Word) -> None:
        """The word is its owner's alone, on every server."""
        async with self._database.transaction() as queries:
            await queries.unshare_embedding(self._database.connection, id=word.id, owner_id=word.owner_id)

    async def file_of(self, word: Word) -> Path:
        """The word's file. Raises NoFileYet."""
        files = await self._files_of(word)
        if not files:
            raise NoFileYet(name=word.name)
        return files[0]

    async def sha256_of(self, word: Word) -> str:
        """Of the word's file, 64 hexadecimal digits. Raises NoFileYet, OSError."""
        return await asyncio.to_thread(self._hashes.of, await self.file_of(word))

    async def to_train(self, name: str, person_id: int) -> Word | None:
        """The person's own word of this name, which learns on from its file; None where they have none.

        Raises StillLearning, NoFileYet.
        """
        word = await self.if_owned(name, person_id)
        if word is None:
            return None
        await self.check_settled(word)
        await self.file_of(word)
        return word

    async def if_owned(self, name: str, person_id: int) -> Word | None:
        """The word, file or not, if it is the person's own."""
        called = await self._called(self._database.reader, name, Actor(person_id, None))
        return called[0] if called else None

    async def check_free(self, name: str, person_id: int) -> None:
        """Raises HaveOne for the name of one of the person's own words."""
        if await self.if_owned(name, person_id) is not None:
            raise HaveOne(name=name)

    async def private_keys(self, person_id: int) -> frozenset[str]:
        """Of the person's words that were shown to them alone."""
        rows = self._database.queries.private_embeddings(self._database.reader, owner_id=person_id)
        return frozenset([row["key"] async for row in rows])

    async def add(self, word: Word, file: Path) -> Word:
        """Takes a person's word with its file, which is called as the word; gives it its number.

        Raises HaveOne and NoSpace.
        """
        assert word.owner_id is not None
        async with self._database.transaction() as queries:
            if await self._called(self._database.connection, word.name, Actor(word.owner_id, None)):
                raise HaveOne(name=word.name)
            columns = {**_columns(word), "key": key(word.name), "created_at": time.time()}
            number = await queries.add_embedding(self._database.connection, **columns)
            for guild_id in word.shared_with:
                await queries.share_embedding(
                    self._database.connection, id=number, owner_id=word.owner_id, guild_id=guild_id
                )
        try:
            await asyncio.to_thread(copy_aside, file, self._word_files.folder_of(word.owner_id))
        except OSError as error:
            async with self._database.transaction() as queries:
                await queries.delete_embedding(self._database.connection, id=number)
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise NoSpace from error
            raise
        return word._replace(id=number)

    async def replace(self, word: Word, file: Path) -> None:
        """Gives a word that has one another file. Raises NothingCalled, StillLearning, NoSpace."""
        async with self._database.transaction() as queries:
            await self._check_there(queries, word)
            await self.check_settled(word)
            try:
                await asyncio.to_thread(copy_aside, file, self._word_files.folder_of(word.owner_id))
            except OSError as error:
                if error.errno in (errno.ENOSPC, errno.EDQUOT):
                    raise NoSpace from error
                raise
            await queries.replace_embedding(
                self._database.connection,
                id=word.id,
                vectors=word.vectors,
                step=word.step,
                model=word.model,
                model_hash=word.model_hash,
            )

    async def rename(self, word: Word, new_name: str, file: Path) -> Word:
        """The same word under another name, with a file that is called so; its runs, shares and buttons follow it.

        The new name is taken, and its file there, before the old file goes: a bot that dies between leaves two words
        of the same person's, and never a file without a row.
        Raises HaveOne, SharedAlready, NothingCalled, StillLearning, NoSpace.
        """
        taken = await self.add(word._replace(name=new_name, shared_with=frozenset()), file)
        try:
            async with self._database.transaction() as queries:
                await self._check_there(queries, word)
                await self.check_settled(word)
                await self._check_unshared(queries, word.id, new_name, word.shared_with)
                await asyncio.to_thread(_unlink, await self._files_of(word))
                await queries.delete_embedding(self._database.connection, id=taken.id)
                renamed = {"id": word.id, "name": new_name, "key": key(new_name)}
                await queries.rename_embedding(self._database.connection, **renamed)
                await queries.rename_jobs(self._database.connection, id=word.id, new_name=new_name)
        except BaseException:
            await self.remove(taken)
            raise
        return taken._replace(id=word.id, shared_with=word.shared_with)

    async def remove(self, word: Word, *, with_runs: bool = False) -> None:
        """Takes the files away, then the row; nothing where the word is gone by now.

        Raises StillLearning where a run of the word was asked for meanwhile.
        """
        async with self._database.transaction() as queries:
            row = await queries.embedding_by_id(self._database.connection, id=word.id)
            if row is None or row["name"] != word.name:
                return
            await self.check_settled(word)
            if with_runs:
                await self.remove_runs(word)
            await asyncio.to_thread(_unlink, await self._files_of(word))
            await queries.delete_embedding(self._database.connection, id=word.id)

    async def _check_there(self, queries: Any, word: Word) -> None:
        """Inside a transaction. Raises NothingCalled for a word that was deleted or renamed meanwhile."""
        row = await queries.embedding_by_id(self._database.connection, id=word.id)
        if row is None or row["name"] != word.name:
            raise NothingCalled(name=word.name)

    async def remove_runs(self, word: Word) -> None:
        """Takes away what the word's runs left: checkpoints, snapshots, previews; also those that left no word."""
        runs = [row["id"] for row in await self._jobs_of(word)]
        rows = self._database.queries.jobs_without_embedding(self._database.reader, owner_id=word.owner_id)
        runs += [row["id"] async for row in rows if row["name"] is not None and same(row["name"], word.name)]
        for run in runs:
            await asyncio.to_thread(shutil.rmtree, self._runs / str(run), ignore_errors=True)

    async def check_settled(self, word: Word) -> None:
        """Raises StillLearning while a job makes or trains the word."""
        if any(row["going_on"] for row in await self._jobs_of(word)):
            raise StillLearning(name=word.name)

    async def _jobs_of(self, word: Word) -> list[Any]:
        rows = self._database.queries.jobs_of_embedding(self._database.reader, id=word.id)
        return [row async for row in rows]

    async def _check_unshared(self, queries: Any, word_id: int | None, name: str, guild_ids: Set[int]) -> None:
        """Raises SharedAlready where another word of this name is shared with one of the servers: there it is one's."""
        for guild_id in guild_ids:
            rows = queries.embeddings_shared_as(self._database.connection, guild_id=guild_id, key=key(name))
            if any([row["id"] != word_id async for row in rows]):
                raise SharedAlready(name=name)

    async def _called(self, connection: Any, name: str, actor: Actor) -> list[Word]:
        """Words with a row, of this name, that the person may use here: their own first, then as it is spelled."""
        name = spelled(name)
        rows = self._database.queries.embeddings_called(
            connection, key=key(name), name=name, person_id=actor.person_id, guild_id=actor.guild_id
        )
        return [_word(row) async for row in rows]

    async def _files_of(self, word: Word) -> list[Path]:
        """The word's files, that which is read first; none that is another's whose name has the same key."""
        others: set[str] = set()
        if word.owner_id is not None:
            called = await self._called(self._database.reader, word.name, Actor(word.owner_id, None))
            others = {other.name for other in called} - {word.name}
        files = await asyncio.to_thread(self._word_files.of, word.owner_id)
        found = [(stem, path) for stem, path in files if same(stem, word.name) and stem not in others]
        return [path for _, path in sorted(found, key=lambda each: each[0] != word.name)]

    async def _everybodys(self) -> list[Word]:
        """The operator's; a file that holds a program is nobody's to see or to take."""
        files: dict[str, Path] = {}
        for stem, path in await asyncio.to_thread(self._word_files.of, None):
            files.setdefault(stem, path)
        harmless = await self._shelf.harmless(list(files.values()))
        return [Word(name=stem) for stem, path in files.items() if path in harmless]


def _unlink(files: Sequence[Path]) -> None:
    for file in files:
        file.unlink(missing_ok=True)


def _word(row: Any) -> Word:
    columns = {field: row[field] for field in Word._fields}
    shared_with = frozenset(json.loads(row["shared_with"]))
    return Word(**{**columns, "shared_with": shared_with, "private": bool(row["private"])})


def _columns(word: Word) -> dict[str, Any]:
    columns = word._asdict()
    del columns["shared_with"], columns["id"]
    return columns
