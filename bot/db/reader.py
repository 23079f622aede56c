"""Reading beside the one connection that writes."""

import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

import aiosqlite


def readable(text: bytes) -> str:
    """A text of which a byte was damaged costs its own row, not the query."""
    return text.decode(errors="replace")


class _Rows(NamedTuple):
    rows: list[Any]

    async def fetchall(self) -> list[Any]:
        return self.rows

    async def fetchone(self) -> Any:
        return self.rows[0] if self.rows else None


class Reader:
    """Runs named queries that read, each whole and by itself.

    A cursor left open would keep the connection, for everybody, at what was true when it was opened.
    """

    def __init__(self, connection: aiosqlite.Connection, failed: Callable[[Exception], None]) -> None:
        """`failed` is called with every error of SQLite's, which is raised all the same."""
        self._connection = connection
        self._failed = failed

    @asynccontextmanager
    async def execute(self, sql: str, parameters: Any) -> AsyncIterator[_Rows]:
        try:
            rows = list(await self._connection.execute_fetchall(sql, parameters))
        except sqlite3.Error as error:
            self._failed(error)
            raise
        yield _Rows(rows)


@asynccontextmanager
async def open_reader(path: Path, failed: Callable[[Exception], None]) -> AsyncIterator[Reader]:
    """Of a database that is there and in WAL mode: what is written meanwhile holds up nothing."""
    async with aiosqlite.connect(f"{path.as_uri()}?mode=ro", uri=True, isolation_level=None) as connection:
        connection.row_factory = aiosqlite.Row
        connection.text_factory = readable
        yield Reader(connection, failed)
