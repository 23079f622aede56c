"""What is in a file, as a hash; a file is read again only when it has changed."""

import hashlib
from pathlib import Path
from typing import NamedTuple


class _Stamp(NamedTuple):
    """A file as it was when it was read; another of these means that its contents may be others."""

    inode: int
    mtime_ns: int
    ctime_ns: int
    size: int


class FileHashes:
    """SHA-256 of files, remembered. Reads the disk: for a thread."""

    def __init__(self) -> None:
        self._known: dict[Path, tuple[_Stamp, str]] = {}

    def of(self, path: Path) -> str:
        """64 hexadecimal digits. Raises OSError."""
        status = path.stat()
        stamp = _Stamp(status.st_ino, status.st_mtime_ns, status.st_ctime_ns, status.st_size)
        known = self._known.get(path)
        if known is None or known[0] != stamp:
            with path.open("rb") as file:
                known = self._known[path] = stamp, hashlib.file_digest(file, "sha256").hexdigest()
        return known[1]
