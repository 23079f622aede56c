"""The format that torch.save wrote before version 1.6: five pickles, one after the other, then the numbers.

The pickles: a mark, the format's version, facts of the machine, what was saved, the names of the storages in their
order. Of each storage then its count, as an int64, and its bytes.
"""

import io
import struct
from typing import Any

from trainer.embeddings.containers.unpickle import Unpickler
from trainer.embeddings.errors import BadEmbedding
from trainer.embeddings.tensors import BYTES, Buffer

_MARK = 0x1950A86A20F9469CFC6C
_VERSION = 1001
_MAX_PICKLES_BYTES = 2**21
_COUNT = struct.Struct("<q")


def is_legacy(data: bytes) -> bool:
    """It is a pickle of protocol 2 or later, with nothing around it."""
    return data[:1] == b"\x80"


def read_legacy(data: bytes) -> Any:
    """What torch.save was given, as `Unpickler.read` gives it. Raises BadEmbedding."""
    records: dict[str, Buffer] = {}
    unpickler, stream = Unpickler(records), io.BytesIO(data[:_MAX_PICKLES_BYTES])
    _check_head(unpickler, stream)
    contents = unpickler.read(stream)
    names = unpickler.read(stream)
    _take_storages(records, unpickler, names, memoryview(data)[stream.tell() :])
    return contents


def _check_head(unpickler: Unpickler, stream: io.BytesIO) -> None:
    mark, version, machine = (unpickler.read(stream) for _ in range(3))
    if type(mark) is not int or mark != _MARK or type(version) is not int or version != _VERSION:
        raise BadEmbedding("other_pickle")
    if not isinstance(machine, dict) or machine.get("little_endian") is not True:
        raise BadEmbedding("big_endian")


def _take_storages(records: dict[str, Buffer], unpickler: Unpickler, names: Any, rest: memoryview) -> None:
    """Fill `records` with pieces of `rest`, nothing of which is copied."""
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise BadEmbedding("damaged")
    for name in names:
        stored = unpickler.storages.get(name)
        if stored is None or f"data/{name}" in records or len(rest) < _COUNT.size:
            raise BadEmbedding("damaged")
        end = _COUNT.size + stored.count * BYTES[stored.dtype]
        if _COUNT.unpack_from(rest)[0] != stored.count or len(rest) < end:
            raise BadEmbedding("damaged")
        records[f"data/{name}"], rest = rest[_COUNT.size : end], rest[end:]
    if len(rest):
        raise BadEmbedding("damaged")
