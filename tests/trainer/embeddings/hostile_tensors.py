"""Tensors that reach beyond their numbers, ask for more than there is, or are no vectors."""

import struct
from collections import OrderedDict

import torch

from tests.trainer.embeddings.hostile_pickles import Hostile
from tests.trainer.embeddings.making import TENSOR, program, storage, tensor_piece, tensor_program, text, zipped
from tests.trainer.embeddings.samples import saved, webui

_LAYOUTS = {
    "more numbers than there are": {"count": 5},
    "2^39 numbers": {"count": 2**39},
    "2^62 numbers": {"count": 2**62},
    "a negative count": {"count": -4},
    "an offset beyond the numbers": {"offset": 1},
    "a negative offset": {"offset": -1},
    "an offset of 2^39": {"offset": 2**39},
    "a row too many": {"shape": (3, 2)},
    "a column too many": {"shape": (2, 3)},
    "2^60 numbers of one": {"shape": (2**30, 2**30), "strides": (0, 0)},
    "64 MB of one number": {"shape": (2**21, 3), "strides": (0, 0)},
    "no rows": {"shape": (0, 2)},
    "no columns": {"shape": (2, 0)},
    "a negative shape": {"shape": (-1, 2)},
    "strides too long": {"strides": (3, 1)},
    "negative strides": {"strides": (-2, 1)},
    "strides that end before the numbers": {"strides": (2, -1), "offset": 1},
    "strides that overflow": {"strides": (2**39, 1)},
    "a stride too few": {"strides": (2,)},
    "a stride too many": {"strides": (2, 1, 1)},
    "no dimension": {"shape": (), "strides": ()},
    "three dimensions": {"shape": (1, 2, 2), "strides": (4, 2, 1)},
    "five dimensions": {"shape": (1,) * 5, "strides": (1,) * 5},
    "65 dimensions": {"shape": (1,) * 65, "strides": (0,) * 65},
}

_WHOLE = ["Long", "Int", "Short", "Char", "Byte", "Bool"]
_KINDS = [*_WHOLE, "ComplexFloat", "ComplexDouble", "QInt8", "QUInt4x2", "Untyped"]
_FLOATS = (torch.float32, torch.bfloat16)
_NAN, _INF = float("nan"), float("inf")
_LARGE = tensor_piece(2**20, 0, (1, 2**20), (2**20, 1))
_MANY_NAMES = b"".join(b"M" + struct.pack("<H", n) + b"h\x00" for n in range(5000))
_DOUBLE_DESCRIPTION = b"(" + tensor_piece() + tensor_piece(2, kind=b"ctorch\nDoubleStorage\n", shape=(1, 2)) + b"t."


def _laid_out(**layout: object) -> Hostile:
    return lambda _: program(tensor_program(**layout))


def _of_kind(kind: str) -> Hostile:
    return lambda _: program(tensor_program(kind=f"ctorch\n{kind}Storage\n".encode()))


def _holding(value: float, dtype: torch.dtype) -> Hostile:
    return lambda _: saved(webui(torch.tensor([[1, value]], dtype=dtype).float().numpy()))


def _often(value: bytes, numbers: int = 2**20) -> Hostile:
    return lambda _: program(b"\x80\x02" + value, b"\0" * 4 * numbers)


TENSORS: dict[str, Hostile] = {
    **{name: _laid_out(**layout) for name, layout in _LAYOUTS.items()},
    **{f"{kind} numbers": _of_kind(kind) for kind in _KINDS},
    **{f"{value} in {dtype}": _holding(value, dtype) for value in (_NAN, _INF, -_INF) for dtype in _FLOATS},
    "a number beyond float32": lambda _: saved({"*": torch.tensor([1e300], dtype=torch.float64)}),
    "quantised": lambda _: program(b"\x80\x02ctorch._utils\n_rebuild_qtensor\n)R."),
    "sparse": lambda _: saved({"*": torch.eye(4).to_sparse()}),
    "sparse, by its name": lambda _: program(b"\x80\x02ctorch._utils\n_rebuild_sparse_tensor\n)R."),
    "eight-bit floats": lambda _: saved({"*": torch.ones(2, 2).to(torch.float8_e4m3fn)}),
    "on no device": lambda _: saved({"*": torch.ones(2, 2, device="meta")}),
    "a lookup table of whole numbers": lambda _: saved({"*": torch.ones(2, 2, dtype=torch.int64)}),
    "a missing record": lambda _: zipped({"data.pkl": tensor_program()}),
    "a record too short": lambda _: program(tensor_program(), b"\0" * 15),
    "a record too long": lambda _: program(tensor_program(), b"\0" * 17),
    "a record of another name": lambda _: program(b"\x80\x02" + storage(key=text("../version")) + b"."),
    "one record, two descriptions": lambda _: program(b"\x80\x02" + _DOUBLE_DESCRIPTION),
    "one large tensor ten thousand times": _often(b"](" + _LARGE + b"q\x00" + b"h\x00" * 10_000 + b"e."),
    "one large tensor under thousands of names": _often(b"}(" + text("a") + _LARGE + b"q\x00" + _MANY_NAMES + b"u."),
    "ten thousand lists of one large tensor": _often(b"](](" + _LARGE + b"eq\x00" + b"h\x00" * 10_000 + b"e."),
    "a dict of many in a list, often": _often(
        b"](}(" + b"".join(b"K" + bytes([n]) + b"N" for n in range(200)) + b"uq\x00" + b"h\x00" * 10_000 + b"e."
    ),
    "a shape of nothing": lambda _: program(b"\x80\x02" + TENSOR + b"(" + storage() + b"K\x00NNNNtR."),
    "a tensor of no storage": lambda _: program(b"\x80\x02" + TENSOR + b"(NNNNNNtR."),
    "a tensor of too little": lambda _: program(b"\x80\x02" + TENSOR + b")R."),
    "a parameter of no tensor": lambda _: program(b"\x80\x02ctorch._utils\n_rebuild_parameter\n(NNNtR."),
    "a dict that says nothing": lambda _: saved({}),
    "a state dict": lambda _: saved(OrderedDict(weight=torch.ones(4, 4), bias=torch.ones(4))),
    "a list of lists": lambda _: saved([[[torch.ones(4)]]]),
    "a list of too many": lambda _: saved([torch.ones(4) for _ in range(17)]),
}  # fmt: skip
