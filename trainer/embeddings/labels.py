"""Strangers' texts and numbers beside the vectors, made fit to be shown."""

from typing import Any

from trainer.embeddings.errors import BadEmbedding

_LABEL_LETTERS = 200
_LARGEST_STEP = 2**31 - 1


def shown(text: str) -> str:
    """Printable characters only, cut to what fits on one line."""
    return "".join(filter(str.isprintable, text[: 4 * _LABEL_LETTERS]))[:_LABEL_LETTERS]


def label(value: Any) -> str | None:
    """A model's name or hash. Raises BadEmbedding for what is neither text nor None."""
    if value is not None and not isinstance(value, str):
        raise BadEmbedding("names its model by something that is not text")
    return shown(value or "") or None


def step_count(value: Any) -> int | None:
    """Raises BadEmbedding for what is neither a number of steps nor None."""
    if value is None:
        return None
    if type(value) is not int or not 0 <= value <= _LARGEST_STEP:
        raise BadEmbedding("names a training step that is not a number of steps")
    return value
