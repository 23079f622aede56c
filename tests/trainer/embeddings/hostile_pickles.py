"""Pickles that would run something, or eat memory or time, in a reader less narrow than ours."""

import os
import pickle
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.trainer.embeddings.making import (
    FLOATS,
    LEGACY_MARK,
    NO_HOOKS,
    TENSOR,
    legacy,
    program,
    storage,
    tensor_piece,
    text,
    whole,
)

Hostile = Callable[[Path], bytes]
"""Given the path of a file that must never come to be."""


class _Runs:
    """Pickles into a call."""

    def __init__(self, function: Any, *arguments: Any) -> None:
        self._call = function, arguments

    def __reduce__(self) -> Any:
        return self._call


def _touch(canary: Path) -> bytes:
    return f"touch {canary}".encode()


def _call(name: str) -> Hostile:
    """`name`, "module attribute", called with a shell command, then with the same as a keyword."""
    module, attribute = name.split()
    return lambda canary: program(
        b"\x80\x02" + f"c{module}\n{attribute}\n".encode() + b"(" + text(_touch(canary).decode()) + b"tR."
    )


def _wrapped(protocol: int) -> Hostile:
    """Where the web UI's files have their vectors."""
    return lambda canary: program(pickle.dumps({"string_to_param": {"*": _Runs(os.mkdir, str(canary))}}, protocol))


def _plain(pickled: bytes) -> Hostile:
    return lambda _: program(b"\x80\x02" + pickled)


_GLOBALS = [
    "os system", "posix system", "builtins eval", "builtins exec", "builtins getattr", "builtins __import__",
    "builtins compile", "__builtin__ eval", "subprocess Popen", "subprocess check_output", "runpy _run_code",
    "functools partial", "operator attrgetter", "operator methodcaller", "copyreg _reconstructor", "pickle loads",
    "_pickle loads", "marshal loads", "types CodeType", "types FunctionType", "ctypes CDLL", "importlib import_module",
    "torch load", "torch.hub load", "torch.storage _load_from_bytes", "torch.serialization load",
    "torch.jit.unsupported_tensor_ops execWrapper", "torch._utils _import_dotted_name", "numpy load", "io open",
    "numpy.core.multiarray _reconstruct", "_codecs encode", "collections defaultdict", "collections Counter",
    "pydoc pipepager", "timeit main", "code InteractiveInterpreter", "shutil rmtree", "pathlib Path",
    "socket create_connection", "webbrowser open", "trainer.embeddings.containers.unpickle Unpickler",
]  # fmt: skip

_DOUBLING = b"".join(b"](h" + bytes([n]) + b"h" + bytes([n]) + b"eq" + bytes([n + 1]) for n in range(250))
_PAIRS = b"](" + b"".join(whole(n) + b"N\x86" for n in range(3000)) + b"eq\x00"
_MANY_DICTS = b"ccollections\nOrderedDict\nq\x02(" + b"h\x02h\x00\x85R" * 1000 + b"t."
_LONG_SHAPE = b"(" + b"K\x01" * 5000 + b"tq\x01" + storage() + b"q\x02"
_MANY_TENSORS = b"(" + (TENSOR + b"(h\x02K\x00h\x01h\x01\x89" + NO_HOOKS + b"tR") * 900 + b"t."
_PARAMETERS = b"ctorch.nn.modules.container\nParameterDict\n)\x81q\x00"

