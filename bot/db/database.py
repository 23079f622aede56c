"""The one SQLite file, which only the bot writes: opening, migrating, transactions."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from importlib.resources import files
from pathlib import Path
from typing import Any

import aiosql
import aiosqlite
import structlog

from bot.db.backups import Backups
from bot.db.identity import Identity
from bot.db.reader import Reader, open_reader, readable
from bot.db.storage import Ballast, storage_fault
from bot.db.watch import Watch, check_whole, damage_in, damaged
from bot.errors import CannotStore, StorageFault
from bot.exits import CannotRun
from bot.texts.spelling import key

log = structlog.get_logger(__name__)

_FOLDER = Path(str(files("bot.db")))
BALLAST_SECONDS = 2.0
"""Between two looks whether the disk has room again."""
BACKUP_SECONDS = 600.0
"""Between two looks whether the day's backup is there."""


class NewerDatabase(CannotRun):
    """The database was written by a newer Embedsmith; this one would damage it."""


def migrations() -> list[str]:
    """The migrations' SQL in order; the number of the last one is the schema's version."""
    return [path.read_text(encoding="utf-8") for path in sorted((_FOLDER / "migrations").glob("*.sql"))]


class Database:
    """A lock makes a transaction one task's alone. `queries` are the named ones of `queries/*.sql`.

    `connection` writes, and reads within transactions. `reader` sees what has been committed, and waits for nobody:
    what people look at must not stand in line behind a write that waits for the disk, or for another process.
    """

    def __init__(
        self,
        folder: Path,
        connection: aiosqlite.Connection,
        reader: Reader,
        ballast: Ballast,
        backups: Backups,
        watch: Watch,
    ) -> None:
        """`folder` holds all data: the file itself, and the files that its rows name."""
        self.folder = folder
        self.connection = connection
        self.reader = reader
        self.queries: Any = aiosql.from_path(_FOLDER / "queries", "aiosqlite", mandatory_parameters=False)
        self._ballast = ballast
        self._backups = backups
        self._watch = watch
        self._writing = asyncio.Lock()
        self._trouble: StorageFault | None = None

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Any]:
        """Everything inside is kept, or nothing. Locks at once, so a read before a write is safe.

        Raises CannotStore while the disk is full, the file cannot be written, or another process holds it.
        """
        async with self._writing:
            try:
                # Inside: a task that is cancelled here has begun one all the same, in the connection's thread.
                await self.connection.execute("BEGIN IMMEDIATE")
                yield self.queries
                await self._to_the_end("COMMIT")
            except BaseException as error:
                await self._roll_back()
                self._watch.suspect(error)
                if isinstance(error, sqlite3.Error) and (fault := storage_fault(error)) is not None:
                    self._note(fault, error)
                    raise CannotStore(reason=fault) from error
                raise
            self._note(None)

    @property
    def short_of_room(self) -> bool:
        """There is room only to note what has been begun."""
        return self._ballast.given_up

    def check_room(self) -> None:
        """Raises CannotStore while the disk is short of room."""
        if self.short_of_room:
            raise CannotStore(reason="full")

    def give_up_ballast(self) -> bool:
        """Frees the room in hand; False when that was done before."""
        if self._ballast.given_up:
            return False
        self._ballast.give_up()
        return True

    async def keep_ballast(self, over: Callable[[], None]) -> None:
        """For ever: takes the room in hand back as soon as the disk has it, and calls `over`."""
        while True:
            if self._ballast.given_up and self._ballast.take():
                log.info("there is room on the disk again")
                over()
            await asyncio.sleep(BALLAST_SECONDS)

    async def keep_backups(self) -> None:
        """For ever: one copy a day, at the start and around midnight. One that cannot be made is tried again."""
        while True:
            if self._backups.daily_is_due():
                try:
                    async with self._writing:  # in no transaction
                        await self._backups.make_daily(self.connection)
                except (sqlite3.Error, OSError) as error:
                    self._watch.suspect(error)
                    log.warning("no backup could be made", error=str(error))
            await asyncio.sleep(BACKUP_SECONDS)

    async def keep_watch(self) -> None:
        """For as long as the file is the one that was opened, and whole. Raises CannotRun."""
        await self._watch.keep(self.connection, self._writing)

    def _note(self, fault: StorageFault | None, error: Exception | None = None) -> None:
        """One line of the log when it begins, one when it is over."""
        if fault is not None and self._trouble is None:
            log.warning("nothing can be stored: waiting until it passes", fault=fault, error=str(error))
        if fault is None and self._trouble is not None:
            log.info("can be stored again")
        self._trouble = fault

    async def _roll_back(self) -> None:
        with suppress(sqlite3.OperationalError):  # there is none: it never began, or SQLite has ended it itself
            await self._to_the_end("ROLLBACK")

    async def _to_the_end(self, sql: str) -> None:
        """Runs what must not be left half way: a task that is cancelled meanwhile learns of it after."""
        statement = asyncio.ensure_future(self.connection.execute(sql))
        cancelled: asyncio.CancelledError | None = None
        while not statement.done():
            try:
                await asyncio.wait([statement])
            except asyncio.CancelledError as error:
                cancelled = error
        if cancelled is not None:
            statement.exception()
            raise cancelled
        statement.result()


