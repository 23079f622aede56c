"""A file of any kind that embeddings come in → embeddings. What is looked at is the content, never the suffix."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import PurePath

from trainer.embeddings.embedding import Embedding
from trainer.embeddings.errors import BadEmbedding
from trainer.embeddings.hashes import file_hash
from trainer.embeddings.layouts import embeddings_in
from trainer.embeddings.picture import is_picture, read_picture
from trainer.embeddings.safetensors import is_safetensors, only, safetensors_embeddings
from trainer.embeddings.torch_file import is_torch_file, read_torch_file
from trainer.embeddings.torch_zip import check_file_size

_FOREIGN = {
    b"version https://git-lfs": "is a Git LFS pointer; the real file was not downloaded",
    b"PK\x05\x06": "is an empty ZIP",
    b"Rar!": "is a RAR archive; unpack it first",
    b"7z\xbc\xaf\x27\x1c": "is a 7z archive; unpack it first",
    b"\x1f\x8b": "is a gzip archive; unpack it first",
    b"GGUF": "is a GGUF model, not an embedding",
}
_PAGE = (b"<!doctype", b"<html")
_PAGE_HEAD = 64


def read_embeddings(data: bytes, file_name: str) -> list[Embedding]:
    """Embeddings called as the file's stem, with the file's hash. More than one only where a file has several words.

    Raises BadEmbedding, whose text goes on from the file's name.
    """
    check_file_size(len(data))
    stem = PurePath(file_name).stem
    digits = file_hash(data)
    return [replace(embedding, file_hash=digits) for embedding in _reader(data)(data, stem)]


def read_embedding(data: bytes, file_name: str) -> Embedding:
    """The only embedding of a file. Raises BadEmbedding."""
    return only(read_embeddings(data, file_name))


def _reader(data: bytes) -> Callable[[bytes, str], list[Embedding]]:
    if is_safetensors(data):  # first, because its first byte, a length, may look like a pickle's
        return safetensors_embeddings
    if is_torch_file(data):
        return lambda data, stem: embeddings_in(read_torch_file(data), stem)
    if is_picture(data):
        return read_picture
    _refuse_foreign(data)
    raise BadEmbedding("is no file of a kind that embeddings come in, or is damaged")


def _refuse_foreign(data: bytes) -> None:
    for start, reason in _FOREIGN.items():
        if data.startswith(start):
            raise BadEmbedding(reason)
    if data[:_PAGE_HEAD].lstrip().lower().startswith(_PAGE):
        raise BadEmbedding("is a web page, as a failed download leaves it")
