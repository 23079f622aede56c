"""The only reader of pickles. It runs nothing: a small stack machine for the few instructions that torch.save writes.

A pickle is a program; Python's own reader runs it. Here dicts, lists, tuples, strings and numbers are built as they
are, the handful of names that torch writes become marks, and whatever else stands in the file ends the reading.
"""

import pickletools
import struct
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from trainer.embeddings.errors import BadEmbedding
from trainer.embeddings.tensors import StoredTensor
from trainer.embeddings.torch_zip import read_records

_T = TypeVar("_T")
_MAX_PICKLE_BYTES = 2**20
_MAX_OPCODES = 20_000
_LARGEST_SIZE = 2**40
_STORAGES = {
    "torch FloatStorage": "F32",
    "torch HalfStorage": "F16",
    "torch BFloat16Storage": "BF16",
    "torch DoubleStorage": "F64",
    "torch LongStorage": "I64",
    "torch IntStorage": "I32",
    "torch ByteStorage": "U8",
}
_ORDERED_DICT = "collections OrderedDict"
_TENSOR = "torch._utils _rebuild_tensor_v2"
_PARAMETER = "torch._utils _rebuild_parameter"
_PARAMETER_DICT = "torch.nn.modules.container ParameterDict"
_SETS = ("__builtin__ set", "builtins set")  # Python 2's name, which protocol 2 keeps, and Python 3's
_NAMES = {_ORDERED_DICT, _TENSOR, _PARAMETER, _PARAMETER_DICT, *_SETS, *_STORAGES}


@dataclass(frozen=True)
class _Name:
    """A name that the pickle mentions; nothing is looked up by it."""

    text: str


@dataclass(frozen=True)
class _Storage:
    dtype: str
    record: str
    count: int


@dataclass
class ParameterDict:
    """torch's container of that name, as far as it matters: its tensors."""

    parameters: dict[Hashable, Any] = field(default_factory=dict)


class _Instructions(Exception):
    """The pickle does something that no file of numbers needs."""


def read_torch_file(data: bytes) -> Any:
    """What torch.save was given: dicts, lists, tuples, text, numbers, None, `StoredTensor` and `ParameterDict`.

    Nested as deeply as the file likes and perhaps in circles: take what is wanted by key, do not walk it.
    Raises BadEmbedding.
    """
    records = read_records(data)
    program = records["data.pkl"]
    if len(program) > _MAX_PICKLE_BYTES:
        raise BadEmbedding("holds more than an embedding")
    try:
        return _Machine(records).run(program)
    except (_Instructions, IndexError, KeyError, TypeError) as error:
        # The last three: instructions that take from the stack what is not there or has another type.
        raise BadEmbedding("contains instructions, not only numbers") from error
    except (ValueError, struct.error, OverflowError) as error:
        raise BadEmbedding("is damaged or was not copied whole") from error


class _Machine:
    def __init__(self, records: dict[str, bytes]) -> None:
        self._records = records
        self._stack: list[Any] = []
        self._marks: list[int] = []
        self._memo: dict[int, Any] = {}

    def run(self, program: bytes) -> Any:
        for count, (opcode, argument, _) in enumerate(pickletools.genops(program)):
            if count >= _MAX_OPCODES:
                raise BadEmbedding("holds more than an embedding")
            if opcode.name == "STOP":
                return self._stack.pop()
            self._step(opcode.name, argument)
        raise ValueError("no STOP")

    def _step(self, name: str, argument: Any) -> None:
        if name in _IGNORED:
            return
        if name in _VALUES:
            self._stack.append(argument)
        elif name in _CONSTANTS:
            self._stack.append(_CONSTANTS[name]())
        elif name in _TUPLES:
            self._stack.append(tuple(self._take(_TUPLES[name])))
        elif name in _ACTIONS:
            _ACTIONS[name](self, argument)
        else:
            raise _Instructions(name)

    def _take(self, count: int) -> list[Any]:
        """Remove the uppermost `count` values, none of them below the last mark."""
        start = len(self._stack) - count
        if start < (self._marks[-1] if self._marks else 0):
            raise _Instructions("stack underflow")
        taken = self._stack[start:]
        del self._stack[start:]
        return taken

    def _take_to_mark(self) -> list[Any]:
        start = self._marks.pop()
        taken = self._stack[start:]
        del self._stack[start:]
        return taken

    def mark(self, _: Any) -> None:
        self._marks.append(len(self._stack))

    def put(self, index: int) -> None:
        self._memo[index] = self._stack[-1]

    def memoize(self, _: Any) -> None:
        self._memo[len(self._memo)] = self._stack[-1]

    def get(self, index: int) -> None:
        self._stack.append(self._memo[index])

    def tuple_to_mark(self, _: Any) -> None:
        self._stack.append(tuple(self._take_to_mark()))

    def set_item(self, _: Any) -> None:
        self._set_items(self._take(2))

    def set_items(self, _: Any) -> None:
        self._set_items(self._take_to_mark())

    def _set_items(self, flat: list[Any]) -> None:
        target = _expect(self._stack[-1], dict)
        for key, value in zip(flat[::2], flat[1::2], strict=True):
            target[_plain_key(key)] = value

    def append(self, _: Any) -> None:
        self._extend(self._take(1))

    def appends(self, _: Any) -> None:
        self._extend(self._take_to_mark())

    def _extend(self, values: list[Any]) -> None:
        _expect(self._stack[-1], list).extend(values)

    def name(self, text: str) -> None:
        if text not in _NAMES:
            raise _Instructions(text)
        self._stack.append(_Name(text))

    def name_from_stack(self, _: Any) -> None:
        module, attribute = self._take(2)
        self.name(f"{_expect(module, str)} {_expect(attribute, str)}")

    def storage(self, _: Any) -> None:
        (reference,) = self._take(1)
        kind, name, key, _location, count = _expect(reference, tuple)
        if kind != "storage":
            raise _Instructions("persistent id")
        self._stack.append(_Storage(_STORAGES[_expect(name, _Name).text], _expect(key, str), _whole(count)))

    def call(self, _: Any) -> None:
        """REDUCE: what the named function would make of its arguments, for the few functions that torch writes."""
        name, arguments = self._take(2)
        function = _FUNCTIONS.get(_expect(name, _Name).text)
        if function is None:
            raise _Instructions("call")
        self._stack.append(function(self, *_expect(arguments, tuple)))

    def new_object(self, _: Any) -> None:
        name, arguments = self._take(2)
        if _expect(name, _Name).text != _PARAMETER_DICT or arguments != ():
            raise _Instructions("new object")
        self._stack.append(ParameterDict())

    def build(self, _: Any) -> None:
        (state,) = self._take(1)
        target = self._stack[-1]
        if isinstance(target, ParameterDict):
            target.parameters = _expect(_expect(state, dict)["_parameters"], dict)
        elif not isinstance(target, dict):  # an OrderedDict's attributes (a state dict's _metadata) say nothing here
            raise _Instructions("state")

    def tensor(self, storage: Any, offset: Any, shape: Any, strides: Any, *_rest: Any) -> StoredTensor:
        stored = _expect(storage, _Storage)
        return StoredTensor(
            records=self._records,
            record=f"data/{stored.record}",
            dtype=stored.dtype,
            count=stored.count,
            offset=_whole(offset),
            shape=tuple(_whole(n) for n in _expect(shape, tuple)),
            strides=tuple(_whole(n) for n in _expect(strides, tuple)),
        )