@asynccontextmanager
async def open_database(path: Path) -> AsyncIterator[Database]:
    """Opens, checks, migrates and at the end closes the file. Raises CannotRun, CannotStore.

    What ends by an error that means damage, ends by CannotRun.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    backups = Backups(path)
    identity = Identity(path, backups.newest())
    identity.check_present()
    try:
        connection = await aiosqlite.connect(path, isolation_level=None)
    except sqlite3.Error as error:
        raise CannotRun(f"{path} cannot be opened: {error}.") from error
    try:
        ballast = Ballast(path.parent / "ballast")
        await _prepare(connection, path, backups, identity, ballast)
        ballast.take()
        watch = Watch(path, backups)
        async with open_reader(path, watch.suspect) as reader:
            yield Database(path.parent, connection, reader, ballast, backups, watch)
    except Exception as error:
        if (damage := damage_in(error)) is not None:
            raise damaged(path, backups, str(damage)) from error
        raise
    finally:
        await connection.close()


async def _prepare(
    connection: aiosqlite.Connection, path: Path, backups: Backups, identity: Identity, ballast: Ballast
) -> None:
    """Raises CannotRun, CannotStore."""
    try:
        await _set_up(connection)
        await check_whole(connection, path, backups)
        try:
            await _bring_up_to_date(connection, path, backups, identity)
        except (sqlite3.Error, OSError) as error:
            if storage_fault(error) != "full":
                raise
            ballast.give_up()
            await _bring_up_to_date(connection, path, backups, identity)
    except (sqlite3.Error, OSError, ValueError) as error:  # ValueError: a message of SQLite's that is no text itself
        if (fault := storage_fault(error)) is None:
            raise damaged(path, backups, str(error)) from error
        raise CannotStore(reason=fault) from error


async def _set_up(connection: aiosqlite.Connection) -> None:
    connection.row_factory = aiosqlite.Row
    connection.text_factory = readable
    await connection.execute("PRAGMA busy_timeout = 5000")
    await connection.execute("PRAGMA journal_mode = WAL")
    # FULL: a commit we have answered for survives a power cut. 0.3 ms against 0.02 ms, a few times a second.
    await connection.execute("PRAGMA synchronous = FULL")
    await connection.execute("PRAGMA foreign_keys = ON")


async def _bring_up_to_date(connection: aiosqlite.Connection, path: Path, backups: Backups, identity: Identity) -> None:
    steps = migrations()
    version = await _version(connection)
    if version > len(steps):
        raise NewerDatabase(f"{path} has schema {version}; this Embedsmith knows {len(steps)}.")
    if version == 0:
        await _check_blank(connection, path)
        identity.check_unused()
    elif version < len(steps):
        await backups.make_before_migration(connection, len(steps))
    await connection.create_function("name_key", 1, key, deterministic=True)
    for number, sql in enumerate(steps[version:], start=version + 1):
        await connection.executescript(f"BEGIN IMMEDIATE;\n{sql}\nPRAGMA user_version = {number};\nCOMMIT;")
    await identity.check(connection)


async def _check_blank(connection: aiosqlite.Connection, path: Path) -> None:
    """Raises CannotRun for what another program keeps there."""
    async with connection.execute("SELECT count(*) FROM sqlite_master") as cursor:
        row = await cursor.fetchone()
    if row is not None and row[0]:
        raise CannotRun(f"{path} is another program's database. Move it away, or set EMBEDSMITH_DATA_FOLDER.")


async def _version(connection: aiosqlite.Connection) -> int:
    async with connection.execute("PRAGMA user_version") as cursor:
        row = await cursor.fetchone()
    return int(row[0]) if row else 0
