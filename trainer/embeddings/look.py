"""The child process that meets strangers' embeddings: `python -m trainer.embeddings.look FILE…`.

Prints one JSON line (`protocol.Look`) for each embedding or refusal; a ZIP counts as the files in it. With
`--write FORMAT --to FOLDER` it also writes each embedding in that format, `own` being what the embeddings folder holds:
`--picture` is what a PNG then shows, `--name` what an only embedding is then called. It runs nothing of the files,
imports no torch, and limits its own memory and time.
"""

import argparse
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
from PIL import Image

from trainer.embeddings.archive import is_archive, read_archive
from trainer.embeddings.aside import write_aside
from trainer.embeddings.embedding import Embedding
from trainer.embeddings.errors import BadArchive, BadEmbedding, PlainPicture, UnsafeEmbedding, WrongFormat
from trainer.embeddings.limits import limit_process
from trainer.embeddings.pairs import join_pairs
from trainer.embeddings.parts import split_parts
from trainer.embeddings.picture import open_picture
from trainer.embeddings.reading import read_embeddings
from trainer.embeddings.torch_zip import check_file_size
from trainer.embeddings.writing import FORMATS, own_file, write_embedding
from trainer.protocol import Look, RefusedFile, SeenFile

_MEMORY = 1_500_000_000
"""Bytes of address space. numpy's threads take a good part of it before a file is opened."""
_SECONDS = 20
_OWN = "own"
_EMBEDDINGS = (".pt", ".bin", ".safetensors", ".pti", ".png", ".webp")


def main(arguments: list[str]) -> None:
    """Look into the files; two that are the halves of one word count as one."""
    options = _parser().parse_args(arguments)
    limit_process(memory=_MEMORY, seconds=_SECONDS)
    read: list[tuple[Path, Embedding]] = []
    for path in options.files:
        for found in _read(path):
            if isinstance(found, RefusedFile):
                _tell(found)
            else:
                read.append(found)
    words = join_pairs(read)
    for path, embedding in words:
        renamed = replace(embedding, name=options.name) if options.name and len(words) == 1 else embedding
        _tell(_look(path, renamed, options))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m trainer.embeddings.look")
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--write", choices=(*FORMATS, _OWN))
    parser.add_argument("--to", type=Path, default=Path())
    parser.add_argument("--name")
    parser.add_argument("--picture", type=Path)
    return parser


def _read(path: Path) -> Iterator[tuple[Path, Embedding] | RefusedFile]:
    try:
        check_file_size(path.stat().st_size)
        data = path.read_bytes()
        if is_archive(data):
            yield from _read_archive(path, data)
        else:
            yield from ((path, embedding) for embedding in read_embeddings(data, path.name))
    except (BadEmbedding, BadArchive) as error:
        yield _refused(path, error)
    except OSError as error:
        yield RefusedFile(file=str(path), reason=f"cannot be opened ({error.strerror})")
    except MemoryError:
        yield RefusedFile(file=str(path), reason="needs more memory than an embedding may")


def _read_archive(path: Path, data: bytes) -> Iterator[tuple[Path, Embedding] | RefusedFile]:
    """Embeddings of a ZIP under `x.zip/name`. All of it is read before any of it counts. Raises BadArchive."""
    found: list[tuple[Path, Embedding] | RefusedFile] = []
    for name, contents in read_archive(data):
        if Path(name).suffix.lower() not in _EMBEDDINGS:
            continue
        try:
            found += [(path / name, embedding) for embedding in read_embeddings(contents, name)]
        except PlainPicture:
            continue
        except BadEmbedding as error:
            found.append(_refused(path / name, error))
    if not found:
        raise BadArchive("has no embedding in it")
    yield from found


def _refused(path: Path, error: BadEmbedding | BadArchive) -> RefusedFile:
    return RefusedFile(file=str(path), reason=str(error), unsafe=isinstance(error, UnsafeEmbedding))


def _look(path: Path, embedding: Embedding, options: argparse.Namespace) -> Look:
    try:
        written = _write(embedding, options) if options.write else ()
    except WrongFormat as error:
        return RefusedFile(file=str(path), reason=str(error))
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
        raise WrongFormat("has a name that is no file's")
    files = _files(embedding, options)
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
        raise WrongFormat("cannot be drawn on that picture, which is to be a PNG") from error


def _tell(look: Look) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(look) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
