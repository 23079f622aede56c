"""What numpy's pickles name: as torch wrote the tensors of Apple's chips and of DirectML, numbers and all."""

import math
from dataclasses import dataclass, field
from typing import Any

from trainer.embeddings.containers.opcodes import ForbiddenInstruction
from trainer.embeddings.errors import BadEmbedding
from trainer.embeddings.tensors import BYTES, MAX_DIMENSIONS, StoredTensor

_MODULES = ("numpy.core.multiarray", "numpy._core.multiarray")  # before numpy 2, and since
RECONSTRUCT = tuple(f"{module} _reconstruct" for module in _MODULES)
SCALAR = tuple(f"{module} scalar" for module in _MODULES)
ARRAY, DTYPE, ENCODE = "numpy ndarray", "numpy dtype", "_codecs encode"
_FLOATS = {"f4": "F32", "f2": "F16", "f8": "F64"}
_KINDS = {**_FLOATS, "i8": "I64", "i4": "I32", "i2": "I16", "i1": "I8", "u1": "U8", "b1": "BOOL"}
_NUMBERS = 4
"""Where in an array's state its bytes stand: version, shape, dtype, whether columns lie together, bytes."""


@dataclass
class NumpyType:
    """A number's kind in numpy's words; nothing but little-endian numbers is read."""

    code: str
    big_endian: bool = False

    def set_state(self, state: Any) -> None:
        """What BUILD tells of it: version, byte order, and what only structured types have."""
        self.big_endian = isinstance(state, tuple) and state[1:2] == (">",)


@dataclass
class NumpyArray:
    """Made empty, then told its state by BUILD, as numpy does it."""

    state: tuple[Any, ...] = field(default=())

    def set_state(self, state: Any) -> None:
        if not isinstance(state, tuple) or len(state) != _NUMBERS + 1:
            raise ForbiddenInstruction("state of an array")
        self.state = state

    def tensor(self) -> StoredTensor:
        """The array's numbers as a tensor of its own record. Raises BadEmbedding, ForbiddenInstruction."""
        if not self.state:
            raise ForbiddenInstruction("array without a state")
        _, shape, kind, columns, numbers = self.state
        if not isinstance(shape, tuple) or not isinstance(kind, NumpyType) or not isinstance(numbers, bytes):
            raise ForbiddenInstruction("state of an array")
        if kind.code not in _KINDS or kind.big_endian:
            raise BadEmbedding("odd_numbers")
        if len(shape) > MAX_DIMENSIONS or not all(type(side) is int and side >= 0 for side in shape):
            raise BadEmbedding("damaged")
        dtype = _KINDS[kind.code]
        return StoredTensor(
            records={"": numbers},
            record="",
            dtype=dtype,
            count=len(numbers) // BYTES[dtype],
            offset=0,
            shape=shape,
            strides=_strides(shape, columns=columns is True),
        )


def _strides(shape: tuple[int, ...], *, columns: bool) -> tuple[int, ...]:
    """In elements; with `columns` it is a column's numbers that lie together."""
    return tuple(math.prod(shape[:axis] if columns else shape[axis + 1 :]) for axis in range(len(shape)))


def encode(text: Any, coding: Any) -> bytes:
    """How Python 3 writes bytes in Python 2's protocol. Raises ForbiddenInstruction."""
    if not isinstance(text, str) or coding != "latin1":
        raise ForbiddenInstruction("encode")
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError as error:
        raise ForbiddenInstruction("encode") from error


def dtype(code: Any, *_rest: Any) -> NumpyType:
    if not isinstance(code, str):
        raise ForbiddenInstruction("dtype")
    return NumpyType(code)


def scalar(kind: Any, numbers: Any) -> None:
    """A number that stands alone, such as a step: no vector, and no fact that a file is refused for."""
    if not isinstance(kind, NumpyType) or not isinstance(numbers, bytes):
        raise ForbiddenInstruction("scalar")
