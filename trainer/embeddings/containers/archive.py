"""A ZIP of embeddings, or of pictures with captions, unpacked under limits. Nothing of it touches the disk."""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath

from trainer.embeddings.containers.torch_zip import count_entries, has_long_extras
from trainer.embeddings.errors import BadArchive

MAX_FILE_BYTES = 64 * 2**20
MAX_TOTAL_BYTES = 256 * 2**20
MAX_ENTRIES = 1000
_MAX_NAME = 255
_MOST_AT_EASE = 16 * 2**20
_MOST_TIMES = 100
"""Unpacked, over packed, of all that is read; numbers hardly shrink, texts to a third, and only bombs so far."""
_PIECE = 2**16
_SUFFIXES = {".pt", ".bin", ".safetensors", ".pti", ".png", ".webp", ".jpg", ".jpeg", ".gif", ".txt"}
_ENCRYPTED = 0x1
_LINK = 0o120000
_KIND_OF_FILE = 0o170000
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_DAMAGED = (
    zipfile.BadZipFile, zlib.error, struct.error, ValueError, OverflowError, EOFError, NotImplementedError,
    RuntimeError, OSError, IndexError,
)  # fmt: skip


def is_archive(data: bytes) -> bool:
    """A ZIP that is no torch file, which are ZIPs too; what its entries are called tells them apart."""
    if not data.startswith(b"PK\x03\x04"):
        return False
    try:
        with _opened(data) as archive:
            return not any(PurePosixPath(name).name == "data.pkl" for name in archive.namelist())
    except BadArchive:
        return True


def read_archive(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Name, which may have folders in it, and contents of each embedding, picture and text, one at a time.

    Other files, hidden ones and folders are passed over. Raises BadArchive, also between two entries.
    """
    total, most = 0, min(MAX_TOTAL_BYTES, max(_MOST_AT_EASE, _MOST_TIMES * len(data)))
    with _opened(data) as archive:
        for name, entry in _wanted_entries(archive):
            contents = _contents(archive, entry, most - total)
            total += len(contents)
            yield name, contents


def _opened(data: bytes) -> zipfile.ZipFile:
    if count_entries(data) > MAX_ENTRIES:
        raise BadArchive("zip_files", count=MAX_ENTRIES)
    if has_long_extras(data):
        raise BadArchive("damaged")
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except _DAMAGED as error:
        raise BadArchive("damaged") from error


def _wanted_entries(archive: zipfile.ZipFile) -> list[tuple[str, zipfile.ZipInfo]]:
    _check_overlaps(archive.infolist())
    entries = [(name, entry) for entry in archive.infolist() if _wanted(name := _safe_name(entry))]
    _check_doubles([name for name, _ in entries])
    return entries


def _check_overlaps(entries: list[zipfile.ZipInfo]) -> None:
    """Entries that share their bytes make a small file large, each of them within its limit."""
    end = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        if entry.header_offset < end:
            raise BadArchive("damaged")
        end = entry.header_offset + entry.compress_size


def _safe_name(entry: zipfile.ZipInfo) -> str:
    """Relative, with forward slashes. Raises BadArchive for a name that leads out of a folder."""
    name = entry.filename.replace("\\", "/")
    parts = name.rstrip("/").split("/")
    if ":" in name or not all(character.isprintable() for character in name) or {"", ".", ".."} & set(parts):
        raise BadArchive("zip_names")
    if len(name.encode(errors="replace")) > _MAX_NAME:
        raise BadArchive("zip_long_names")
    if entry.external_attr >> 16 & _KIND_OF_FILE == _LINK:
        raise BadArchive("zip_link")
    return name


def _wanted(name: str) -> bool:
    path = PurePosixPath(name)
    hidden = any(part.startswith((".", "__MACOSX")) for part in path.parts)
    return not hidden and not name.endswith("/") and path.suffix.lower() in _SUFFIXES


def _check_doubles(names: list[str]) -> None:
    if len({name.casefold() for name in names}) != len(names):
        raise BadArchive("zip_doubles")


def _contents(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> bytes:
    """Inflated piece by piece, because what the entry says of its size may be a lie."""
    if entry.flag_bits & _ENCRYPTED:
        raise BadArchive("zip_password")
    if entry.compress_type not in _METHODS:
        raise BadArchive("zip_packing")
    contents = bytearray()
    try:
        with archive.open(entry) as file:
            while piece := file.read(_PIECE):
                contents += piece
                if len(contents) > min(MAX_FILE_BYTES, most):
                    raise BadArchive("zip_bomb")
    except _DAMAGED as error:
        raise BadArchive("damaged") from error
    return bytes(contents)
