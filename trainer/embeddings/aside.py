"""Files that are whole or not there: written beside their place, forced to disk, renamed."""

import os
import tempfile
from pathlib import Path


def write_aside(path: Path, data: bytes) -> None:
    """Put `data` at `path` in one move, so that a reader or a power cut never meets half a file. Raises OSError."""
    # The leading dot and the last suffix keep the unfinished file out of an embeddings folder's scan.
    descriptor, temporary = tempfile.mkstemp(prefix=".", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)  # mkstemp's 0600 would hide the file from a backup or a web UI of another user
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)  # the rename itself is lost in a power cut without this
    finally:
        os.close(descriptor)
