"""Settings that people write in one line: `flip, cosine, warmup 20`."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bot.errors import BadSetting
from trainer.protocol import Setting

_WRITTEN = re.compile(r"\s*(?P<name>[a-z-]+)\s*[: =]?\s*(?:\"(?P<quoted>[^\"]*)\"|(?P<value>[^,\"]*))\s*(?:,|$)")
_SHOWN = 25
"""Suggestions that Discord shows."""


def in_lines(rows: Iterable[Setting]) -> Mapping[str, Setting]:
    """Those that people may write in a line, by name."""
    return {row.name: row for row in sorted(rows, key=lambda row: row.name) if row.example}


def read_settings(text: str, settings: Mapping[str, Setting]) -> dict[str, Any]:
    """Fields with their values. Raises BadSetting that names the first part that cannot be read."""
    fields: dict[str, Any] = {}
    at = 0
    while at < len(text.rstrip(", \t\n")):
        match = _WRITTEN.match(text, at)
        if match is None or match["name"] not in settings:
            raise BadSetting(part=_part(text, at), reason="unknown", known=", ".join(settings))
        setting = settings[match["name"]]
        value = match["quoted"] if match["quoted"] is not None else match["value"].strip()
        try:
            fields[setting.field] = setting.value.read(value)
        except ValueError:
            raise BadSetting(part=_part(text, at), reason="value", example=setting.example) from None
        at = match.end()
    return fields


def suggest_settings(
    typed: str, settings: Mapping[str, Setting], values: Mapping[str, Sequence[str]] | None = None
) -> list[str]:
    """What is typed, each time with another example for its last part.

    `values` are all that some settings may be; they are shown once such a setting's name is there.
    """
    before, comma, last = typed.rpartition(",")
    start, wanted = before + comma + " " * bool(comma), last.strip()
    examples = [setting.example for name, setting in settings.items() if name.startswith(wanted)]
    for name, each in (values or {}).items():
        if wanted.startswith(name):
            lines = [f"{name} {value}" for value in each]
            examples = [line for line in lines if line.casefold().startswith(wanted.casefold())]
    finished = [typed.strip()] if typed.strip() and not examples else []
    return (finished + [start + example for example in examples])[:_SHOWN]


def _part(text: str, at: int) -> str:
    return text[at:].partition(",")[0].strip()
