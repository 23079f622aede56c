"""Good files → files that are slightly wrong, some of them behind checksums and lengths that are right again."""

import io
import json
import struct
import zipfile
import zlib
from random import Random

from tests.trainer.embeddings.making import safe, zipped

_NUMBERS = (0, 1, 2, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0xFFFF, 2**31 - 1, 2**31, 2**32 - 1, 2**63 - 1, 2**63, 2**64 - 1)
_PICKLED = (
    b"}", b"]", b")", b"(", b"N", b"K\x01", b"q\x00", b"h\x00", b"h\x01", b"s", b"u", b"a", b"e", b"t", b"\x85",
    b"\x86", b"\x87", b"Q", b"R", b"b", b"\x81", b"\x94", b"\x93", b".", b"J\xff\xff\xff\xff",
    b"\x8a\x08" + b"\x7f" * 8,
    b"ctorch._utils\n_rebuild_tensor_v2\n", b"ctorch\nFloatStorage\n", b"ccollections\nOrderedDict\n",
    b"ctorch.nn.modules.container\nParameterDict\n", b"cos\nsystem\n",
)  # fmt: skip
_JSON = (
    "0", "-1", "1e999", "null", "[]", "{}", "9" * 30, '"F64"', '"I64"', '"a"', "[1,2]", "true", "[[[1]]]", '""', "NaN",
)  # fmt: skip
_JSON_MARKS = '{}[],:"'


def mutated(random: Random, data: bytes) -> bytes:
    """Blindly, or inside of its structure."""
    if random.random() < 0.15:
        return scrambled(random, data)
    if data.startswith(b"PK"):
        return _records_changed(random, data)
    if data.startswith(b"\x89PNG"):
        return _chunks_changed(random, data)
    if data[8:9] == b"{":
        return _header_changed(random, data)
    return scrambled(random, data)


def scrambled(random: Random, data: bytes) -> bytes:
    """Bytes flipped, overwritten by odd numbers, cut out, doubled; mostly near the start and the end."""
    changed = bytearray(data)
    for _ in range(random.randint(1, 4)):
        place = _place(random, len(changed))
        kind = random.randrange(5)
        if kind == 0 and changed:
            changed[place % len(changed)] ^= 1 << random.randrange(8)
        elif kind == 1:
            size = random.choice((1, 2, 4, 8))
            changed[place : place + size] = (random.choice(_NUMBERS) % 2 ** (8 * size)).to_bytes(size, "little")
        elif kind == 2:
            del changed[place : place + random.randint(1, 40)]
        elif kind == 3:
            changed[place:place] = changed[place : place + random.randint(1, 40)]
        else:
            changed[place : place + 1] = random.randbytes(random.randint(1, 8))
    return bytes(changed)


def _place(random: Random, size: int) -> int:
    near = random.randrange(min(size, 300) + 1)
    return random.choice((near, max(size - near, 0), random.randrange(size + 1)))


def _records_changed(random: Random, data: bytes) -> bytes:
    """A sound ZIP around changed contents, mostly a changed pickle."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        records = {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}
    name = "data.pkl" if random.random() < 0.8 and "data.pkl" in records else random.choice(list(records))
    records[name] = _pickle_changed(random, records[name])
    return zipped(records)


def _pickle_changed(random: Random, pickled: bytes) -> bytes:
    if random.random() < 0.5:
        return scrambled(random, pickled)
    for _ in range(random.randint(1, 3)):
        place = random.randrange(len(pickled) + 1)
        pickled = pickled[:place] + random.choice(_PICKLED) + pickled[place + random.choice((0, 0, 1, 2)) :]
    return pickled


def _header_changed(random: Random, data: bytes) -> bytes:
    """A safetensors file whose header has the length that it says."""
    length = struct.unpack_from("<Q", data)[0]
    header, numbers = data[8 : 8 + length], data[8 + length :]
    if random.random() < 0.7:
        return safe(_json_changed(random, header.decode()).encode(errors="replace"), numbers)
    return safe(header, scrambled(random, numbers))


def _json_changed(random: Random, text: str) -> str:
    """A word or a number replaced, or a mark dropped or doubled."""
    for _ in range(random.randint(1, 3)):
        marks = [place for place, letter in enumerate(text) if letter in _JSON_MARKS]
        start = random.choice(marks) if marks else 0
        end = next((place for place in marks if place > start), len(text))
        replacement = random.choice((*_JSON, text[start:end], "", text[start : start + 1] * 2))
        text = text[: start + 1] + replacement + text[end:]
    return text


def _chunks_changed(random: Random, data: bytes) -> bytes:
    """A PNG whose checksums are right; the embedding in its text perhaps changed as JSON."""
    chunks = _chunks(data)
    index = random.randrange(len(chunks))
    kind, contents = chunks[index]
    chunks[index] = kind, scrambled(random, contents)
    if random.random() < 0.2:
        chunks.insert(random.randrange(len(chunks)), random.choice(chunks))
    body = b""
    for kind, contents in chunks:
        body += struct.pack(">I", len(contents)) + kind + contents + struct.pack(">I", zlib.crc32(kind + contents))
    return data[:8] + body


def _chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    chunks, place = [], 8
    while place < len(data):
        (length,) = struct.unpack_from(">I", data, place)
        chunks.append((data[place + 4 : place + 8], data[place + 8 : place + 8 + length]))
        place += length + 12
    return chunks


def json_picture(random: Random, contents: bytes) -> bytes:
    """A picture's JSON, changed but mostly still JSON."""
    return _json_changed(random, json.dumps(json.loads(contents))).encode(errors="replace")
