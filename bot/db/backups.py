"""Copies of the database: one a day, one before each migration and of a lost one, whole or not there; old ones go."""

import os
import secrets
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import aiosqlite

DAILY_KEPT = 7
BEFORE_MIGRATIONS_KEPT = RESCUES_KEPT = 2
OUTDATED_SECONDS = 30 * 24 * 3600.0
"""What people had erased is in no backup any longer after a month."""
_PART = ".part"


class Backups:
    """The folder `backups/` beside the database."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._folder = database.parent / "backups"

    def newest(self) -> Path | None:
        """The newest copy, among them what earlier versions laid beside the database."""
        copies = [*self._folder.glob("*.sqlite3"), *self._database.parent.glob(f"{self._database.name}.before-*")]
        return max(copies, key=lambda copy: copy.stat().st_mtime, default=None)

    def daily_is_due(self) -> bool:
        return not self._daily().exists()

    async def make_daily(self, connection: aiosqlite.Connection) -> Path:
        """Raises sqlite3.Error and OSError; then nothing is left behind."""
        copy = await self._make(connection, self._daily())
        _remove([*sorted(self._folder.glob("daily-*.sqlite3"))[:-DAILY_KEPT], *self._outdated(copy)])
        return copy

    async def make_before_migration(self, connection: aiosqlite.Connection, schema: int) -> Path:
        """Raises sqlite3.Error and OSError; then nothing is left behind."""
        copy = await self._make(connection, self._folder / f"before-{schema:04}-{_now()}.sqlite3")
        earlier = sorted(self._folder.glob("before-*.sqlite3"))[:-BEFORE_MIGRATIONS_KEPT]
        _remove([*earlier, *self._outdated(copy)])
        return copy

    async def make_rescue(self, connection: aiosqlite.Connection) -> Path:
        """Of a database whose file was taken away. Raises sqlite3.Error and OSError; then nothing is left behind."""
        copy = await self._make(connection, self._folder / f"rescued-{_now()}.sqlite3")
        _remove(sorted(self._folder.glob("rescued-*.sqlite3"))[:-RESCUES_KEPT])
        return copy

    async def _make(self, connection: aiosqlite.Connection, place: Path) -> Path:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _remove(list(self._folder.glob(f"*{_PART}")))  # what a killed bot left half written
        aside = self._folder / f".{secrets.token_hex(8)}{_PART}"
        try:
            await connection.execute("VACUUM INTO ?", (str(aside),))
            with aside.open("rb") as written:
                os.fsync(written.fileno())
            return aside.replace(place)
        finally:
            aside.unlink(missing_ok=True)

    def _daily(self) -> Path:
        return self._folder / f"daily-{datetime.now(UTC):%Y-%m-%d}.sqlite3"

    def _outdated(self, fresh: Path) -> list[Path]:
        copies = [*self._folder.glob("before-*.sqlite3"), *self._folder.glob("rescued-*.sqlite3")]
        copies = [copy for copy in copies if copy != fresh]
        return [copy for copy in copies if time.time() - copy.stat().st_mtime > OUTDATED_SECONDS]


def _now() -> str:
    return datetime.now(UTC).strftime("%Y%m%dT%H%M%S")


def _remove(files: Sequence[Path]) -> None:
    for file in files:
        file.unlink(missing_ok=True)
