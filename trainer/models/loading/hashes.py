"""Hashes that people and other programs know weights by; read once, for several gigabytes take a while."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import msgspec

from trainer.aside import write_aside

_BLOCK = 1 << 20
_OLD_FROM, _OLD_LENGTH = 0x100000, 0x10000


class _Remembered(msgspec.Struct):
    files: list[tuple[str, int, int]]
    """Path, bytes, time of change in nanoseconds."""
    sha256: str


def weights_hash(files: Sequence[Path], name: Path, known: Path | None, pulse: Callable[[], None]) -> str:
    """First 10 hex digits of the SHA-256 over `files`, one after another; of one file, the web UI's model hash.

    `known`: a JSON file that remembers, under `name`, what files of these sizes and times gave. `pulse` is called as
    the work goes on. Raises OSError.
    """
    state = [(str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in files]
    remembered = _read(known) if known else {}
    entry = remembered.get(str(name.resolve()))
    if entry is None or entry.files != state:
        entry = remembered[str(name.resolve())] = _Remembered(state, _sha256(files, pulse))
        if known:
            write_aside(known, msgspec.json.format(msgspec.json.encode(remembered)))
    return entry.sha256[:10]


def old_hash(file: Path) -> str:
    """First 8 hex digits of the SHA-256 over 64 KiB in the file's second mebibyte, as the web UI had until 2023."""
    with file.open("rb") as opened:
        opened.seek(_OLD_FROM)
        return hashlib.sha256(opened.read(_OLD_LENGTH)).hexdigest()[:8]


def _sha256(files: Iterable[Path], pulse: Callable[[], None]) -> str:
    digest = hashlib.sha256()
    for path in files:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
                pulse()
    return digest.hexdigest()


def _read(known: Path) -> dict[str, _Remembered]:
    try:
        return msgspec.json.decode(known.read_bytes(), type=dict[str, _Remembered])
    except (FileNotFoundError, msgspec.DecodeError):
        return {}  # lost or damaged: all it costs is reading the weights again
