"""What lies in a folder, without walking through it each time: names are suggested at every keystroke."""

import os
import time
from pathlib import Path
from typing import NamedTuple

_COARSE_NS = 2_000_000_000
"""A folder that changed so shortly before it was read may change once more without its time telling."""


class _Walk(NamedTuple):
    folders: dict[str, int]
    """When each folder, this one among them, changed last, in nanoseconds. Empty when that says nothing."""
    files: list[Path]


class FolderListing:
    """The files below a folder, walked through again only when a folder in it has changed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._last = _Walk({}, [])

    def files(self) -> list[Path]:
        """In no order. Reads the disk: for a thread."""
        last = self._last
        if not last.folders or any(_changed_at(folder) != at for folder, at in last.folders.items()):
            last = self._last = _walk(self.folder)
        return last.files


def _walk(folder: Path) -> _Walk:
    began = time.time_ns()
    folders: dict[str, int] = {}
    files: list[Path] = []
    for path, _, names in os.walk(folder):
        folders[path] = _changed_at(path)
        files += [Path(path, name) for name in names]
    settled = all(0 < at < began - _COARSE_NS for at in folders.values())
    return _Walk(folders if settled else {}, files)


def _changed_at(folder: str) -> int:
    try:
        return Path(folder).stat().st_mtime_ns
    except OSError:
        return -1
