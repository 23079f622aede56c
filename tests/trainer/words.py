"""Embeddings' files, named as the bot names them to a trainer."""

import hashlib
from pathlib import Path

from trainer.embeddings.embedding import Embedding
from trainer.embeddings.writing import own_file
from trainer.protocol import WordFile


def named(path: Path) -> WordFile:
    """A file as it is now."""
    return WordFile(name=path.stem, path=str(path), sha256=hashlib.sha256(path.read_bytes()).hexdigest())


def written(folder: Path, embedding: Embedding) -> WordFile:
    """The embedding's file in the folder, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    suffix, data = own_file(embedding)
    path = folder / f"{embedding.name}{suffix}"
    path.write_bytes(data)
    return named(path)
