"""Names that get into each other's way in a prompt, by CLIP's way to cut text into pieces before it looks any up.

The model finds a word by the tokens of its name, the longest first; pieces decide over tokens, so that what holds for
them holds for every vocabulary. Source of the pattern: openai/CLIP, `simple_tokenizer.py`.
"""

import re
from collections.abc import Iterable
from typing import Literal, NamedTuple

from bot.texts.catalogue import Texts
from bot.texts.names import escape
from bot.texts.spelling import same

_MOST_LINES = 3
_PIECES = re.compile(r"'s|'t|'re|'ve|'m|'ll|'d|[^\W\d_]+|\d|(?:[^\s\w]|_)+")


class Collision(NamedTuple):
    """How another word's name stands to a new one: the same to the model, inside it, or around it."""

    kind: Literal["same", "inside", "around"]
    other: str


def collisions(name: str, others: Iterable[str]) -> list[Collision]:
    """With each of the other names that is in the way, in their order."""
    found = []
    for other in others:
        kind = _relation(_pieces(name), _pieces(other))
        if kind is not None and not same(other, name):
            found.append(Collision(kind, other))
    return found


def collision_lines(name: str, words: Iterable[str], texts: Texts) -> list[str]:
    """What a person should know of their new word's name; `words` are those that they can see."""
    lines = []
    for collision in collisions(name, words):
        ours, other = escape(name), escape(collision.other)
        match collision.kind:
            case "same":
                lines.append(texts("collision-same", name=ours, other=other))
            case "inside":
                lines.append(texts("collision-longer", longer=ours, shorter=other))
            case "around":
                lines.append(texts("collision-longer", longer=other, shorter=ours))
    return lines[:_MOST_LINES]


def _relation(ours: list[str], theirs: list[str]) -> Literal["same", "inside", "around"] | None:
    if ours == theirs:
        return "same"
    if _contains(ours, theirs):
        return "inside"
    return "around" if _contains(theirs, ours) else None


def _contains(whole: list[str], part: list[str]) -> bool:
    return any(whole[at : at + len(part)] == part for at in range(len(whole) - len(part) + 1))


def _pieces(name: str) -> list[str]:
    return _PIECES.findall(name.lower())
