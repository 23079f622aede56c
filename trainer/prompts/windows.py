"""From the pieces of one text to windows of 75 places, filled as the web UI fills them.

A learned word that does not fit starts a new window. Where a window is full and a comma is among its last 20 places,
what follows that comma moves to the next window: words that belong together are encoded together. Learned words move
with their vectors. (In the web UI the places move, the vectors stay behind; a word of more than 75 vectors overflows.)
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

WINDOW = 75
COMMA_REACH = 20
"""Places at the end of a full window in which a comma is looked for."""
PLACEHOLDER = 0
"""Token id where a vector will go."""


class TokenPiece(NamedTuple):
    """A token of the vocabulary; `comma` if it is `,` alone."""

    id: int
    weight: float = 1.0
    comma: bool = False


class WordPiece(NamedTuple):
    """A learned word of `vectors` vectors, which all have the word's weight."""

    word: str
    vectors: int
    weight: float = 1.0


class BreakPiece(NamedTuple):
    """The window ends here, even an empty one."""


Piece = TokenPiece | WordPiece | BreakPiece


class Placement(NamedTuple):
    """Row `vector` of `word` goes to `position` (1 to 75; the begin token is at 0) of `window`."""

    word: str
    vector: int
    window: int
    position: int


@dataclass(frozen=True)
class FilledWindows:
    """At least one window. `ids` are up to 75, without begin, end, padding; `weights` always 75, 1 where padded."""

    ids: tuple[tuple[int, ...], ...]
    weights: tuple[tuple[float, ...], ...]
    placements: tuple[Placement, ...]
    """In the order of the text."""


class _Place(NamedTuple):
    id: int
    weight: float
    comma: bool = False
    word: str | None = None
    vector: int = 0


def fill_windows(pieces: Iterable[Piece]) -> FilledWindows:
    """Fill windows in order; a word's vectors beyond 75 are left out."""
    windows: list[list[_Place]] = [[]]
    ended = False
    for piece in pieces:
        if ended:
            windows.append([])
        ended = isinstance(piece, BreakPiece)
        if not isinstance(piece, BreakPiece):
            _put(windows, _places(piece))
    return FilledWindows(
        ids=tuple(tuple(place.id for place in window) for window in windows),
        weights=tuple((*(place.weight for place in window), *[1.0] * (WINDOW - len(window))) for window in windows),
        placements=tuple(_placements(windows)),
    )


def _places(piece: TokenPiece | WordPiece) -> list[_Place]:
    if isinstance(piece, TokenPiece):
        return [_Place(piece.id, piece.weight, piece.comma)]
    rows = range(min(piece.vectors, WINDOW))
    return [_Place(PLACEHOLDER, piece.weight, word=piece.word, vector=row) for row in rows]


def _put(windows: list[list[_Place]], places: list[_Place]) -> None:
    if len(windows[-1]) == WINDOW and not places[0].comma:
        windows.append(_cut_behind_comma(windows[-1]))
    if len(windows[-1]) + len(places) > WINDOW:
        windows.append([])
    windows[-1] += places


def _cut_behind_comma(full: list[_Place]) -> list[_Place]:
    for place in range(WINDOW - 1, WINDOW - COMMA_REACH - 1, -1):
        if full[place].comma:
            behind = full[place + 1 :]
            del full[place + 1 :]
            return behind
    return []


def _placements(windows: list[list[_Place]]) -> Iterator[Placement]:
    for number, window in enumerate(windows):
        for position, place in enumerate(window, start=1):
            if place.word is not None:
                yield Placement(place.word, place.vector, number, position)
