"""The two numbers by which the web UI tells embeddings apart."""

import hashlib

import numpy as np

_FILE_DIGITS = 12
_32_BITS = 0xFFFFFFFF
_16_BITS = 0xFFFF


def file_hash(data: bytes) -> str:
    """First 12 hex digits of the SHA-256, as in the infotext's "TI hashes"."""
    return hashlib.sha256(data).hexdigest()[:_FILE_DIGITS]


def const_hash(vectors: np.ndarray) -> str:
    """4 hex digits, as in `.pt.optim` and in old pictures' "[2f88]"; the web UI's formula.

    Weak: vectors that differ by less than 0.01 often share it.
    """
    state = 0
    for value in np.trunc(vectors.astype(np.float32).ravel() * np.float32(100)).tolist():
        state = (state * 281 ^ int(value) * 997) & _32_BITS
    return f"{state & _16_BITS:04x}"
