"""A ZIP of embeddings, or of pictures with captions, unpacked under limits. Nothing of it touches the disk."""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath

from trainer.embeddings.errors import BadArchive

MAX_FILE_BYTES = 64 * 2**20
MAX_TOTAL_BYTES = 256 * 2**20
MAX_ENTRIES = 1000
_MAX_NAME = 255
_PIECE = 2**16
_SUFFIXES = {".pt", ".bin", ".safetensors", ".pti", ".png", ".webp", ".jpg", ".jpeg", ".gif", ".txt"}
_ENCRYPTED = 0x1
_LINK = 0o120000
_KIND_OF_FILE = 0o170000
_DIRECTORY_ENTRY = b"PK\x01\x02"
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
    total = 0
    with _opened(data) as archive:
        for name, entry in _wanted_entries(archive):
            contents = _contents(archive, entry, name)
            total += len(contents)
            if total > MAX_TOTAL_BYTES:
                raise BadArchive(f"holds more than {MAX_TOTAL_BYTES // 2**20} MB")
            yield name, contents


def _opened(data: bytes) -> zipfile.ZipFile:
    # Every entry has this mark, so that counting it bounds the work before the directory is parsed.
    if data.count(_DIRECTORY_ENTRY) > MAX_ENTRIES:
        raise BadArchive(f"holds more than {MAX_ENTRIES} files")
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except _DAMAGED as error:
        raise BadArchive("is damaged or was not copied whole") from error


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
            raise BadArchive("is damaged: its files overlap")
        end = entry.header_offset + entry.compress_size


def _safe_name(entry: zipfile.ZipInfo) -> str:
    """Relative, with forward slashes. Raises BadArchive for a name that leads out of a folder."""
    name = entry.filename.replace("\\", "/")
    parts = name.rstrip("/").split("/")
    if ":" in name or not all(character.isprintable() for character in name) or {"", ".", ".."} & set(parts):
        raise BadArchive("has names in it that lead out of its folder, or are none")
    if len(name.encode(errors="replace")) > _MAX_NAME:
        raise BadArchive("has names in it that are too long")
    if entry.external_attr >> 16 & _KIND_OF_FILE == _LINK:
        raise BadArchive("has a link in it")
    return name


def _wanted(name: str) -> bool:
    path = PurePosixPath(name)
    hidden = any(part.startswith((".", "__MACOSX")) for part in path.parts)
    return not hidden and not name.endswith("/") and path.suffix.lower() in _SUFFIXES


def _check_doubles(names: list[str]) -> None:
    if len({name.casefold() for name in names}) != len(names):
        raise BadArchive("has two files of one name in it")


def _contents(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str) -> bytes:
    """Inflated piece by piece, because what the entry says of its size may be a lie."""
    if entry.flag_bits & _ENCRYPTED:
        raise BadArchive("is locked with a password")
    if entry.compress_type not in _METHODS:
        raise BadArchive("is packed in a way that is not read; plain ZIP is")
    contents = bytearray()
    try:
        with archive.open(entry) as file:
            while piece := file.read(_PIECE):
                contents += piece
                if len(contents) > MAX_FILE_BYTES:
                    raise BadArchive(f"holds a file larger than {MAX_FILE_BYTES // 2**20} MB: {name}")
    except _DAMAGED as error:
        raise BadArchive("is damaged or was not copied whole") from error
    return bytes(contents)
