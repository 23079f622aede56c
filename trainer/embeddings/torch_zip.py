"""The records of a file that torch.save wrote, checked before any of them is read."""

import io
import re
import struct
import zipfile

from trainer.embeddings.errors import BadEmbedding

_MAX_FILE_BYTES = 64 * 2**20
_MAX_RECORDS = 256
_ENCRYPTED = 0x1  # bit 0 of an entry's flags
ZIP_START = b"PK\x03\x04"
_DIRECTORY_ENTRY = b"PK\x01\x02"
# What torch 1.6 to 2.13 writes; the last three are newer than many files.
_RECORD = re.compile(
    r"(?P<root>(?!\.\.?/)[^/\\]+)/(?P<name>data\.pkl|data/\d+|version|byteorder|\.data/serialization_id|\.format_version"
    r"|\.storage_alignment)"
)
_DAMAGED = (zipfile.BadZipFile, struct.error, ValueError, OverflowError, EOFError, NotImplementedError, RuntimeError)


def read_records(data: bytes) -> dict[str, bytes]:
    """Contents of each record by its name without the root folder. Raises BadEmbedding."""
    _check_outside(data)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = _check_entries(archive.infolist(), len(data))
            records = {name: archive.read(info) for name, info in names.items()}
    except _DAMAGED as error:
        raise BadEmbedding("is damaged or was not copied whole") from error
    if records.get("byteorder", b"little") != b"little":
        raise BadEmbedding("was written on a big-endian machine, which is not read")
    return records


def check_file_size(size_bytes: int) -> None:
    """Raise BadEmbedding for a file that is too large to be an embedding, before it is read."""
    if size_bytes > _MAX_FILE_BYTES:
        raise BadEmbedding(f"is larger than {_MAX_FILE_BYTES // 2**20} MB, so that it is more than an embedding")


def _check_outside(data: bytes) -> None:
    if not data.startswith(ZIP_START):
        raise BadEmbedding("is not a file that torch wrote")
    # Every entry has this mark, so that counting it bounds the work before the directory is parsed.
    if data.count(_DIRECTORY_ENTRY) > _MAX_RECORDS:
        raise BadEmbedding("has too many parts to be an embedding")


def _check_entries(entries: list[zipfile.ZipInfo], file_bytes: int) -> dict[str, zipfile.ZipInfo]:
    """Entries by record name: all stored as they are, each name known and there once, all within the file."""
    named: dict[str, zipfile.ZipInfo] = {}
    roots = set()
    for entry in entries:
        match = _RECORD.fullmatch(entry.filename)
        if match is None or match["name"] in named:
            raise BadEmbedding("has parts that torch does not write")
        if entry.flag_bits & _ENCRYPTED:
            raise BadEmbedding("has encrypted parts, which torch does not write")
        if entry.compress_type != zipfile.ZIP_STORED or entry.compress_size != entry.file_size:
            raise BadEmbedding("has compressed parts, which torch does not write")
        named[match["name"]] = entry
        roots.add(match["root"])
    if len(roots) != 1 or "data.pkl" not in named:
        raise BadEmbedding("has parts that torch does not write")
    if sum(entry.file_size for entry in entries) > file_bytes:
        raise BadEmbedding("is damaged or was not copied whole")
    return named
