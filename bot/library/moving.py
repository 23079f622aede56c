"""People's words lay among the operator's in `embeddings/` until migration 0013; each goes to its person's folder."""

import asyncio
import filecmp
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import structlog

from bot.db.database import Database
from bot.exits import CannotRun
from bot.files.copies import copy_aside
from bot.library.shelf import PICTURES, SUFFIXES
from bot.library.word_files import WordFiles
from bot.texts.spelling import key

log = structlog.get_logger(__name__)

TO_MOVE = "words to move"
"""The fact that the migration leaves, where there are words; it goes when all are moved."""


class _Move(NamedTuple):
    file: Path
    owner_id: int


async def words_to_move(database: Database) -> bool:
    return bool(await database.queries.get_fact(database.connection, key=TO_MOVE))


async def move_words(database: Database, files: WordFiles) -> None:
    """Before anybody is served. One that is cut short is done again: what has been moved is no longer found.

    Raises CannotRun where a file cannot be moved: it would be everybody's.
    """
    rows = [row async for row in database.queries.all_embeddings(database.connection)]
    moves = await asyncio.to_thread(_moves, files, rows)
    try:
        await asyncio.to_thread(_carry_out, files, moves)
    except OSError as error:
        raise CannotRun(
            f"Words cannot be moved from embeddings/ to words/: {error.filename}: {error.strerror}."
        ) from error
    async with database.transaction() as queries:
        await queries.delete_fact(database.connection, key=TO_MOVE)
    log.info("words moved to their people's folders", files=len(moves))


def _moves(files: WordFiles, rows: Sequence[Any]) -> list[_Move]:
    """Every file that was a person's: by its exact name where two of them have one key, or else by that."""
    exact: Mapping[str, int] = {row["name"]: row["owner_id"] for row in reversed(rows)}
    alike: Mapping[str, int] = {row["key"]: row["owner_id"] for row in reversed(rows)}
    found = files.of(None, (*SUFFIXES, *PICTURES))
    owners = ((path, exact.get(stem, alike.get(key(stem)))) for stem, path in found)
    return [_Move(path, owner_id) for path, owner_id in owners if owner_id is not None]


def _carry_out(files: WordFiles, moves: Sequence[_Move]) -> None:
    """Raises OSError."""
    for file, owner_id in moves:
        folder = files.folder_of(owner_id)
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / file.name
        if target.exists() and not filecmp.cmp(file, target, shallow=False):
            log.warning(
                "a word of this name has been moved before, so that this file is the operator's", file=str(file)
            )
            continue
        copy_aside(file, folder)
        _settle(folder)  # before the other goes: a power cut must not take both
        file.unlink()


def _settle(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
