"""What most people leave as it is, in one line of text: `flip, cosine, warmup 20, min-snr 5`."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from bot.errors import BadTuning
from trainer.protocol import Tuning

_SETTING = re.compile(r"\s*(?P<name>[a-z-]+)\s*[: =]?\s*(?:\"(?P<quoted>[^\"]*)\"|(?P<value>[^,\"]*))\s*(?:,|$)")
_SHOWN = 25
"""Suggestions that Discord shows."""

_Reader = Callable[[str], Any]


def _flag(value: str) -> bool:
    if value:
        raise ValueError(value)
    return True


def _unset(value: str) -> bool:
    return not _flag(value)


SETTINGS: Mapping[str, tuple[str, _Reader, str]] = {
    "accumulation": ("accumulation", int, "accumulation 2"),
    "alpha": ("alpha_weights", _flag, "alpha"),
    "clip": ("clip_norm", float, "clip 1"),
    "cosine": ("cosine", _flag, "cosine"),
    "decay": ("weight_decay", float, "decay 0.01"),
    "drop": ("drop_tags", float, "drop 0.1"),
    "flip": ("flip", _flag, "flip"),
    "join": ("word_join", str, 'join ", "'),
    "last": ("average", _unset, "last"),
    "min-snr": ("min_snr_gamma", float, "min-snr 5"),
    "patience": ("patience", int, "patience 4"),
    "shuffle": ("shuffle_tags", _flag, "shuffle"),
    "warmup": ("warmup", int, "warmup 20"),
    "words": ("word_regex", str, r"words \w+"),
}
"""By the word people write: the field of Tuning, how its value is read, an example. docs/users.md lists them."""


def read_tuning(text: str) -> Tuning:
    """Raises BadTuning that names the first part that cannot be read."""
    fields: dict[str, Any] = {}
    at = 0
    while at < len(text.rstrip(", \t\n")):
        match = _SETTING.match(text, at)
        if match is None or match["name"] not in SETTINGS:
            raise BadTuning(part=_part(text, at), reason="unknown")
        field, read, example = SETTINGS[match["name"]]
        value = match["quoted"] if match["quoted"] is not None else match["value"].strip()
        try:
            fields[field] = read(value)
        except ValueError:
            raise BadTuning(part=_part(text, at), reason="value", example=example) from None
        at = match.end()
    return Tuning(**fields)


def suggest_tuning(typed: str) -> list[str]:
    """What is typed, each time with another example for its last part."""
    before, comma, last = typed.rpartition(",")
    start, wanted = before + comma + " " * bool(comma), last.strip()
    examples = [example for name, (_, _, example) in SETTINGS.items() if name.startswith(wanted)]
    finished = [typed.strip()] if typed.strip() and not examples else []
    return (finished + [start + example for example in examples])[:_SHOWN]


def _part(text: str, at: int) -> str:
    return text[at:].partition(",")[0].strip()
