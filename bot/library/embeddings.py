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
from bot.errors import NameTaken, NoFileYet, NoSpace, NothingCalled, NotYours, StillLearning
from bot.files.copies import copy_aside
from bot.files.folder_listing import FolderListing
from bot.files.hashes import FileHashes
from bot.library.mentions import may_be_meant
from bot.library.shelf import PICTURES, SUFFIXES, Shelf, files_in
from bot.texts.spelling import key, same, spelled
from trainer.protocol import LARGEST_WORD_FILE, WordFile, partner_stems


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
        """`folder` is the embeddings folder; the runs' stands beside it."""
        self._shelf = shelf
        self._database = database
        self.folder = folder
        self._runs = folder.parent / "runs"
        self._listing = FolderListing(folder)
        self._hashes = FileHashes()

    async def seen_by(self, actor: Actor) -> list[Word]:
        """Words that have a file and that this person may use here: their own first, each kind by name."""
        rows = self._database.queries.embeddings_seen_by(
            self._database.reader, person_id=actor.person_id, guild_id=actor.guild_id
        )
        words = [*[_word(row) async for row in rows], *await self._ownerless()]
        return sorted(words, key=lambda word: (not owns(actor.person_id, word.thing), key(word.name)))

    async def usable_by(self, actor: Actor) -> tuple[str, ...]:
        """Names that this person's prompts may use here and now."""
        return await usable_words(self._database, self._listing, actor)

    async def find(self, name: str, actor: Actor) -> Word:
        """The word, if this person may use it here. Raises NothingCalled.

        One that they may not use takes as long to be missed as one that does not exist. An operator's file need not
        be spelled as names are kept.
        """
        for found in await self._called(self._database.reader, name):
            if may(actor, Act.USE, found.thing):
                return found
        alike = [word for word in await self._ownerless() if same(word.name, name)]
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

    async def exists(self, name: str) -> bool:
        """Whether the name is in use by anybody."""
        if await self._called(self._database.reader, name):
            return True
        return key(name) in {key(stem) for stem in await self._stems()}

    async def share(self, word: Word, guild_id: int) -> None:
        """The members of a server may use the word from now on."""
        async with self._database.transaction() as queries:
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
        """The person's own word of this name, which learns on from its file; None for a name that is free.

        Raises NameTaken for anybody else's; StillLearning, NoFileYet.
        """
        word = await self.if_owned(name, person_id)
        if word is None:
            if await self.exists(name):
                raise NameTaken(name=name)
            return None
        await self.check_settled(word)
        await self.file_of(word)
        return word

    async def if_owned(self, name: str, person_id: int) -> Word | None:
        """The word, file or not, if it is the person's own."""
        called = await self._called(self._database.reader, name)
        return next((word for word in called if owns(person_id, word.thing)), None)

    async def private_keys(self, person_id: int) -> frozenset[str]:
        """Of the person's words that were shown to them alone."""
        rows = self._database.queries.private_embeddings(self._database.reader, owner_id=person_id)
        return frozenset([row["key"] async for row in rows])

    async def add(self, word: Word, file: Path) -> Word:
        """Takes a word with its file, which is called as the word; gives it its number. Raises NameTaken and NoSpace.

        The row first: a file without one would be everybody's, should the bot die between the two.
        """
        if await self.exists(word.name):
            raise NameTaken(name=word.name)
        async with self._database.transaction() as queries:
            if await self._called(self._database.connection, word.name):
                raise NameTaken(name=word.name)
            columns = {**_columns(word), "key": key(word.name), "created_at": time.time()}
            number = await queries.add_embedding(self._database.connection, **columns)
            for guild_id in word.shared_with:
                await queries.share_embedding(
                    self._database.connection, id=number, owner_id=word.owner_id, guild_id=guild_id
                )
        try:
            await asyncio.to_thread(copy_aside, file, self.folder)
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
                await asyncio.to_thread(copy_aside, file, self.folder)
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
        Raises NameTaken, NothingCalled, StillLearning, NoSpace.
        """
        taken = await self.add(word._replace(name=new_name, shared_with=frozenset()), file)
        try:
            async with self._database.transaction() as queries:
                await self._check_there(queries, word)
                await self.check_settled(word)
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

    async def _called(self, connection: Any, name: str) -> list[Word]:
        """Words with a row that go by this name; one, but for what was told apart before names were compared so."""
        name = spelled(name)
        rows = self._database.queries.embeddings_by_key(connection, key=key(name), name=name)
        return [_word(row) async for row in rows]

    async def _files_of(self, word: Word) -> list[Path]:
        """The word's files, that which is read first; none that is another's whose name has the same key."""
        others = {other.name for other in await self._called(self._database.reader, word.name)} - {word.name}
        found = [(stem, path) for stem, path in await self._files() if same(stem, word.name) and stem not in others]
        return [path for _, path in sorted(found, key=lambda each: each[0] != word.name)]

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


async def words_meant(
    database: Database, listing: FolderListing, hashes: FileHashes, actor: Actor, prompts: Sequence[str]
) -> tuple[WordFile, ...]:
    """The files of the words that this person's prompts may mean here and now, each as it is now.

    Of one name's the one that is preferred comes first.
    """
    usable = {name.lower() for name in await usable_words(database, listing, actor)}
    return await asyncio.to_thread(_files_meant, listing, hashes, usable, prompts)


def _files_meant(
    listing: FolderListing, hashes: FileHashes, usable: Set[str], prompts: Sequence[str]
) -> tuple[WordFile, ...]:
    meant = set(may_be_meant(usable, prompts))
    meant |= usable & {stem for name in meant for stem in partner_stems(name)}
    files = files_in(listing, (*SUFFIXES, *PICTURES))
    return tuple(
        WordFile(name=stem, path=str(path), sha256=_sha256(path, hashes))
        for stem, path in files
        if stem.lower() in meant
    )


def _sha256(path: Path, hashes: FileHashes) -> str:
    """Nothing for a file that the trainer will not read either, and says why."""
    try:
        return hashes.of(path) if path.stat().st_size <= LARGEST_WORD_FILE else ""
    except OSError:
        return ""


async def ownerless(database: Database, listing: FolderListing, suffixes: Sequence[str]) -> list[str]:
    """Stems of the files that have no row: they were put into the folder by the operator.

    The rows are read twice, since a word gets its row before its file, and loses its file before its row.
    """
    known = await _keys(database)
    stems = dict.fromkeys(stem for stem, _ in await asyncio.to_thread(files_in, listing, suffixes))
    known |= await _keys(database)
    return [stem for stem in stems if key(stem) not in known]


async def _keys(database: Database) -> set[str]:
    return {row["key"] async for row in database.queries.all_embedding_keys(database.reader)}


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
