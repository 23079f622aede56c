"""The child process that meets strangers' embeddings: `python -m trainer.embeddings.look FILE…`.

Prints one JSON line (`looks.Look`) for each embedding or refusal. With `--write FORMAT --to FOLDER` it also writes each
embedding in that format: `--picture` is what a PNG then shows, `--name` what an only embedding is then called. It runs
nothing of the files, imports no torch, and limits its own memory and time.
"""

import argparse
import os
import sys
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
from PIL import Image

from trainer.embeddings.aside import write_aside
from trainer.embeddings.embedding import Embedding
from trainer.embeddings.errors import BadEmbedding, WrongFormat
from trainer.embeddings.looks import Look, Refused, Seen
from trainer.embeddings.pairs import join_pairs
from trainer.embeddings.parts import split_parts
from trainer.embeddings.picture import open_picture
from trainer.embeddings.reading import read_embeddings
from trainer.embeddings.torch_zip import check_file_size
from trainer.embeddings.writing import FORMATS, write_embedding

_MEMORY = 1_500_000_000
"""Bytes of address space. numpy's threads take a good part of it before a file is opened."""
_WRITTEN = 64_000_000
_OPEN_FILES = 64
_SECONDS = 20


def main(arguments: list[str]) -> None:
    """Look into the files; two that are the halves of one word count as one."""
    options = _parser().parse_args(arguments)
    _limit()
    read: list[tuple[Path, Embedding]] = []
    for path in options.files:
        found = _read(path)
        if isinstance(found, Refused):
            _tell(found)
        else:
            read += [(path, embedding) for embedding in found]
    words = join_pairs(read)
    for path, embedding in words:
        renamed = replace(embedding, name=options.name) if options.name and len(words) == 1 else embedding
        _tell(_look(path, renamed, options))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m trainer.embeddings.look")
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--write", choices=FORMATS)
    parser.add_argument("--to", type=Path, default=Path())
    parser.add_argument("--name")
    parser.add_argument("--picture", type=Path)
    return parser


def _read(path: Path) -> list[Embedding] | Refused:
    try:
        check_file_size(path.stat().st_size)
        return read_embeddings(path.read_bytes(), path.name)
    except BadEmbedding as error:
        return Refused(str(path), str(error))
    except OSError as error:
        return Refused(str(path), f"cannot be opened ({error.strerror})")
    except MemoryError:
        return Refused(str(path), "needs more memory than an embedding may")


def _look(path: Path, embedding: Embedding, options: argparse.Namespace) -> Look:
    try:
        written = _write(embedding, options) if options.write else ()
    except WrongFormat as error:
        return Refused(str(path), str(error))
    return Seen(
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
        raise WrongFormat("has a name that is no file's")
    picture = _picture(options.picture) if options.picture else None
    files = write_embedding(embedding, options.write, picture)
    for name, data in files.items():
        write_aside(options.to / name, data)
    return tuple(str(options.to / name) for name in files)


def _picture(path: Path) -> Image.Image:
    try:
        return open_picture(path.read_bytes())
    except (BadEmbedding, OSError) as error:
        raise WrongFormat("cannot be drawn on that picture, which is to be a PNG") from error


def _tell(look: Look) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(look) + b"\n")
    sys.stdout.buffer.flush()


def _limit() -> None:
    """The system's own limits. Windows has none of this kind; there the parent's clock is what ends a bad file."""
    if sys.platform == "win32":
        return
    import resource

    os.nice(5)
    for what, most in (
        (resource.RLIMIT_CPU, _SECONDS),
        (resource.RLIMIT_AS, _MEMORY),
        (resource.RLIMIT_FSIZE, _WRITTEN),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(what)
        resource.setrlimit(what, (most, most) if hard == resource.RLIM_INFINITY else (min(most, hard), hard))


if __name__ == "__main__":
    main(sys.argv[1:])
