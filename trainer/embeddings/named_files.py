"""The embeddings that a drawing may use: the files that its `Start` names, with the contents that it names."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal, NamedTuple

from trainer.embeddings.containers.torch_zip import check_file_size
from trainer.embeddings.embedding import Embedding
from trainer.embeddings.errors import BadEmbedding, PlainPicture
from trainer.embeddings.pairs import join_pairs
from trainer.embeddings.reading import read_embedding
from trainer.protocol import WordFile
from trainer.protocol.file_faults import FileFault

_MOST_KEPT = 1000
"""Files whose embeddings are remembered: a megabyte each at the most."""


class NamedWords(NamedTuple):
    """What became of the names, lower-cased."""

    usable: dict[str, Embedding]
    """Their arrays are shared: copy before changing one."""
    unusable: dict[str, FileFault]
    changed: frozenset[str]
    """Their files are gone, or are others than when they were named."""


class _Stamp(NamedTuple):
    """A file as it was when it was read; another of these means that its contents may be others."""

    inode: int
    mtime_ns: int
    ctime_ns: int
    size: int


class _Read(NamedTuple):
    stamp: _Stamp
    sha256: str
    embedding: Embedding | FileFault | None
    """None for a picture that is only a picture."""


class NamedFiles:
    """Reads files by name, and again only when one has changed."""

    def __init__(self, widths: tuple[int, ...]) -> None:
        """Only embeddings of these `widths` can be used."""
        self._widths = widths
        self._read: dict[Path, _Read] = {}

    def words(self, files: Sequence[WordFile]) -> NamedWords:
        """Of several files with one name the first that can be used counts."""
        names = {Path(file.path): file.name for file in files}
        good: list[tuple[Path, Embedding]] = []
        faults: dict[str, FileFault] = {}
        changed = set()
        for file in files:
            match self._found(file):
                case "changed":
                    changed.add(file.name.lower())
                case FileFault() as fault:
                    faults.setdefault(file.name.lower(), fault)
                case Embedding() as embedding:
                    good.append((Path(file.path), embedding))
        usable: dict[str, Embedding] = {}
        for path, embedding in join_pairs(good, self._widths):
            if misfit := self._misfit(embedding):
                faults.setdefault(names[path].lower(), misfit)
            else:
                usable.setdefault(names[path].lower(), replace(embedding, name=names[path]))
        return NamedWords(usable, {name: faults[name] for name in faults.keys() - usable.keys()}, frozenset(changed))

    def _found(self, file: WordFile) -> Embedding | FileFault | Literal["changed"] | None:
        try:
            read = self._up_to_date(Path(file.path))
        except FileNotFoundError:
            return "changed"
        except OSError as error:
            return FileFault(reason="cannot_open", name=error.strerror or "")
        return read.embedding if read.sha256 == file.sha256 else "changed"

    def _up_to_date(self, path: Path) -> _Read:
        """Raises OSError."""
        read = self._read.pop(path, None)
        if read is None or read.stamp != _stamp(path):
            read = _read(path)
        self._read[path] = read
        if len(self._read) > _MOST_KEPT:
            del self._read[next(iter(self._read))]
        return read

    def _misfit(self, embedding: Embedding) -> FileFault | None:
        """Why an embedding cannot be used with this model."""
        if embedding.widths == self._widths:
            return None
        if len(embedding.widths) < len(self._widths) and embedding.widths[0] in self._widths:
            return FileFault(reason="half")
        return FileFault(reason="other_width", count=sum(embedding.widths), other=sum(self._widths))


def _stamp(path: Path) -> _Stamp:
    status = path.stat()
    return _Stamp(status.st_ino, status.st_mtime_ns, status.st_ctime_ns, status.st_size)


def _read(path: Path) -> _Read:
    """Raises OSError."""
    stamp = _stamp(path)
    try:
        check_file_size(stamp.size)
    except BadEmbedding as error:
        return _Read(stamp, "", error.fault)
    data = path.read_bytes()
    return _Read(stamp, hashlib.sha256(data).hexdigest(), _embedding(data, path.name))


def _embedding(data: bytes, file_name: str) -> Embedding | FileFault | None:
    try:
        return read_embedding(data, file_name)
    except PlainPicture:
        return None
    except BadEmbedding as error:
        return error.fault
    except Exception:  # noqa: BLE001 — whatever one file does to its reader, the other words go on
        return FileFault(reason="unreadable")
