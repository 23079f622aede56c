"""Strangers' texts and numbers beside the vectors, made fit to be shown."""

from typing import Any

_LABEL_LETTERS = 200
_LARGEST_STEP = 2**31 - 1


def shown(text: str) -> str:
    """Printable characters only, cut to what fits on one line."""
    return "".join(filter(str.isprintable, text[: 4 * _LABEL_LETTERS]))[:_LABEL_LETTERS]


def label(value: Any) -> str | None:
    """A model's name or hash; None for what is no text. A fact that is wrong is no reason to refuse good vectors."""
    return (shown(value) or None) if isinstance(value, str) else None


def step_count(value: Any) -> int | None:
    """Steps of training; None for what is no number of steps."""
    return value if type(value) is int and 0 <= value <= _LARGEST_STEP else None