_NUMPY_ARRAY = b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\n)N\x87R"
_FROM_NUMPY = b"ctorch._utils\n_rebuild_device_tensor_from_numpy\n"
_MERSENNE = 2**61 - 1  # Python's hash of a whole number is its remainder
_ONE_HASH = (
    b"}(" + b"".join(b"\x8a\x0a" + (n * _MERSENNE).to_bytes(10, "little") + b"N" for n in range(1, 9900)) + b"u."
)
_LONG, _LONG_AGAIN = text("a" * 2**18), text("a" * 2**18)
_LONG_KEYS = _LONG + b"q\x00" + _LONG_AGAIN + b"q\x01}q\x02" + b"h\x00Nsh\x01Ns" * 2500 + b"."
_LONG_RECORDS = b"(" + (b"(X\x07\0\0\0storage" + FLOATS + b"h\x00X\x03\0\0\0cpu" + whole(1) + b"tQ") * 900 + b"t."
_LONG_TUPLE = b"(X\x06\0\0\0module" + FLOATS + b"N" * 9000 + b"tq\x00" + b"h\x00Q" * 5000 + b"."
_LONG_ARGUMENTS = (
    tensor_piece()
    + b"q\x00(h\x00"
    + b"N" * 9000
    + b"tq\x01"
    + (b"ctorch._utils\n_rebuild_parameter\nq\x02" + b"h\x02h\x01R" * 3000 + b".")
)
_ENCODED_OFTEN = (
    b"c_codecs\nencode\nq\x00" + text("a" * 2**19) + text("latin1") + b"\x86q\x01" + b"h\x00h\x01R" * 5000 + b"."
)

COSTLY: dict[str, bytes] = {
    "keys that share one hash": _ONE_HASH,
    "long keys, compared again and again": _LONG_KEYS,
    "a long name of a record, copied again and again": _LONG + b"q\x00" + _LONG_RECORDS,
    "a long tuple, referred to again and again": _LONG_TUPLE,
    "long arguments, called with again and again": _LONG_ARGUMENTS,
    "a long text, encoded again and again": _ENCODED_OFTEN,
}
"""Small pickles whose cost would grow with the square of their length."""

