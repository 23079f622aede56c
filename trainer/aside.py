"""Files that are whole or not there: written beside their place, forced to disk, renamed."""

import os
import tempfile
from pathlib import Path


def write_aside(path: Path, data: bytes) -> None:
    """Put `data` at `path` in one move, so that a reader or a power cut never meets half a file. Raises OSError.

    A folder that was taken away meanwhile is made again.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # The leading dot and the last suffix keep the unfinished file out of an embeddings folder's scan.
    descriptor, temporary = tempfile.mkstemp(prefix=".", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(_ordinary_mode())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _ordinary_mode() -> int:
    """As any file that we make: mkstemp's 0600 would hide it from those whom the process lets in, such as a web UI."""
    mask = os.umask(0o077)
    os.umask(mask)
    return 0o666 & ~mask


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)  # the rename itself is lost in a power cut without this
    finally:
        os.close(descriptor)
