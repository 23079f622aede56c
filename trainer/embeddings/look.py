"""The child process that meets strangers' embeddings: `python -m trainer.embeddings.look [OPTION…] -- FILE…`.

Prints one JSON line (`protocol.Look`) for each embedding or refusal, and `OpeningFile` before each file; a ZIP counts
as the files in it. With `--write FORMAT --to FOLDER` it also writes each embedding in that format, `own` being what the
embeddings folder holds: `--picture` is what a PNG then shows, `--name` what an only embedding is then called.
`--without FILE` passes over a file that ended an earlier child. It runs nothing of the files, imports no torch, limits
its own memory and time, and stops early where nothing good comes.
"""

import argparse
import stat
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
from PIL import Image

from trainer.aside import write_aside
from trainer.child_limits import limit_process
from trainer.embeddings.containers.archive import is_archive, read_archive
from trainer.embeddings.containers.torch_zip import check_file_size
from trainer.embeddings.embedding import Embedding
from trainer.embeddings.errors import BadArchive, BadEmbedding, FileRefused, PlainPicture, WrongFormat
from trainer.embeddings.layouts.picture import open_picture
from trainer.embeddings.pairs import join_pairs
from trainer.embeddings.parts import split_parts
from trainer.embeddings.reading import read_embeddings
from trainer.embeddings.writing import FORMATS, own_file, write_embedding
from trainer.protocol import FileFault, FileReason, Look, OpeningFile, RefusedFile, SeenFile

_MEMORY = 1_500_000_000
"""Bytes of address space. numpy's threads take a good part of it before a file is opened."""
_SECONDS = 20
_READING_SECONDS = 5.0
"""Of this process's time, after which no further file is opened; a thousand good ones take one."""
_MOST_USELESS = 10
"""Files of a ZIP that are refused before the rest of it is left unread."""
_LONGEST_FILE_NAME = 255  # bytes, on every file system in use
_OWN = "own"
_EMBEDDINGS = (".pt", ".bin", ".safetensors", ".pti", ".png", ".webp")


def main(arguments: list[str]) -> None:
    """Look into the files; two that are the halves of one word count as one."""
    options = _parser().parse_args(arguments)
    limit_process(memory=_MEMORY, seconds=_SECONDS)
    read: list[tuple[Path, Embedding]] = []
    for path in options.files:
        for found in _read(path, options.without):
            if isinstance(found, RefusedFile):
                _tell(found)
            else:
                read.append(found)
    words = join_pairs(read)
    for path, embedding in words:
        renamed = replace(embedding, name=options.name) if options.name and len(words) == 1 else embedding
        _tell(OpeningFile(file=str(path)))
        _tell(_look(path, renamed, options))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m trainer.embeddings.look")
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--write", choices=(*FORMATS, _OWN))
    parser.add_argument("--to", type=Path, default=Path())
    parser.add_argument("--name")
    parser.add_argument("--picture", type=Path)
    parser.add_argument("--without", type=Path, action="append", default=[])
    return parser


def _read(path: Path, without: list[Path]) -> Iterator[tuple[Path, Embedding] | RefusedFile]:
    if path in without:
        return
    if _is_late():
        yield _refused(path, FileFault(reason="out_of_time"))
        return
    _tell(OpeningFile(file=str(path)))
    try:
        data = _contents(path)
        if is_archive(data):
            yield from _read_archive(path, data, without)
        else:
            yield from ((path, embedding) for embedding in read_embeddings(data, path.name))
    except FileRefused as error:
        yield _refused(path, error.fault)
    except OSError as error:
        yield _refused(path, FileFault(reason="cannot_open", name=error.strerror or ""))
    except MemoryError:
        yield _refused(path, FileFault(reason="out_of_memory"))


def _contents(path: Path) -> bytes:
    """Raises BadEmbedding, OSError."""
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise BadEmbedding("not_a_file")
    check_file_size(status.st_size)
    return path.read_bytes()


def _read_archive(path: Path, data: bytes, without: list[Path]) -> Iterator[tuple[Path, Embedding] | RefusedFile]:
    """Embeddings of a ZIP under `x.zip/name`. All of it is read before any of it counts. Raises BadArchive."""
    found: list[tuple[Path, Embedding] | RefusedFile] = []
    entries = read_archive(data)
    for name, contents in entries:
        if Path(name).suffix.lower() not in _EMBEDDINGS or path / name in without:
            continue
        if reason := _enough(found):
            found.append(_refused(path, FileFault(reason=reason, count=_MOST_USELESS)))
            break
        found += _read_entry(path / name, contents)
    if not found and not any(path in killer.parents for killer in without):
        raise BadArchive("zip_nothing")
    yield from found


def _enough(found: list[tuple[Path, Embedding] | RefusedFile]) -> FileReason | None:
    """Why no further file of a ZIP is worth opening."""
    if sum(isinstance(one, RefusedFile) for one in found) >= _MOST_USELESS:
        return "zip_useless"
    return "out_of_time" if _is_late() else None


def _read_entry(path: Path, contents: bytes) -> list[tuple[Path, Embedding] | RefusedFile]:
    _tell(OpeningFile(file=str(path)))
    try:
        return [(path, embedding) for embedding in read_embeddings(contents, path.name)]
    except PlainPicture:
        return []
    except BadEmbedding as error:
        return [_refused(path, error.fault)]


def _is_late() -> bool:
    return time.process_time() > _READING_SECONDS


def _refused(path: Path, fault: FileFault) -> RefusedFile:
    return RefusedFile(file=str(path), fault=fault)


def _look(path: Path, embedding: Embedding, options: argparse.Namespace) -> Look:
    try:
        written = _write(embedding, options) if options.write else ()
    except WrongFormat as error:
        return _refused(path, error.fault)
    return SeenFile(
        file=str(path),
        name=embedding.name,
        vectors=len(embedding.vectors),
        widths=embedding.widths,
        step=embedding.step,
        model=embedding.model,
        model_hash=embedding.model_hash,
        file_hash=embedding.file_hash,
        norms=tuple(float(norm) for part in split_parts(embedding) for norm in np.linalg.norm(part, axis=1)),
        notes=embedding.notes,
        written=written,
    )


def _write(embedding: Embedding, options: argparse.Namespace) -> tuple[str, ...]:
    if Path(embedding.name).name != embedding.name:
        raise WrongFormat("format_name")
    files = _files(embedding, options)
    if any(len(name.encode(errors="replace")) > _LONGEST_FILE_NAME for name in files):
        raise WrongFormat("format_name")
    for name, data in files.items():
        write_aside(options.to / name, data)
    return tuple(str(options.to / name) for name in files)


def _files(embedding: Embedding, options: argparse.Namespace) -> dict[str, bytes]:
    if options.write == _OWN:
        suffix, data = own_file(embedding)
        return {f"{embedding.name}{suffix}": data}
    picture = _picture(options.picture) if options.picture else None
    return write_embedding(embedding, options.write, picture)


def _picture(path: Path) -> Image.Image:
    try:
        return open_picture(path.read_bytes())
    except (BadEmbedding, OSError) as error:
        raise WrongFormat("format_picture") from error


def _tell(look: Look) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(look) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
