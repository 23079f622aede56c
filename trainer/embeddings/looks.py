"""What looking into files tells, as messages: plain structs, so that whoever asks needs neither numpy nor torch."""

import msgspec


class Seen(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag=True):
    """An embedding that can be used."""

    file: str
    """Path as it was given; of a pair, the first's."""
    name: str
    vectors: int
    widths: tuple[int, ...]
    step: int | None
    model: str | None
    model_hash: str | None
    file_hash: str | None
    norms: tuple[float, ...]
    """Euclidean length of each vector; with two text encoders of the first's part, then of the second's."""
    notes: tuple[str, ...]
    written: tuple[str, ...] = ()
    """Paths of the files made of it, if files were asked for."""


class Refused(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag=True):
    """A file, or a format, that does not do; `reason` goes on from the file's name."""

    file: str
    reason: str


Look = Seen | Refused
