"""A file of any kind that embeddings come in → embeddings. What is looked at is the content, never the suffix."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import PurePath

from trainer.embeddings.containers.torch_file import is_torch_file, read_torch_file
from trainer.embeddings.containers.torch_zip import check_file_size
from trainer.embeddings.embedding import Embedding
from trainer.embeddings.errors import BadEmbedding
from trainer.embeddings.hashes import file_hash
from trainer.embeddings.layouts.known import embeddings_in
from trainer.embeddings.layouts.picture import is_picture, read_picture
from trainer.embeddings.layouts.safetensors import is_safetensors, only, safetensors_embeddings
from trainer.protocol.file_faults import FileReason

_FOREIGN: dict[bytes, tuple[FileReason, str]] = {
    b"version https://git-lfs": ("lfs_pointer", ""),
    b"PK\x05\x06": ("empty_zip", ""),
    b"Rar!": ("other_archive", "RAR"),
    b"7z\xbc\xaf\x27\x1c": ("other_archive", "7z"),
    b"\x1f\x8b": ("other_archive", "gzip"),
    b"GGUF": ("gguf", ""),
}
_PAGE = (b"<!doctype", b"<html")
_PAGE_HEAD = 64


def read_embeddings(data: bytes, file_name: str) -> list[Embedding]:
    """Embeddings called as the file's stem, with the file's hash. More than one only where a file has several words.

    Raises BadEmbedding.
    """
    if not data:
        raise BadEmbedding("empty")
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
    raise BadEmbedding("unknown_kind")


def _refuse_foreign(data: bytes) -> None:
    for start, (reason, name) in _FOREIGN.items():
        if data.startswith(start):
            raise BadEmbedding(reason, name=name)
    if data[:_PAGE_HEAD].lstrip().lower().startswith(_PAGE):
        raise BadEmbedding("web_page")
