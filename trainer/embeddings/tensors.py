"""Numbers as torch and safetensors store them → float32 arrays, every size checked before a value is touched."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from trainer.embeddings.errors import BadEmbedding

MAX_NUMBERS = 2**22  # 1024 vectors of T5's width; the longest embedding seen has 88
MAX_DIMENSIONS = 4
_MAX_REPEATED = 2**18
"""Numbers of a tensor that repeats what it stores, as torch's `expand` makes it: a few bytes may stand for many."""
_WHOLE = {"I64": 8, "I32": 4, "I16": 2, "I8": 1, "U64": 8, "U32": 4, "U16": 2, "U8": 1, "BOOL": 1}
BYTES = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "C64": 8, "C128": 16, **_WHOLE}
Buffer = bytes | bytearray | memoryview
_FLOATS = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2"}


@dataclass(frozen=True)
class StoredTensor:
    """A tensor still in its record: `dtype` in safetensors' words, `offset` and `strides` in elements."""

    records: Mapping[str, Buffer]
    record: str
    dtype: str
    count: int
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]

    def array(self, most: int = MAX_NUMBERS) -> np.ndarray:
        """Copy as float32, in `shape`, of up to `most` numbers.

        Raises BadEmbedding if anything is out of bounds, not a float or not finite.
        """
        self._check_record()
        self._check_shape(most)
        stored = np.frombuffer(self.records[self.record], dtype=_FLOATS[self.dtype])
        strides = tuple(stride * stored.itemsize for stride in self.strides)
        view = np.lib.stride_tricks.as_strided(stored[self.offset :], self.shape, strides, writeable=False)
        return _float32(view, self.dtype)

    def check_size(self, most: int = MAX_NUMBERS) -> int:
        """How many numbers `array` would give, which costs nothing to ask. Raises BadEmbedding if too many or none."""
        if len(self.shape) > MAX_DIMENSIONS or min(self.shape, default=1) < 1:
            raise BadEmbedding("no_vectors")
        if math.prod(self.shape) > most:
            raise BadEmbedding("more_than_an_embedding")
        if math.prod(self.shape) > max(self.count, _MAX_REPEATED):
            raise BadEmbedding("more_than_an_embedding")
        return math.prod(self.shape)

    def _check_record(self) -> None:
        if self.dtype in _WHOLE:
            raise BadEmbedding("whole_numbers")
        if self.dtype not in _FLOATS:
            raise BadEmbedding("odd_numbers")
        if self.record not in self.records:
            raise BadEmbedding("damaged")
        if self.count * BYTES[self.dtype] != len(self.records[self.record]):
            raise BadEmbedding("damaged")

    def _check_shape(self, most: int) -> None:
        """The farthest element lies in the record, so that every one does: none of the sizes is negative."""
        self.check_size(most)
        if len(self.strides) != len(self.shape) or min((self.offset, *self.strides)) < 0:
            raise BadEmbedding("damaged")
        farthest = self.offset + sum((n - 1) * stride for n, stride in zip(self.shape, self.strides, strict=True))
        if farthest >= self.count:
            raise BadEmbedding("damaged")


def _float32(stored: np.ndarray, dtype: str) -> np.ndarray:
    """Contiguous float32 copy; bfloat16 comes as its 16 bits, which are the upper half of a float32's."""
    if dtype == "BF16":
        values = (stored.astype(np.uint32) << 16).view(np.float32)
    else:
        with np.errstate(over="ignore"):  # a float64 beyond float32 becomes infinite and is refused below
            values = np.array(stored, dtype=np.float32, order="C")
    if not np.isfinite(values).all():
        raise BadEmbedding("not_finite")
    return values
