"""Words in a prompt that look like an embedding but are none. Pure."""

import re
from collections.abc import Iterable
from difflib import get_close_matches

from bot.texts.spelling import key

_LIKE_A_NAME = re.compile(r"[^\W_]+(?:[-_]+[^\W_]+)+|[^\W\d_]+\d+", re.UNICODE)
"""Two parts joined by a hyphen or underscore, or letters with a number: plain words are left alone."""
_CLOSE = 0.8
"""0 to 1: how much of the letters two names share."""


def near_misses(prompt: str, names: Iterable[str]) -> list[tuple[str, str]]:
    """(what the prompt says, the name that was probably meant), each once."""
    known = {key(name): name for name in names}
    found: dict[str, str] = {}
    for written in _LIKE_A_NAME.findall(prompt):
        typed = key(written)
        if any(_stands_in(name, typed) for name in known):
            continue
        for close in get_close_matches(typed, known, n=1, cutoff=_CLOSE):
            found.setdefault(written, known[close])
    return list(found.items())


def _stands_in(name: str, typed: str) -> bool:
    """Whether the model's reader finds the name there: it ends words at digits and marks, not within letters."""
    return re.search(rf"(?<![^\W\d_]){re.escape(name)}(?![^\W\d_])", typed) is not None
