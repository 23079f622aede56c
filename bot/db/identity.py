"""A data folder knows its database: who owns which word stands there alone, and without it all would be everybody's."""

import secrets
from pathlib import Path

import aiosqlite

from bot.exits import CannotRun

_KEY = "folder"


class ForeignDatabase(CannotRun):
    """The database is not the one that belongs to the files in its folder."""


class Identity:
    """The same random text in a file of the folder and in the database."""

    def __init__(self, database: Path, newest_backup: Path | None) -> None:
        self._database = database
        self._file = database.parent / "database-id"
        backup = f"the newest backup, {newest_backup}" if newest_backup else "a backup, of which there is none here"
        self._advice = f"Put back {backup}; or, to begin anew, move the other files of the folder away."

    def check_present(self) -> None:
        """Raises ForeignDatabase where there is no database, or an empty one, and there was another."""
        if not self._database.exists() or not self._database.stat().st_size:
            self.check_unused()

    def check_unused(self) -> None:
        """The database holds nothing yet. Raises ForeignDatabase where the folder says that there was another.

        Files in embeddings/ alone are an operator's own, who starts for the first time.
        """
        traces = [self._file, *(self._database.parent / part for part in ("runs", "pictures", "words", "backups"))]
        if any(trace.is_file() or (trace.is_dir() and any(trace.iterdir())) for trace in traces):
            raise ForeignDatabase(f"{self._database} is missing or empty, but its folder was in use. {self._advice}")

    async def check(self, connection: aiosqlite.Connection) -> None:
        """Raises ForeignDatabase; marks both where neither is marked, or the database alone is."""
        async with connection.execute("SELECT value FROM facts WHERE key = ?", (_KEY,)) as cursor:
            row = await cursor.fetchone()
        known = row["value"] if row else None
        marked = self._file.read_text(encoding="utf-8").strip() if self._file.exists() else None
        if marked is not None and marked != known:
            raise ForeignDatabase(f"{self._database} is not the database of this folder. {self._advice}")
        if known is None:
            known = secrets.token_hex(16)
            await connection.execute("INSERT INTO facts (key, value) VALUES (?, ?)", (_KEY, known))
        if marked is None:
            self._mark(known)

    def _mark(self, text: str) -> None:
        aside = self._file.with_suffix(".part")
        aside.write_text(text, encoding="utf-8")
        aside.replace(self._file)
