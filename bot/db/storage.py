"""The disk under the data folder: what its errors mean, and the room that is kept in hand for a full one."""

import errno
import os
import sqlite3
from contextlib import suppress
from pathlib import Path

from bot.errors import CannotStore, StorageFault

BALLAST_BYTES = 4 * 1024 * 1024
"""Enough to note how many jobs ended; a row that is changed costs a few pages of 4 KiB."""
_BALLAST_SHARE = 8
"""On a small disk no more than this part of what is free."""
_BY_SQLITE: dict[int, StorageFault] = {
    sqlite3.SQLITE_FULL: "full",
    sqlite3.SQLITE_BUSY: "locked",
    sqlite3.SQLITE_LOCKED: "locked",
    sqlite3.SQLITE_READONLY: "unwritable",
    sqlite3.SQLITE_IOERR: "unwritable",
    sqlite3.SQLITE_CANTOPEN: "unwritable",
}
_BY_SYSTEM: dict[int, StorageFault] = {
    errno.ENOSPC: "full",
    errno.EDQUOT: "full",
    errno.EROFS: "unwritable",
    errno.EACCES: "unwritable",
    errno.EPERM: "unwritable",
    errno.EIO: "unwritable",
}
_PRIMARY = 0xFF
"""SQLite's extended codes carry the primary one in their lowest byte."""


def storage_fault(error: BaseException) -> StorageFault | None:
    """What keeps us from writing, which passes by itself or by the operator's hand; None for every other error."""
    if isinstance(error, CannotStore):
        return error.reason
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", None)
        return None if code is None else _BY_SQLITE.get(code & _PRIMARY)
    if isinstance(error, OSError) and error.errno is not None:
        return _BY_SYSTEM.get(error.errno)
    return None


class Ballast:
    """A file of no use but its size: given up when the disk is full, so that what has happened can still be noted."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.given_up = False
        """There is no room in hand: nothing new is begun until there is."""

    def take(self) -> bool:
        """Takes the room, or finds it taken; False when the disk does not have it."""
        try:
            self._grow()
        except OSError:
            with suppress(OSError):
                self._path.unlink(missing_ok=True)
            self.given_up = True
            return False
        self.given_up = False
        return True

    def give_up(self) -> None:
        """Frees the room."""
        self.given_up = True
        with suppress(OSError):
            self._path.unlink(missing_ok=True)

    def _grow(self) -> None:
        held = self._path.stat().st_size if self._path.exists() else 0
        if held:
            return
        disk = os.statvfs(self._path.parent)
        wanted = min(BALLAST_BYTES, disk.f_bavail * disk.f_frsize // _BALLAST_SHARE)
        if wanted < disk.f_frsize:
            raise OSError(errno.ENOSPC, "no room to keep in hand")
        with self._path.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, wanted)
