"""`AND`: several prompts for one picture, each pulling with its own weight."""

import re
from typing import NamedTuple

from trainer.prompts.numbers import NUMBER, clamped

MOST_PARTS = 16
"""Each part is a pass of the model in every step; where there are more, AND is a word like others."""
LARGEST_PULL = 100.0

_AND = re.compile(r"\bAND\b")
_NUMBER = re.compile(NUMBER)


class Part(NamedTuple):
    """A sub-prompt and its weight, -100 to 100.

    denoised = uncond + sum over parts of (cond - uncond) * weight * guidance scale
    """

    text: str
    weight: float


def read_composition(text: str) -> tuple[Part, ...]:
    """Parts in order, at least one. As in the web UI a number behind a last colon is a weight without any AND, too."""
    texts = _AND.split(text)
    return tuple(_part(part) for part in (texts if len(texts) <= MOST_PARTS else [text]))


def _part(text: str) -> Part:
    before, colon, number = text.rpartition(":")
    if colon and _NUMBER.fullmatch(number.strip()):
        return Part(before.rstrip(), clamped(float(number), LARGEST_PULL))
    return Part(text.rstrip(), 1.0)
