"""The records of a file that torch.save wrote, checked before any of them is read."""

import io
import re
import struct
import zipfile

from trainer.embeddings.errors import BadEmbedding
from trainer.protocol import LARGEST_WORD_FILE

_MAX_RECORDS = 256
_ENCRYPTED = 0x1  # bit 0 of an entry's flags
ZIP_START = b"PK\x03\x04"
_DIRECTORY_ENTRY = b"PK\x01\x02"
_EXTRA_FIELD = struct.Struct("<H")
_EXTRA_FIELD_AT = 30  # bytes from the entry's start
_MAX_EXTRA = 1024
"""Bytes beside an entry's name; zipfile's time for them grows with their square. torch writes 28, info-ZIP some 50."""
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
        raise BadEmbedding("damaged") from error
    if records.get("byteorder", b"little") != b"little":
        raise BadEmbedding("big_endian")
    return records


def check_file_size(size_bytes: int, largest: int = LARGEST_WORD_FILE) -> None:
    """Raise BadEmbedding for a file that is too large to be what it should, before it is read."""
    if size_bytes > largest:
        raise BadEmbedding("too_large", count=largest // 2**20)


def _check_outside(data: bytes) -> None:
    if not data.startswith(ZIP_START):
        raise BadEmbedding("unknown_kind")
    if count_entries(data) > _MAX_RECORDS:
        raise BadEmbedding("more_than_an_embedding")
    if has_long_extras(data):
        raise BadEmbedding("damaged")


def count_entries(data: bytes) -> int:
    """No fewer than a ZIP's directory has: each has this mark, so that counting bounds the work before it is parsed."""
    return data.count(_DIRECTORY_ENTRY)


def has_long_extras(data: bytes) -> bool:
    """Whether an entry of a ZIP's directory has more beside its name than any program writes."""
    place = data.find(_DIRECTORY_ENTRY)
    while place >= 0:
        field = data[place + _EXTRA_FIELD_AT : place + _EXTRA_FIELD_AT + _EXTRA_FIELD.size]
        if len(field) == _EXTRA_FIELD.size and _EXTRA_FIELD.unpack(field)[0] > _MAX_EXTRA:
            return True
        place = data.find(_DIRECTORY_ENTRY, place + 1)
    return False


def _check_entries(entries: list[zipfile.ZipInfo], file_bytes: int) -> dict[str, zipfile.ZipInfo]:
    """Entries by record name: all stored as they are, each name known and there once, all within the file."""
    named: dict[str, zipfile.ZipInfo] = {}
    roots = set()
    for entry in entries:
        match = _RECORD.fullmatch(entry.filename)
        if match is None or match["name"] in named:
            raise BadEmbedding("other_records")
        if entry.flag_bits & _ENCRYPTED:
            raise BadEmbedding("other_records")
        if entry.compress_type != zipfile.ZIP_STORED or entry.compress_size != entry.file_size:
            raise BadEmbedding("other_records")
        named[match["name"]] = entry
        roots.add(match["root"])
    if len(roots) != 1 or "data.pkl" not in named:
        raise BadEmbedding("other_records")
    if sum(entry.file_size for entry in entries) > file_bytes:
        raise BadEmbedding("damaged")
    return named
