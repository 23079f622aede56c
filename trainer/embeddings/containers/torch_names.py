"""What torch's pickles name: kinds of storages, and the two things that they are read as."""

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any

STORAGES = {
    "torch FloatStorage": "F32",
    "torch HalfStorage": "F16",
    "torch BFloat16Storage": "BF16",
    "torch DoubleStorage": "F64",
    "torch LongStorage": "I64",
    "torch IntStorage": "I32",
    "torch ShortStorage": "I16",
    "torch CharStorage": "I8",
    "torch ByteStorage": "U8",
    "torch BoolStorage": "BOOL",
    "torch ComplexFloatStorage": "C64",
    "torch ComplexDoubleStorage": "C128",
}
"""Kinds of storage by torch's names; in safetensors' words."""
ODD = {f"torch._utils {name}" for name in ("_rebuild_qtensor", "_rebuild_sparse_tensor", "_rebuild_tensor_v3")}
"""What torch writes for numbers that no embedding has: quantised, sparse, of the newest kinds."""


@dataclass(frozen=True)
class Storage:
    """A record of numbers as the pickle describes it; what it says of its length is yet to be proved."""

    dtype: str
    record: str
    count: int


@dataclass
class ParameterDict:
    """torch's container of that name, as far as it matters: its tensors."""

    parameters: dict[Hashable, Any] = field(default_factory=dict)
