"""Which names a prompt may mean. The trainer decides: here none may be missed, and some too many do no harm."""

import re
from collections.abc import Iterable, Sequence

import ftfy

from bot.texts.spelling import key

_PASSED_OVER = re.compile(r"[\s\\]+")
"""Spaces stand between any two pieces that the model reads; a backslash makes a bracket an ordinary one."""
_LEAVES_OUT = re.compile(r"\[.*[:|]|<", re.DOTALL)
"""`[a:b:0.5]`, `[a|b]` and `<tag>`: what is left out may stand within a name."""


def may_be_meant(names: Iterable[str], prompts: Sequence[str]) -> list[str]:
    """Those of the names that one of the prompts may mean at some step."""
    read = [(_letters(prompt), _LEAVES_OUT.search(prompt) is not None) for prompt in prompts]
    return [name for name in names if any(_may_hold(text, _letters(name), gaps=gaps) for text, gaps in read)]


def _may_hold(text: str, name: str, *, gaps: bool) -> bool:
    if not gaps:
        return name in text
    at = 0
    for letter in name:
        at = text.find(letter, at) + 1
        if not at:
            return False
    return True


def _letters(text: str) -> str:
    """As the trainer's reader has them: typographic quotes and HTML entities are what they stand for."""
    plain = text if text.isascii() and "&" not in text else ftfy.fix_text(text, unescape_html=True)
    return _PASSED_OVER.sub("", key(plain))
