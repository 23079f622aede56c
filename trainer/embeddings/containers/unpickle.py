"""The only reader of pickles. It runs nothing: a small stack machine for the few instructions that torch.save writes.

A pickle is a program; Python's own reader runs it. Here dicts, lists, tuples, strings and numbers are built as they
are, the handful of names that torch writes become marks, and whatever else stands in the file ends the reading.
"""

import io
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from trainer.embeddings.containers import numpy_names
from trainer.embeddings.containers.numpy_names import NumpyArray, NumpyType
from trainer.embeddings.containers.opcodes import ForbiddenInstruction, read_instructions
from trainer.embeddings.containers.torch_names import ODD, STORAGES, ParameterDict, Storage
from trainer.embeddings.errors import BadEmbedding
from trainer.embeddings.tensors import MAX_DIMENSIONS, Buffer, StoredTensor

_T = TypeVar("_T")
_MAX_OPCODES = 20_000
_LARGEST_SIZE = 2**40
_LARGEST_KEY = 2**31
"""Whole numbers below it are their own hashes; beyond, as many as one likes may share one."""
_LONGEST_KEY = 1024
_LETTERS_A_STEP = 64
"""Of a text that is made into bytes, which counts as work: one text may be asked for often."""
_ORDERED_DICT = "collections OrderedDict"
_TENSOR = "torch._utils _rebuild_tensor_v2"
_PARAMETER = "torch._utils _rebuild_parameter"
_PARAMETER_DICT = "torch.nn.modules.container ParameterDict"
_FROM_NUMPY = "torch._utils _rebuild_device_tensor_from_numpy"
_FROM_CPU = "torch._utils _rebuild_device_tensor_from_cpu_tensor"
_DTYPES = {f"torch {kind}" for kind in ("float32", "float16", "bfloat16", "float64")}
_SETS = ("__builtin__ set", "builtins set")  # Python 2's name, which protocol 2 keeps, and Python 3's
_NAMES = {
    _ORDERED_DICT, _TENSOR, _PARAMETER, _PARAMETER_DICT, _FROM_NUMPY, _FROM_CPU, *_DTYPES, *_SETS, *STORAGES,
    *numpy_names.RECONSTRUCT, *numpy_names.SCALAR, numpy_names.ARRAY, numpy_names.DTYPE, numpy_names.ENCODE,
}  # fmt: skip


@dataclass(frozen=True)
class _Name:
    """A name that the pickle mentions; nothing is looked up by it."""

    text: str


class Unpickler:
    """Reads the pickles of one file; how much all of them may do is limited together.

    `storages` says which record, by its name and number type, the tensors asked for.
    """

    def __init__(self, records: Mapping[str, Buffer]) -> None:
        self._records = records
        self._work = 0
        self.storages: dict[str, Storage] = {}
        self._begin()

    def read(self, stream: io.BytesIO) -> Any:
        """Dicts, lists, tuples, text, numbers, None, `StoredTensor`, `ParameterDict`, from one pickle.

        Nested as deeply as the file likes and perhaps in circles: take what is wanted by key, do not walk it.
        Raises BadEmbedding.
        """
        self._begin()
        try:
            return self._run(stream)
        except (ForbiddenInstruction, IndexError, KeyError, TypeError) as error:
            # The last three: instructions that take from the stack what is not there or has another type.
            raise BadEmbedding("unsafe") from error
        except ValueError as error:
            raise BadEmbedding("damaged") from error

    def _begin(self) -> None:
        self._stack: list[Any] = []
        self._marks: list[int] = []
        self._memo: dict[int, Any] = {}

    def _run(self, stream: io.BytesIO) -> Any:
        for name, argument in read_instructions(stream):
            self.spend(1)
            if name == "STOP":
                return self._stack.pop()
            self._step(name, argument)
        raise ValueError("no STOP")

    def spend(self, work: int) -> None:
        """Count work done. Raises BadEmbedding when it is more than any embedding needs."""
        self._work += work
        if self._work > _MAX_OPCODES:
            raise BadEmbedding("more_than_an_embedding")

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
            raise ForbiddenInstruction(name)

    def _take(self, count: int) -> list[Any]:
        """Remove the uppermost `count` values, none of them below the last mark."""
        start = len(self._stack) - count
        if start < (self._marks[-1] if self._marks else 0):
            raise ForbiddenInstruction("stack underflow")
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
        if text in ODD:
            raise BadEmbedding("odd_numbers")
        if text not in _NAMES:
            raise ForbiddenInstruction(text)
        self._stack.append(_Name(text))

    def name_from_stack(self, _: Any) -> None:
        module, attribute = self._take(2)
        self.name(f"{_expect(module, str)} {_expect(attribute, str)}")

    def refer(self, _: Any) -> None:
        """BINPERSID: a storage; in the old format also a class with its source text, which stays unread."""
        (reference,) = self._take(1)
        self.spend(len(_expect(reference, tuple)))
        kind, name, *rest = reference
        if kind == "module":
            self._stack.append(_expect(name, _Name))
        elif kind == "storage":
            self._storage(name, *rest)
        else:
            raise ForbiddenInstruction("persistent id")

    def _storage(self, name: Any, key: Any, _location: Any, count: Any, view: Any = None) -> None:
        """`view` is the old format's: a storage that is a piece of another one. Nobody saves embeddings so."""
        if view is not None:
            raise ForbiddenInstruction("view of a storage")
        if len(_expect(key, str)) > _LONGEST_KEY:
            raise BadEmbedding("more_than_an_embedding")
        stored = Storage(STORAGES[_expect(name, _Name).text], key, _whole(count))
        if self.storages.setdefault(stored.record, stored) != stored:
            raise BadEmbedding("damaged")
        self._stack.append(stored)

    def call(self, _: Any) -> None:
        """REDUCE: what the named function would make of its arguments, for the few functions that torch writes."""
        name, arguments = self._take(2)
        function = _FUNCTIONS.get(_expect(name, _Name).text)
        if function is None:
            raise ForbiddenInstruction("call")
        self.spend(len(_expect(arguments, tuple)))
        self._stack.append(function(self, *arguments))

    def new_object(self, _: Any) -> None:
        name, arguments = self._take(2)
        if _expect(name, _Name).text != _PARAMETER_DICT or arguments != ():
            raise ForbiddenInstruction("new object")
        self._stack.append(ParameterDict())

    def build(self, _: Any) -> None:
        (state,) = self._take(1)
        target = self._stack[-1]
        if isinstance(target, ParameterDict):
            target.parameters = _expect(_expect(state, dict)["_parameters"], dict)
        elif isinstance(target, NumpyArray | NumpyType):
            target.set_state(state)
        elif not isinstance(target, dict):  # an OrderedDict's attributes (a state dict's _metadata) say nothing here
            raise ForbiddenInstruction("state")

    def tensor(self, storage: Any, offset: Any, shape: Any, strides: Any, *_rest: Any) -> StoredTensor:
        stored = _expect(storage, Storage)
        if len(_expect(shape, tuple)) > MAX_DIMENSIONS or len(_expect(strides, tuple)) > MAX_DIMENSIONS:
            raise BadEmbedding("damaged")
        return StoredTensor(
            records=self._records,
            record=f"data/{stored.record}",
            dtype=stored.dtype,
            count=stored.count,
            offset=_whole(offset),
            shape=tuple(_whole(n) for n in shape),
            strides=tuple(_whole(n) for n in strides),
        )


