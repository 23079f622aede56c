"""Whose words there are: rows for owner and sharing, files for the words themselves."""

import asyncio
import errno
import json
import shutil
import sqlite3
import time
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from bot.access import Act, Actor, Thing, check, may
from bot.db.database import Database
from bot.errors import NameTaken, NoFileYet, NoSpace, NothingCalled, NotYours, StillLearning
from bot.files import copy_aside
from bot.folder_listing import FolderListing
from bot.jobs.job import ENDED, State
from bot.shelf import PICTURES, SUFFIXES, Shelf, files_in


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

    @property
    def thing(self) -> Thing:
        return Thing(self.owner_id, self.shared_with)


class Library:
    """Looks words up for a person on a server. Words that they may not use look as if they did not exist."""

    def __init__(self, database: Database, folder: Path, shelf: Shelf) -> None:
        """`folder` is the embeddings folder; the runs' stands beside it."""
        self._shelf = shelf
        self._database = database
        self.folder = folder
        self._runs = folder.parent / "runs"
        self._listing = FolderListing(folder)

    async def seen_by(self, actor: Actor) -> list[Word]:
        """Words that have a file and that this person may use here: their own first, each kind by name."""
        rows = self._database.queries.embeddings_seen_by(
            self._database.reader, person_id=actor.person_id, guild_id=actor.guild_id
        )
        words = [*[_word(row) async for row in rows], *await self._ownerless()]
        return sorted(words, key=lambda word: (word.owner_id != actor.person_id, word.name.casefold()))

    async def usable_by(self, actor: Actor) -> tuple[str, ...]:
        """Names that this person's prompts may use here and now."""
        return await usable_words(self._database, self._listing, actor)

    async def find(self, name: str, actor: Actor) -> Word:
        """The word, if this person may use it here. Raises NothingCalled.

        One that they may not use takes as long to be missed as one that does not exist. An operator's file need not
        be spelled as names are kept.
        """
        row = await self._database.queries.embedding_by_name(self._database.reader, name=spelled(name))
        if row is not None:
            found = _word(row)
            if may(actor, Act.USE, found.thing):
                return found
        alike = [word for word in await self._ownerless() if _same(word.name, name)]
        if not alike:
            raise NothingCalled(name=name)
        return next((word for word in alike if word.name.casefold() == name.casefold()), alike[0])

    async def own(self, name: str, actor: Actor) -> Word:
        """The word, if it is this person's. Raises NothingCalled for what they may not use, NotYours for the rest."""
        word = await self.find(name, actor)
        check(actor, Act.OWN, word.thing, refused=NotYours(), unseen=NothingCalled(name=name))
        return word

    async def exists(self, name: str) -> bool:
        """Whether the name is in use by anybody."""
        row = await self._database.queries.embedding_by_name(self._database.reader, name=name)
        return row is not None or name.casefold() in {stem.casefold() for stem in await self._stems()}

    async def share(self, word: Word, guild_id: int) -> None:
        """The members of a server may use the word from now on."""
        async with self._database.transaction() as queries:
            await queries.share_embedding(
                self._database.connection, name=word.name, owner_id=word.owner_id, guild_id=guild_id
            )

    async def unshare(self, word: Word) -> None:
        """The word is its owner's alone, on every server."""
        async with self._database.transaction() as queries:
            await queries.unshare_embedding(self._database.connection, name=word.name, owner_id=word.owner_id)

    async def file_of(self, word: Word) -> Path:
        """The word's file. Raises NoFileYet."""
        path = await self._file(word.name)
        if path is None:
            raise NoFileYet(name=word.name)
        return path

    async def to_train(self, name: str, person_id: int) -> Word | None:
        """The person's own word of this name, which learns on from its file; None for a name that is free.

        Raises NameTaken for anybody else's; StillLearning, NoFileYet.
        """
        row = await self._database.queries.embedding_by_name(self._database.connection, name=name)
        if row is None or row["owner_id"] != person_id:
            if await self.exists(name):
                raise NameTaken(name=name)
            return None
        word = _word(row)
        await self.check_settled(word)
        await self.file_of(word)
        return word

    async def if_owned(self, name: str, person_id: int) -> Word | None:
        """The word, file or not, if it is the person's own."""
        row = await self._database.queries.embedding_by_name(self._database.reader, name=name)
        return _word(row) if row is not None and row["owner_id"] == person_id else None

    async def file_if_owned(self, name: str, person_id: int) -> Path | None:
        """The file of a word that is the person's own and has one."""
        return await self._file(name) if await self.if_owned(name, person_id) else None

    async def add(self, word: Word, file: Path) -> None:
        """Takes a word with its file, which is called as the word. Raises NameTaken and NoSpace.

        The row first: a file without one would be everybody's, should the bot die between the two.
        """
        if await self.exists(word.name):
            raise NameTaken(name=word.name)
        try:
            async with self._database.transaction() as queries:
                await queries.add_embedding(self._database.connection, **_columns(word), created_at=time.time())
                for guild_id in word.shared_with:
                    await queries.share_embedding(
                        self._database.connection, name=word.name, owner_id=word.owner_id, guild_id=guild_id
                    )
        except sqlite3.IntegrityError:
            raise NameTaken(name=word.name) from None
        try:
            await asyncio.to_thread(copy_aside, file, self.folder)
        except OSError as error:
            await self._forget(word.name)
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise NoSpace from error
            raise

    async def replace(self, word: Word, file: Path) -> None:
        """Gives a word that has one another file. Raises NothingCalled, StillLearning, NoSpace."""
        async with self._database.transaction() as queries:
            row = await queries.embedding_by_name(self._database.connection, name=word.name)
            if row is None or row["owner_id"] != word.owner_id:
                raise NothingCalled(name=word.name)
            await self.check_settled(word)
            try:
                await asyncio.to_thread(copy_aside, file, self.folder)
            except OSError as error:
                if error.errno in (errno.ENOSPC, errno.EDQUOT):
                    raise NoSpace from error
                raise
            await queries.replace_embedding(
                self._database.connection,
                name=word.name,
                vectors=word.vectors,
                step=word.step,
                model=word.model,
                model_hash=word.model_hash,
            )

    async def remove(self, word: Word, *, with_runs: bool = False) -> None:
        """Takes the files away, then the row; neither where the name is somebody else's by now.

        Raises StillLearning where a run of the word was asked for meanwhile.
        """
        async with self._database.transaction() as queries:
            row = await queries.embedding_by_name(self._database.connection, name=word.name)
            if row is None or row["owner_id"] != word.owner_id:
                return
            await self.check_settled(word)
            if with_runs:
                await self.remove_runs(word)
            files = [path for stem, path in await self._files() if stem.casefold() == word.name.casefold()]
            await asyncio.to_thread(_unlink, files)
            await queries.delete_embedding(self._database.connection, name=word.name)

    async def remove_runs(self, word: Word) -> None:
        """Takes away what the word's runs left: checkpoints, snapshots, previews."""
        folders = [self._runs / str(row["id"]) for row in await self._jobs_of(word)]
        for folder in folders:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    async def check_settled(self, word: Word) -> None:
        """Raises StillLearning while a job makes or trains the word."""
        if any(State(row["state"]) not in ENDED for row in await self._jobs_of(word)):
            raise StillLearning(name=word.name)

    async def rename_runs(self, word: Word, new_name: str) -> None:
        """Tells the word's runs their new name, so that they can still be gone on with."""
        async with self._database.transaction() as queries:
            await queries.rename_jobs(
                self._database.connection, name=word.name, new_name=new_name, owner_id=word.owner_id
            )

    async def _jobs_of(self, word: Word) -> list[Any]:
        queries, connection = self._database.queries, self._database.reader
        rows = queries.jobs_of_embedding(connection, name=word.name, owner_id=word.owner_id)
        return [row async for row in rows]

    async def _forget(self, name: str) -> None:
        async with self._database.transaction() as queries:
            await queries.delete_embedding(self._database.connection, name=name)

    async def _file(self, name: str) -> Path | None:
        return next((path for stem, path in await self._files() if stem.casefold() == name.casefold()), None)

    async def _ownerless(self) -> list[Word]:
        """The operator's; a file that holds a program is nobody's to see or to take."""
        stems = set(await ownerless(self._database, self._listing, SUFFIXES))
        files: dict[str, Path] = {}
        for stem, path in await self._files():
            if stem in stems:
                files.setdefault(stem, path)
        harmless = await self._shelf.harmless(list(files.values()))
        return [Word(name=stem) for stem, path in files.items() if path in harmless]

    async def _stems(self) -> list[str]:
        return list(dict.fromkeys(stem for stem, _ in await self._files()))

    async def _files(self) -> list[tuple[str, Path]]:
        return await asyncio.to_thread(files_in, self._listing)


