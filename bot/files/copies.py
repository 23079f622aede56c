"""Files that other programs read while we write them."""

import os
import shutil
from pathlib import Path


def copy_aside(file: Path, folder: Path) -> Path:
    """Copies a file into a folder: written beside its name, flushed, renamed, so that nobody sees half of it.

    Returns the copy's path. A folder that was taken away meanwhile is made again. Raises OSError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    aside = folder / f".{file.name}.part"
    with file.open("rb") as source, aside.open("wb") as copy:
        shutil.copyfileobj(source, copy)
        copy.flush()
        os.fsync(copy.fileno())
    return aside.replace(folder / file.name)


def sweep(folder: Path) -> None:
    """Removes what was left half written, here and in the trainer, by a process that was killed meanwhile."""
    for path in folder.rglob(".*"):
        if path.suffix in (".part", ".tmp") and path.is_file() and not path.is_symlink():
            path.unlink(missing_ok=True)
