"""A pickle's bytes → its instructions, the few that torch.save writes and no others.

An unknown instruction ends the reading before anything that belongs to it is looked at.
"""

import io
import pickletools
import struct
from collections.abc import Callable, Iterator
from typing import Any


class ForbiddenInstruction(Exception):
    """The pickle does something that no file of numbers needs."""


def read_instructions(stream: io.BytesIO) -> Iterator[tuple[str, Any]]:
    """Names, as in pickletools, and arguments, from where the stream stands up to STOP. Raises ValueError."""
    while True:
        code = stream.read(1)
        if code not in _INSTRUCTIONS:
            raise _refusal(code)
        name, read_argument = _INSTRUCTIONS[code]
        yield name, read_argument(stream)
        if name == "STOP":
            return


def _refusal(code: bytes) -> Exception:
    name = next((known.name for known in pickletools.opcodes if known.code == code.decode("latin-1")), None)
    return ForbiddenInstruction(name) if name else ValueError("no instruction")


def _exactly(stream: io.BytesIO, count: int) -> bytes:
    taken = stream.read(count)
    if len(taken) != count:
        raise ValueError("cut off")
    return taken


def _number(layout: str) -> Callable[[io.BytesIO], Any]:
    size = struct.calcsize(layout)
    return lambda stream: struct.unpack(layout, _exactly(stream, size))[0]


def _text(length: str, encoding: str) -> Callable[[io.BytesIO], str]:
    read_length = _number(length)
    errors = "surrogatepass" if encoding == "utf-8" else "strict"
    return lambda stream: _exactly(stream, read_length(stream)).decode(encoding, errors)


def _bytes(length: str) -> Callable[[io.BytesIO], bytes]:
    read_length = _number(length)
    return lambda stream: _exactly(stream, read_length(stream))


def _nothing(_: io.BytesIO) -> None:
    return None


def _long(stream: io.BytesIO) -> int:
    return int.from_bytes(_exactly(stream, _exactly(stream, 1)[0]), "little", signed=True)


def _line_pair(stream: io.BytesIO) -> str:
    module, attribute = (stream.readline() for _ in range(2))
    if not attribute.endswith(b"\n"):
        raise ValueError("cut off")
    return f"{module[:-1].decode('utf-8')} {attribute[:-1].decode('utf-8')}"


_ARGUMENTS: dict[str, Callable[[io.BytesIO], Any]] = {
    "PROTO": _number("<B"),
    "FRAME": _number("<Q"),
    "BININT": _number("<i"),
    "BININT1": _number("<B"),
    "BININT2": _number("<H"),
    "BINFLOAT": _number(">d"),
    "LONG1": _long,
    "SHORT_BINSTRING": _text("<B", "latin-1"),
    "BINSTRING": _text("<I", "latin-1"),
    "SHORT_BINUNICODE": _text("<B", "utf-8"),
    "BINUNICODE": _text("<I", "utf-8"),
    "SHORT_BINBYTES": _bytes("<B"),
    "BINBYTES": _bytes("<I"),
    "BINPUT": _number("<B"),
    "LONG_BINPUT": _number("<I"),
    "BINGET": _number("<B"),
    "LONG_BINGET": _number("<I"),
    "GLOBAL": _line_pair,
}
_BARE = (
    "STOP", "MARK", "NONE", "NEWTRUE", "NEWFALSE", "EMPTY_DICT", "EMPTY_LIST", "EMPTY_TUPLE", "EMPTY_SET", "MEMOIZE",
    "TUPLE", "TUPLE1", "TUPLE2", "TUPLE3", "SETITEM", "SETITEMS", "APPEND", "APPENDS", "STACK_GLOBAL", "BINPERSID",
    "REDUCE", "NEWOBJ", "BUILD",
)  # fmt: skip
_CODES = {opcode.name: opcode.code.encode("latin-1") for opcode in pickletools.opcodes}
_INSTRUCTIONS: dict[bytes, tuple[str, Callable[[io.BytesIO], Any]]] = {
    **{_CODES[name]: (name, read) for name, read in _ARGUMENTS.items()},
    **{_CODES[name]: (name, _nothing) for name in _BARE},
}
