"""Brackets that say how much a part of the text counts.

`(x)` times 1.1, `[x]` divided by 1.1, `(x:1.3)` times 1.3; nested ones multiply; one left open runs to the end. A
backslash makes `( ) [ ] \\` literal; before anything else it disappears, as in the web UI. The word BREAK, with the
blanks around it, is no text: it ends a window. (The web UI forgets that inside brackets; here it does not.)
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from trainer.prompts.numbers import NUMBER, clamped

ROUND = 1.1
SQUARE = 1 / 1.1
LARGEST_WEIGHT = 10.0
_LARGEST_PRODUCT = 1e30  # finite, so that nothing times 0 is "not a number"

_TOKEN = re.compile(rf"\\([()\[\]\\]?)|([(\[])|([)\]])|:\s*({NUMBER})\s*\)|:|[^\\()\[\]:]+")
_ESCAPED, _OPENING, _CLOSING, _NUMBER = 1, 2, 3, 4  # the groups of _TOKEN; other tokens are text
_BREAK = re.compile(r"\bBREAK\b")


class Segment(NamedTuple):
    """Text without syntax, and its weight, -10 to 10."""

    text: str
    weight: float


@dataclass(frozen=True)
class Break:
    """Here a window ends."""


Segments = tuple[Segment | Break, ...]


def read_emphasis(text: str) -> Segments:
    """Segments in order, none of them empty; neighbours of equal weight are one. An empty text has none."""
    return tuple(_merged(_weighted(list(_TOKEN.finditer(text)))))


def _weighted(tokens: Sequence[re.Match[str]]) -> Iterator[Segment | Break]:
    factors = _factors(tokens)
    products = {"(": [1.0], "[": [1.0]}
    weight = 1.0
    for place, token in enumerate(tokens):
        if place not in factors:
            yield from _literal(token, weight)
            continue
        own = products[_pair(token)]
        if token.lastindex == _OPENING:
            own.append(clamped(own[-1] * factors[place], _LARGEST_PRODUCT))
        else:
            own.pop()
        weight = clamped(products["("][-1] * products["["][-1], LARGEST_WEIGHT)


def _factors(tokens: Sequence[re.Match[str]]) -> dict[int, float]:
    """Places of the tokens that are brackets in effect, with what they multiply by; the others are literal."""
    factors: dict[int, float] = {}
    open_places: dict[str, list[int]] = {"(": [], "[": []}
    for place, token in enumerate(tokens):
        if token.lastindex == _OPENING:
            open_places[token[0]].append(place)
            factors[place] = _factor(token)
        elif token.lastindex in (_CLOSING, _NUMBER) and (opened := open_places[_pair(token)]):
            factors[opened.pop()] = factors[place] = _factor(token)
    return factors


def _pair(token: re.Match[str]) -> str:
    return "[" if token[0] in ("[", "]") else "("


def _factor(token: re.Match[str]) -> float:
    if token.lastindex == _NUMBER:
        return clamped(float(token[_NUMBER]), _LARGEST_PRODUCT)
    return ROUND if _pair(token) == "(" else SQUARE


def _literal(token: re.Match[str], weight: float) -> Iterable[Segment | Break]:
    word = token[_ESCAPED] if token.lastindex == _ESCAPED else token[0]
    return _around_breaks(word, weight) if "BREAK" in word else (Segment(word, weight),)


def _around_breaks(text: str, weight: float) -> Iterator[Segment | Break]:
    first, *behind_breaks = _BREAK.split(text)
    yield Segment(first.rstrip() if behind_breaks else first, weight)
    for number, part in enumerate(behind_breaks, start=1):
        yield Break()
        yield Segment(part.strip() if number < len(behind_breaks) else part.lstrip(), weight)


def _merged(parts: Iterator[Segment | Break]) -> Iterator[Segment | Break]:
    written = (part for part in parts if isinstance(part, Break) or part.text)
    for weight, run in groupby(written, key=lambda part: None if isinstance(part, Break) else part.weight):
        if weight is None:
            yield from run
        else:
            yield Segment("".join(part.text for part in run if isinstance(part, Segment)), weight)
