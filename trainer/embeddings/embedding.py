"""A learned word, whatever file it came from."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Embedding:
    """Vectors, (k, width) float32, that stand in a prompt for `name`; what is not known of their training is None."""

    name: str
    vectors: np.ndarray
    step: int | None = None
    model: str | None = None
    model_hash: str | None = None