def _expect(value: Any, kind: type[_T]) -> _T:
    if not isinstance(value, kind):
        raise ForbiddenInstruction(f"{kind.__name__} expected")
    return value


def _whole(value: Any) -> int:
    if type(value) is not int or not 0 <= value < _LARGEST_SIZE:
        raise BadEmbedding("damaged")
    return value


def _plain_key(key: Any) -> Hashable:
    """Only keys that are quick to hash and to compare, and cannot be made to share a hash.

    A tuple's hash is exponential in a file's length if the tuples are nested; two long texts are compared letter by
    letter, as often as a file asks for it.
    """
    if not isinstance(key, str | int | None):
        raise ForbiddenInstruction("key")
    if (len(key) > _LONGEST_KEY) if isinstance(key, str) else abs(key or 0) >= _LARGEST_KEY:
        raise BadEmbedding("more_than_an_embedding")
    return key


def _ordered_dict(unpickler: Unpickler, pairs: Any = ()) -> dict[Hashable, Any]:
    """Empty, or from a list of pairs, as Python 2 wrote it; one list may be asked for often, so it counts as work."""
    unpickler.spend(len(pairs))
    return {_plain_key(key): value for key, value in pairs}


def _parameter(_: Unpickler, tensor: Any, *_rest: Any) -> StoredTensor:
    return _expect(tensor, StoredTensor)


def _from_numpy(_: Unpickler, array: Any, *_rest: Any) -> StoredTensor:
    return _expect(array, NumpyArray).tensor()


def _array(_: Unpickler, kind: Any, *_rest: Any) -> NumpyArray:
    if _expect(kind, _Name).text != numpy_names.ARRAY:
        raise ForbiddenInstruction("array")
    return NumpyArray()


def _encode(unpickler: Unpickler, text: Any, coding: Any) -> bytes:
    unpickler.spend(len(_expect(text, str)) // _LETTERS_A_STEP)
    return numpy_names.encode(text, coding)


def _empty_set(_: Unpickler, members: Any) -> None:
    """Only empty sets are written, beside what matters."""
    if members != []:
        raise ForbiddenInstruction("set")


_IGNORED = {"PROTO", "FRAME"}
_VALUES = {
    "BINUNICODE", "SHORT_BINUNICODE", "BINSTRING", "SHORT_BINSTRING", "BINBYTES", "SHORT_BINBYTES",
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
_ACTIONS: dict[str, Callable[[Unpickler, Any], None]] = {
    "MARK": Unpickler.mark,
    "BINPUT": Unpickler.put,
    "LONG_BINPUT": Unpickler.put,
    "MEMOIZE": Unpickler.memoize,
    "BINGET": Unpickler.get,
    "LONG_BINGET": Unpickler.get,
    "TUPLE": Unpickler.tuple_to_mark,
    "SETITEM": Unpickler.set_item,
    "SETITEMS": Unpickler.set_items,
    "APPEND": Unpickler.append,
    "APPENDS": Unpickler.appends,
    "GLOBAL": Unpickler.name,
    "STACK_GLOBAL": Unpickler.name_from_stack,
    "BINPERSID": Unpickler.refer,
    "REDUCE": Unpickler.call,
    "NEWOBJ": Unpickler.new_object,
    "BUILD": Unpickler.build,
}
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    _ORDERED_DICT: _ordered_dict,
    _TENSOR: Unpickler.tensor,
    _PARAMETER: _parameter,
    _FROM_NUMPY: _from_numpy,
    _FROM_CPU: _parameter,  # the tensor comes first here, too
    numpy_names.ENCODE: _encode,
    numpy_names.DTYPE: lambda _, *arguments: numpy_names.dtype(*arguments),
    **dict.fromkeys(numpy_names.RECONSTRUCT, _array),
    **dict.fromkeys(numpy_names.SCALAR, lambda _, *arguments: numpy_names.scalar(*arguments)),
    **dict.fromkeys(_SETS, _empty_set),
}