def _expect(value: Any, kind: type[_T]) -> _T:
    if not isinstance(value, kind):
        raise _Instructions(f"{kind.__name__} expected")
    return value


def _whole(value: Any) -> int:
    if type(value) is not int or not 0 <= value < _LARGEST_SIZE:
        raise BadEmbedding("is damaged: its numbers are laid out wrongly")
    return value


def _plain_key(key: Any) -> Hashable:
    """Only keys whose hash is quick: a tuple's is exponential in a file's length if the tuples are nested."""
    if not isinstance(key, str | int | float | None):
        raise _Instructions("key")
    return key


def _ordered_dict(_: _Machine, pairs: Any = ()) -> dict[Hashable, Any]:
    """Empty, or from a list of pairs, as Python 2 wrote it."""
    return {_plain_key(key): value for key, value in pairs}


def _parameter(_: _Machine, tensor: Any, *_rest: Any) -> StoredTensor:
    return _expect(tensor, StoredTensor)


def _empty_set(_: _Machine, members: Any) -> None:
    """Only empty sets are written, beside what matters."""
    if members != []:
        raise _Instructions("set")


_IGNORED = {"PROTO", "FRAME"}
_VALUES = {
    "BINUNICODE", "SHORT_BINUNICODE", "BINSTRING", "SHORT_BINSTRING",
    "BININT", "BININT1", "BININT2", "LONG1", "BINFLOAT",
}  # fmt: skip
_CONSTANTS: dict[str, Callable[[], Any]] = {
    "NONE": lambda: None,
    "NEWTRUE": lambda: True,
    "NEWFALSE": lambda: False,
    "EMPTY_DICT": dict,
    "EMPTY_LIST": list,
    "EMPTY_TUPLE": tuple,
    "EMPTY_SET": lambda: None,
}
_TUPLES = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}
_ACTIONS: dict[str, Callable[[_Machine, Any], None]] = {
    "MARK": _Machine.mark,
    "BINPUT": _Machine.put,
    "LONG_BINPUT": _Machine.put,
    "MEMOIZE": _Machine.memoize,
    "BINGET": _Machine.get,
    "LONG_BINGET": _Machine.get,
    "TUPLE": _Machine.tuple_to_mark,
    "SETITEM": _Machine.set_item,
    "SETITEMS": _Machine.set_items,
    "APPEND": _Machine.append,
    "APPENDS": _Machine.appends,
    "GLOBAL": _Machine.name,
    "STACK_GLOBAL": _Machine.name_from_stack,
    "BINPERSID": _Machine.storage,
    "REDUCE": _Machine.call,
    "NEWOBJ": _Machine.new_object,
    "BUILD": _Machine.build,
}
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    _ORDERED_DICT: _ordered_dict,
    _TENSOR: _Machine.tensor,
    _PARAMETER: _parameter,
    **dict.fromkeys(_SETS, _empty_set),
}
