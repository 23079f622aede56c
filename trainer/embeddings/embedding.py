"""A learned word, whatever file it came from."""

from dataclasses import dataclass

import numpy as np

from trainer.protocol.file_faults import Remark

SDXL_WIDTHS = (768, 1280)


@dataclass(frozen=True)
class Embedding:
    """Vectors, (k, W) float32, that stand in a prompt for `name`; what is not known of their training is None."""

    name: str
    vectors: np.ndarray
    step: int | None = None
    model: str | None = None
    model_hash: str | None = None
    widths: tuple[int, ...] = ()
    """How many of the W numbers go to each text encoder: (768,), (1024,), SDXL's (768, 1280). One takes all."""
    file_hash: str | None = None
    """First 12 hex digits of the file's SHA-256, the web UI's "TI hashes"; None for what came from no file."""
    notes: tuple[Remark, ...] = ()
    """What a person should know of the reading."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "widths", self.widths or tuple(self.vectors.shape[-1:]))
