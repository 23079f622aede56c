"""Whose words there are: rows for owner and sharing, files for the words themselves."""

import asyncio
from pathlib import Path
from typing import Any, NamedTuple

from bot.db.database import Database
from bot.errors import NoFileYet, NothingCalled

SUFFIXES = frozenset({".pt", ".bin", ".safetensors"})


class Word(NamedTuple):
    """An embedding as people see it. Without an owner it was put into the folder by the operator, for everybody."""

    name: str
    owner_id: int | None = None
    shared: bool = False
    vectors: int | None = None
    step: int | None = None
    model: str | None = None
    model_hash: str | None = None
    job_id: int | None = None


class Library:
    """Looks words up for a person. Others' private words look as if they did not exist."""

    def __init__(self, database: Database, folder: Path) -> None:
        self._database = database
        self.folder = folder

    async def seen_by(self, person_id: int) -> list[Word]:
        """Own, shared and ownerless words that have a file, by name."""
        rows = self._database.queries.embeddings_seen_by(self._database.connection, person_id=person_id)
        words = [_word(row) async for row in rows]
        return sorted([*words, *await self._ownerless()], key=lambda word: word.name.casefold())

    async def hidden_from(self, person_id: int) -> tuple[str, ...]:
        """Names that this person's prompts must not use."""
        rows = self._database.queries.embeddings_hidden_from(self._database.connection, person_id=person_id)
        return tuple([row["name"] async for row in rows])

    async def find(self, name: str, person_id: int) -> Word:
        """The word, if this person may see it. Raises NothingCalled."""
        row = await self._database.queries.embedding_by_name(self._database.connection, name=name)
        if row is not None and (row["owner_id"] == person_id or row["shared"]):
            return _word(row)
        for word in [] if row is not None else await self._ownerless():
            if word.name.casefold() == name.casefold():
                return word
        raise NothingCalled(name=name)

    async def exists(self, name: str) -> bool:
        """Whether the name is in use by anybody."""
        row = await self._database.queries.embedding_by_name(self._database.connection, name=name)
        return row is not None or name.casefold() in {stem.casefold() for stem in await self._stems()}

    async def share(self, name: str, shared: bool) -> None:
        async with self._database.transaction() as queries:
            await queries.share_embedding(self._database.connection, name=name, shared=shared)

    async def file_of(self, word: Word) -> Path:
        """The word's file. Raises NoFileYet."""
        path = await self._file(word.name)
        if path is None:
            raise NoFileYet(name=word.name)
        return path

    async def file_if_owned(self, name: str, person_id: int) -> Path | None:
        """The file of a word that is the person's own and has one."""
        row = await self._database.queries.embedding_by_name(self._database.connection, name=name)
        if row is None or row["owner_id"] != person_id:
            return None
        return await self._file(name)

    async def _file(self, name: str) -> Path | None:
        stems = await self._stems()
        return next((path for stem, path in stems.items() if stem.casefold() == name.casefold()), None)

    async def _ownerless(self) -> list[Word]:
        rows = self._database.queries.all_embedding_names(self._database.connection)
        known = {row["name"].casefold() async for row in rows}
        return [Word(name=stem, shared=True) for stem in await self._stems() if stem.casefold() not in known]

    async def _stems(self) -> dict[str, Path]:
        return await asyncio.to_thread(_stems, self.folder)


def _stems(folder: Path) -> dict[str, Path]:
    return {path.stem: path for path in sorted(folder.rglob("*")) if path.suffix.lower() in SUFFIXES}


def _word(row: Any) -> Word:
    columns = {field: row[field] for field in Word._fields}
    return Word(**{**columns, "shared": bool(row["shared"])})