_PROGRAMS: dict[str, Hostile] = {
    "INST": lambda canary: program(b"(S'" + _touch(canary) + b"'\nios\nsystem\n."),
    "OBJ": lambda canary: program(b"(cos\nsystem\n" + text(_touch(canary).decode()) + b"o."),
    "NEWOBJ": lambda canary: program(b"\x80\x02csubprocess\nPopen\n" + text(str(canary)) + b"\x85\x81."),
    "NEWOBJ_EX": lambda canary: program(b"\x80\x04csubprocess\nPopen\n" + text(str(canary)) + b"\x85}\x92."),
    "NEWOBJ_EX of an allowed name": _plain(b"ccollections\nOrderedDict\n)}\x92."),
    "STACK_GLOBAL": lambda canary: program(
        b"\x80\x04\x8c\x02os\x8c\x06system\x93(" + text(_touch(canary).decode()) + b"tR."
    ),
    "STACK_GLOBAL with dots": lambda canary: program(
        b"\x80\x04\x8c\x05torch\x8c\x09os.system\x93(" + text(_touch(canary).decode()) + b"tR."
    ),
    "STACK_GLOBAL of numbers": _plain(b"K\x01K\x02\x93."),
    "EXT1": _plain(b"\x82\x01."),
    "EXT2": _plain(b"\x83\x01\x00."),
    "EXT4": _plain(b"\x84\x01\x00\x00\x00."),
    "PERSID": _plain(b"Pos.system\n."),
    "BINPERSID of a number": _plain(b"K\x07Q."),
    "BINPERSID of nothing": _plain(b")Q."),
    "BINPERSID too short": _plain(b"(X\x07\0\0\0storagetQ."),
    "BINPERSID too long": _plain(b"(X\x07\0\0\0storage" + b"N" * 9 + b"tQ."),
    "BINPERSID of another kind": _plain(b"(X\x04\0\0\0evil" + b"N" * 4 + b"tQ."),
    "BINPERSID of a class": _plain(b"(X\x06\0\0\0modulecos\nsystem\nNNtQ."),
    "BINPERSID of no class": _plain(b"(X\x06\0\0\0moduleNNNtQ."),
    "BINPERSID with a number as key": _plain(storage(key=b"K\x00") + b"."),
    "BUILD on a list": _plain(b"]}" + text("__class__") + b"Nsb."),
    "BUILD on a tensor": _plain(tensor_piece() + b"}" + text("records") + b"Nsb."),
    "BUILD on an array": _plain(_NUMPY_ARRAY + b"}b."),
    "BUILD on an array, too short": _plain(_NUMPY_ARRAY + b"K\x01)\x86b."),
    "an array without a state": _plain(_FROM_NUMPY + b"(" + _NUMPY_ARRAY + b"NNNtR."),
    "an array of no numbers": _plain(
        _FROM_NUMPY + b"(" + _NUMPY_ARRAY + b"(K\x01)NNNtbNNNtR."
    ),
    "an array of another class": _plain(b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\ndtype\n)N\x87R."),
    "encode in another coding": _plain(b"c_codecs\nencode\n" + text("a") + text("zlib") + b"\x86R."),
    "encode of a number": _plain(b"c_codecs\nencode\nK\x01" + text("latin1") + b"\x86R."),
    "a type of a number": _plain(b"cnumpy\ndtype\nK\x01\x85R."),
    "a scalar of text": _plain(b"cnumpy.core.multiarray\nscalar\n" + text("a") + text("b") + b"\x86R."),
    "ndarray called": _plain(b"cnumpy\nndarray\n)R."),
    "BUILD on a name": _plain(b"ctorch\nFloatStorage\n}b."),
    "BUILD with slots": _plain(b"ctorch.nn.modules.container\nParameterDict\n)\x81N}\x86b."),
    "BUILD without parameters": _plain(b"ctorch.nn.modules.container\nParameterDict\n)\x81}b."),
    "REDUCE of a storage kind": _plain(b"ctorch\nFloatStorage\n)R."),
    "REDUCE of a class": _plain(b"ctorch.nn.modules.container\nParameterDict\n)R."),
    "REDUCE with a list": _plain(b"ccollections\nOrderedDict\n]R."),
    "deep lists": _plain(b"]" * 9000 + b"a" * 8999 + b"."),
    "deeper lists": _plain(b"]" * 30_000 + b"."),
    "deep tuples": _plain(b"N" + b"\x85" * 19_000 + b"."),
    "deep dicts": _plain(b"}N" * 6000 + b"Ns" + b"." ),
    "a doubling memo": _plain(b"]q\x00" + _DOUBLING + b"."),
    "BINGET of nothing": _plain(b"h\x05."),
    "LONG_BINGET of nothing": _plain(b"j\xff\xff\xff\xff."),
    "LONG_BINPUT far away": _plain(b"Nr\xff\xff\xff\xff."),
    "LONG4": _plain(b"\x8b" + struct.pack("<I", 2**19) + b"\x7f" * 2**19 + b"."),
    "LONG in decimals": _plain(b"L" + b"9" * 2**19 + b"L\n."),
    "INT in decimals": _plain(b"I" + b"9" * 2**19 + b"\n."),
    "FLOAT in decimals": _plain(b"F1e999999999\n."),
    "a frame that is too long": lambda _: program(b"\x80\x04\x95\xff\xff\xff\xff\xff\xff\xff\x7f."),
    "BYTEARRAY8": _plain(b"\x96" + struct.pack("<Q", 2**62) + b"."),
    "BINBYTES8": _plain(b"\x8e" + struct.pack("<Q", 2**62) + b"."),
    "BINUNICODE8": _plain(b"\x8d" + struct.pack("<Q", 2**62) + b"."),
    "BINUNICODE too long": _plain(b"X\xff\xff\xff\xffa."),
    "NEXT_BUFFER": _plain(b"\x97."),
    "READONLY_BUFFER": _plain(b"N\x98."),
    "STRING with escapes": _plain(b"S'\\q\\xzz'\n."),
    "UNICODE with escapes": _plain(b"V\\ud800\\U00110000\n."),
    "text that is none": _plain(b"X\x02\0\0\0\xff\xff."),
    "a name that is no text": _plain(b"c\xff\n\xff\n."),
    "a name without an end": _plain(b"ctorch\nFloat."),
    "a name of a million letters": _plain(b"c" + b"a" * 10**6 + b"\nb\n."),
    "DUP and POP": _plain(b"N2" * 100 + b"0" * 100 + b"."),
    "no STOP": _plain(b"}"),
    "nothing": lambda _: program(b""),
    "an empty stack": _plain(b"."),
    "a MARK at the end": _plain(b"(."),
    "marks only": _plain(b"(" * 19_990 + b"."),
    "a stack below a mark": _plain(b"NN(\x86."),
    "a dict in itself": _plain(b"}q\x00" + text("string_to_param") + b"h\x00s."),
    "a list in itself": _plain(b"]q\x00h\x00a."),
    "a ParameterDict in itself": _plain(
        _PARAMETERS + b"}" + text("_parameters") + b"}" + text("*") + b"h\x00ssb."
    ),
    "a tensor as a key": _plain(b"}" + tensor_piece() + b"Ns."),
    "a tuple as a key": _plain(b"}))s."),
    "an odd number of items": _plain(b"}(NNNu."),
    "an opcode flood": _plain(b"N" * 25_000 + b"."),
    "a flood of text": _plain(text("a" * 2**21) + b"."),
    "one list of pairs, a thousand dicts": _plain(_PAIRS + _MANY_DICTS),
    "one long shape, a thousand tensors": _plain(_LONG_SHAPE + _MANY_TENSORS),
    "a negative LONG1 as a count": _plain(storage(-1) + b"."),
    "a set with members": _plain(b"c__builtin__\nset\n]K\x01a\x85R."),
}  # fmt: skip

