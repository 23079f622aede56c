"""The embeddings folder: what is copied into it can be used in the next prompt."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from trainer.aside import write_aside
from trainer.embeddings.containers.torch_zip import check_file_size
from trainer.embeddings.embedding import Embedding
from trainer.embeddings.errors import BadEmbedding, PlainPicture
from trainer.embeddings.pairs import join_pairs
from trainer.embeddings.reading import read_embedding
from trainer.embeddings.writing import own_file
from trainer.protocol.file_faults import FileFault

# In the order in which they are preferred where two files have one stem.
_SUFFIXES = (".pt", ".safetensors", ".bin", ".png", ".webp", ".pti")
_PICTURES = (".png", ".webp")


@dataclass(frozen=True)
class _Stamp:
    """A file as the scan saw it; another of these means other contents."""

    inode: int
    mtime_ns: int
    size: int


class EmbeddingsFolder:
    """Embeddings by their files' lower-cased stems, looked up anew at every call."""

    def __init__(self, folder: Path, widths: tuple[int, ...]) -> None:
        """Create the folder if it is not there. Only embeddings of these `widths` can be used."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._widths = widths
        self._stamps: dict[Path, _Stamp] = {}
        self._read: dict[Path, Embedding | FileFault | None] = {}
        self._words: dict[str, Embedding] = {}
        self._unusable: dict[str, FileFault] = {}

    def words(self) -> dict[str, Embedding]:
        """Embeddings that can be used, by lower-cased stem. Their arrays are shared: copy before changing one."""
        self._refresh()
        return dict(self._words)

    def unusable(self) -> dict[str, FileFault]:
        """Why a file cannot be used, by lower-cased stem."""
        self._refresh()
        return dict(self._unusable)

    def write(self, embedding: Embedding) -> Path:
        """Put `<name>.pt`, for two text encoders `<name>.safetensors`, into the folder, over an older one.

        Raises OSError, ValueError for a path as a name.
        """
        if not embedding.name or embedding.name.startswith(".") or Path(embedding.name).name != embedding.name:
            raise ValueError(f"not the name of a visible file: {embedding.name!r}")
        suffix, data = own_file(embedding)
        path = self._folder / f"{embedding.name}{suffix}"
        write_aside(path, data)
        return path

    def _refresh(self) -> None:
        stamps = dict(_scan(self._folder))
        if stamps == self._stamps:
            return
        kept = {path: read for path, read in self._read.items() if stamps.get(path) == self._stamps.get(path)}
        self._read = {path: kept[path] if path in kept else _read_file(path) for path in stamps}
        self._stamps = stamps
        self._index()

    def _index(self) -> None:
        """Of several files with one stem the first that can be used counts."""
        self._words, self._unusable = {}, {}
        paths = sorted(self._read, key=self._preference)
        read = [(path, one) for path in paths if isinstance(one := self._read[path], Embedding)]
        for path, embedding in join_pairs(read, self._widths):
            if misfit := self._misfit(embedding):
                self._unusable.setdefault(path.stem.lower(), misfit)
            else:
                self._words.setdefault(path.stem.lower(), embedding)
        for path in paths:
            if isinstance(reason := self._read[path], FileFault):
                self._unusable.setdefault(path.stem.lower(), reason)
        self._unusable = {word: reason for word, reason in self._unusable.items() if word not in self._words}

    def _misfit(self, embedding: Embedding) -> FileFault | None:
        """Why an embedding cannot be used with this model."""
        if embedding.widths == self._widths:
            return None
        if len(embedding.widths) < len(self._widths) and embedding.widths[0] in self._widths:
            return FileFault(reason="half")
        return FileFault(reason="other_width", count=sum(embedding.widths), other=sum(self._widths))

    def _preference(self, path: Path) -> tuple[int, int, str]:
        depth = len(path.relative_to(self._folder).parts)
        return depth, _SUFFIXES.index(path.suffix.lower()), str(path)


def _read_file(path: Path) -> Embedding | FileFault | None:
    """Embedding in a file, or why there is none; None for a picture that is only a picture."""
    try:
        check_file_size(path.stat().st_size)
        return read_embedding(path.read_bytes(), path.name)
    except PlainPicture:
        return None
    except BadEmbedding as error:
        return error.fault
    except OSError as error:
        return FileFault(reason="cannot_open", name=error.strerror or "")
    except Exception:  # noqa: BLE001 — whatever one file does to its reader, the other words go on
        return FileFault(reason="unreadable")


def _scan(root: Path) -> Iterator[tuple[Path, _Stamp]]:
    """Files that may be embeddings, at any depth."""
    unseen = [root]
    while unseen:
        folder = unseen.pop()
        try:
            entries = [Path(entry) for entry in os.scandir(folder) if _is_name(entry.name)]
        except OSError:
            continue  # removed since it was listed, or not ours to read
        unseen += [path for path in entries if path.is_dir() and not path.is_symlink()]
        files = [path for path in entries if _may_be_embedding(path)]
        yield from ((path, stamp) for path in files if (stamp := _stamp(path, root)))


def _may_be_embedding(path: Path) -> bool:
    """By its suffix, and not one of the web UI's `x.preview.png`."""
    suffix = path.suffix.lower()
    return suffix in _SUFFIXES and not (suffix in _PICTURES and path.stem.lower().endswith(".preview"))


def _is_name(name: str) -> bool:
    """Not another program's unfinished copy, which begins with a dot, nor bytes that no text stands for."""
    return not name.startswith(".") and not any("\ud800" <= letter <= "\udfff" for letter in name)


def _stamp(path: Path, root: Path) -> _Stamp | None:
    """None for what is no file with something in it, or is a link that leads out of the folder."""
    try:
        status = path.stat()
    except OSError:
        return None  # removed since it was listed, or a link to nothing
    if path.is_symlink() and not path.resolve().is_relative_to(root.resolve()):
        return None
    if not stat.S_ISREG(status.st_mode) or not status.st_size:
        return None
    return _Stamp(status.st_ino, status.st_mtime_ns, status.st_size)
