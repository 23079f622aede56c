"""Whether the database is still the file that was opened, and whole: both may end under a running bot."""

import asyncio
import sqlite3
from pathlib import Path

import aiosqlite
import structlog

from bot.db.backups import Backups
from bot.exits import CannotRun, TryLater

log = structlog.get_logger(__name__)

LOOK_SECONDS = 5.0
"""Between two looks at the file; an error of SQLite's that means damage is looked into at once."""
_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_IOERR_SHORT_READ)


class DamagedDatabase(CannotRun):
    """The file is not what SQLite wrote."""


class LostDatabase(CannotRun):
    """The file is not where it was opened any more: what is written now would be gone with the next start."""


def damage_in(error: BaseException) -> sqlite3.Error | None:
    """The error by which SQLite says that the file is damaged, also within a group; None where there is none."""
    if isinstance(error, BaseExceptionGroup):
        return next((found for part in error.exceptions if (found := damage_in(part)) is not None), None)
    code = getattr(error, "sqlite_errorcode", None)
    if isinstance(error, sqlite3.Error) and code in _DAMAGE:
        return error
    return None


def damaged(path: Path, backups: Backups, what: str) -> DamagedDatabase:
    """`what` is SQLite's own word for it."""
    return DamagedDatabase(f"{path} is damaged ({' '.join(what.split())}). {_advice(backups)}")


def _advice(backups: Backups) -> str:
    newest = backups.newest()
    return f"Put back the newest backup, {newest}." if newest else "There is no backup of it."


async def check_whole(connection: aiosqlite.Connection, path: Path, backups: Backups) -> None:
    """Raises DamagedDatabase for what SQLite can see: its pages, indexes and constraints, not every value."""
    async with connection.execute("PRAGMA integrity_check(1)") as cursor:
        row = await cursor.fetchone()
    if row is None or row[0] != "ok":
        raise damaged(path, backups, str(row[0]) if row else "no answer")


class Watch:
    """On one opened file."""

    def __init__(self, path: Path, backups: Backups) -> None:
        self._path = path
        self._journal = path.with_name(f"{path.name}-wal")
        self._backups = backups
        opened = path.stat()
        self._file = opened.st_dev, opened.st_ino
        self._size = opened.st_size
        self._suspected = asyncio.Event()

    def suspect(self, error: BaseException) -> None:
        """What was read or written there ended so."""
        if damage_in(error) is not None:
            self._suspected.set()

    async def keep(self, connection: aiosqlite.Connection, writing: asyncio.Lock) -> None:
        """For ever; `connection` still has all that a file held which was taken away, between two transactions.

        Raises LostDatabase and DamagedDatabase, and TryLater where a start mends it.
        """
        while True:
            if await asyncio.to_thread(self._is_gone):
                async with writing:
                    raise LostDatabase(await self._rescue(connection))
            if not await asyncio.to_thread(self._journal.exists):
                async with writing:
                    await connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                raise TryLater(f"{self._journal} was deleted while the bot ran. What was in it is saved.")
            if self._suspected.is_set():
                self._suspected.clear()
                await self._look_into()
                await asyncio.sleep(LOOK_SECONDS)
            try:
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._suspected.wait()
            except TimeoutError:
                pass

    def _is_gone(self) -> bool:
        """Deleted, moved away, or another in its place. SQLite's own file never shrinks here: what does is damaged."""
        try:
            found = self._path.stat()
        except FileNotFoundError:
            return True
        except OSError:  # the disk does not answer: that passes, or SQLite will say so
            return False
        if found.st_size < self._size:
            self._suspected.set()
        self._size = found.st_size
        return (found.st_dev, found.st_ino) != self._file

    async def _rescue(self, connection: aiosqlite.Connection) -> str:
        """Saves what the file held; the sentence that says what happened, and where to find it."""
        lost = f"{self._path} was moved, deleted or replaced while the bot ran."
        try:
            copy = await self._backups.make_rescue(connection)
        except (sqlite3.Error, OSError) as error:
            log.warning("what the database held could not be saved", error=str(error))
            return f"{lost} {_advice(self._backups)}"
        return f"{lost} All that it held is in {copy}: put that back."

    async def _look_into(self) -> None:
        """By a connection of its own: the others remember pages that are not on the disk any more."""
        try:
            async with aiosqlite.connect(f"{self._path.as_uri()}?mode=ro", uri=True) as connection:
                await check_whole(connection, self._path, self._backups)
        except sqlite3.Error as error:
            if damage_in(error) is not None:
                raise damaged(self._path, self._backups, str(error)) from error
            self._suspected.set()
            log.warning("the database could not be checked", error=str(error))
        else:
            log.warning("the database was looked into, and is whole")