_GOOD = b"\x80\x02" + tensor_piece() + b"."
_HEAD = (LEGACY_MARK, 1001, {"little_endian": True})
_LEGACY: dict[str, Hostile] = {
    "a call in the head": lambda canary: legacy(_GOOD, head=(LEGACY_MARK, 1001, _Runs(os.mkdir, str(canary)))),
    "a call in the names": lambda canary: legacy(_GOOD)[:-60] + pickle.dumps(_Runs(os.mkdir, str(canary)), 2),
    "a call": lambda canary: legacy(pickle.dumps(_Runs(os.mkdir, str(canary)), 2)),
    "a plain pickle": lambda canary: pickle.dumps(_Runs(os.mkdir, str(canary)), 4),
    "another mark": lambda _: legacy(_GOOD, head=(1, *_HEAD[1:])),
    "another version": lambda _: legacy(_GOOD, head=(LEGACY_MARK, 1002, {"little_endian": True})),
    "big-endian": lambda _: legacy(_GOOD, head=(*_HEAD[:2], {"little_endian": False})),
    "no facts of the machine": lambda _: legacy(_GOOD, head=(*_HEAD[:2], [])),
    "no names": lambda _: legacy(_GOOD, names=()),
    "a name twice": lambda _: legacy(_GOOD, names=("0", "0")),
    "an unknown name": lambda _: legacy(_GOOD, names=("1",)),
    "a name that is a number": lambda _: legacy(_GOOD, names=(0,)),
    "another count": lambda _: legacy(_GOOD, numbers=struct.pack("<q4f", 3, 1, 2, 3, 4)),
    "a negative count": lambda _: legacy(_GOOD, numbers=struct.pack("<q4f", -4, 1, 2, 3, 4)),
    "a count without numbers": lambda _: legacy(_GOOD, numbers=struct.pack("<q", 4)),
    "too little": lambda _: legacy(_GOOD, numbers=b"\x04"),
    "too much": lambda _: legacy(_GOOD) + b"x",
    "a huge count": lambda _: legacy(
        b"\x80\x02" + tensor_piece(2**39) + b".", numbers=struct.pack("<q4f", 2**39, 1, 2, 3, 4)
    ),
    "a view of a storage": lambda _: legacy(
        b"\x80\x02(X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\x000X\x03\0\0\0cpuK\x04(X\x01\0\0\0vK\x00K\x04ttQ."
    ),
}  # fmt: skip

PICKLES: dict[str, Hostile] = {
    **{f"{name} called": _call(name) for name in _GLOBALS},
    **{f"a call where vectors stand, protocol {n}": _wrapped(n) for n in range(6)},
    **_PROGRAMS,
    **{name: _plain(pickled) for name, pickled in COSTLY.items()},
    **{f"old format: {name}": make for name, make in _LEGACY.items()},
}