async def usable_words(database: Database, listing: FolderListing, actor: Actor) -> tuple[str, ...]:
    """Names that this person's prompts may use here and now, file or not: their own, those shared here, the operator's.

    Names that are not among them are plain text, whatever becomes of them while the prompt is drawn.
    """
    rows = database.queries.embeddings_usable_by(database.reader, person_id=actor.person_id, guild_id=actor.guild_id)
    theirs = [row["name"] async for row in rows]
    return (*theirs, *await ownerless(database, listing, (*SUFFIXES, *PICTURES)))


async def ownerless(database: Database, listing: FolderListing, suffixes: Sequence[str]) -> list[str]:
    """Stems of the files that have no row: they were put into the folder by the operator.

    The rows are read twice, since a word gets its row before its file, and loses its file before its row.
    """
    known = await _names(database)
    stems = dict.fromkeys(stem for stem, _ in await asyncio.to_thread(files_in, listing, suffixes))
    known |= await _names(database)
    return [stem for stem in stems if stem.casefold() not in known]


async def _names(database: Database) -> set[str]:
    return {row["name"].casefold() async for row in database.queries.all_embedding_names(database.reader)}


def spelled(text: str) -> str:
    """A typed name as `check_name` makes them: some keyboards write the same letters in other characters."""
    return unicodedata.normalize("NFKC", text).strip()


def _same(name: str, other: str) -> bool:
    return spelled(name).casefold() == spelled(other).casefold()


def _unlink(files: Sequence[Path]) -> None:
    for file in files:
        file.unlink(missing_ok=True)


def _word(row: Any) -> Word:
    columns = {field: row[field] for field in Word._fields}
    return Word(**{**columns, "shared_with": frozenset(json.loads(row["shared_with"]))})


def _columns(word: Word) -> dict[str, Any]:
    columns = word._asdict()
    del columns["shared_with"]
    return columns
