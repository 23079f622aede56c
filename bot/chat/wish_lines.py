"""What of a training most people leave as it is, as lines of a form: `steps: 400`, `learning_rate: 0.005`.

The names are those of the command's options, in the person's language; English ones are always understood. After the
line `template:` the person's own prompts follow, to the end.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from msgspec.structs import replace

from bot.chat.wishes import TrainingWish
from bot.errors import BadSetting
from bot.texts.catalogue import Texts, texts_for

LONGEST_LINES = 4000
"""Characters; Discord's limit of a text in a form."""
MOST_VECTORS_ASKED, MOST_BATCH, MOST_STEPS_ASKED = 75, 16, 10**9
TEMPLATES = ("subject", "style", "subject_filewords", "style_filewords")
_THOROUGHNESSES = ("quick", "balanced", "thorough")
_COLON = re.compile("[:：]")
_KEPT_FILE = "…"
"""Stands for an own template that is too long for a form."""


class _Line(NamedTuple):
    """The text whose words name the line, how its value is read (BadSetting), and an example."""

    text_id: str
    read: Callable[[str], Any]


def _whole(least: int, most: int) -> Callable[[str], int]:
    def read(value: str) -> int:
        digits = value.replace(",", "").replace(" ", "")
        if not digits.isdecimal():
            raise BadSetting(part=value, reason="value", example=str(least))
        if not least <= int(digits) <= most:
            raise BadSetting(part=value, reason="range", least=str(least), most=str(most))
        return int(digits)

    return read


def _one_of(known: tuple[str, ...]) -> Callable[[str], str]:
    def read(value: str) -> str:
        if value not in known:
            raise BadSetting(part=value, reason="unknown", known=", ".join(known))
        return value

    return read


_LINES: Mapping[str, _Line] = {
    "thoroughness": _Line("option-thoroughness", _one_of(_THOROUGHNESSES)),
    "steps": _Line("option-steps", _whole(1, MOST_STEPS_ASKED)),
    "learning_rate": _Line("option-learning-rate", str),
    "vectors": _Line("option-vectors", _whole(1, MOST_VECTORS_ASKED)),
    "batch_size": _Line("option-batch-size", _whole(1, MOST_BATCH)),
    "preview_prompt": _Line("option-preview-prompt", str),
    "tuning": _Line("option-tuning", str),
    "template": _Line("option-template", _one_of(TEMPLATES)),
}
_USUAL = TrainingWish()


def is_usual(wish: TrainingWish) -> bool:
    """Whether the choice of thoroughness says all there is to say."""
    changed = [field for field in _LINES if getattr(wish, field) != getattr(_USUAL, field)]
    return changed in ([], ["thoroughness"]) and not wish.own_template


def written(wish: TrainingWish, texts: Texts) -> str:
    """The lines of all that is not as usual."""
    lines = [
        f"{texts(line.text_id)}: {getattr(wish, field)}"
        for field, line in _LINES.items()
        if getattr(wish, field) != getattr(_USUAL, field)
    ]
    if wish.own_template:
        own = "\n".join([*lines, f"{texts('option-template')}:", wish.own_template])
        if len(own) <= LONGEST_LINES:
            return own
        lines.append(f"{texts('option-template')}: {_KEPT_FILE}")
    return "\n".join(lines)[:LONGEST_LINES]


def read(text: str, wish: TrainingWish, texts: Texts) -> TrainingWish:
    """The wish with exactly these settings; a line that was taken out is as usual again. Raises BadSetting."""
    fields: dict[str, Any] = {field: getattr(_USUAL, field) for field in (*_LINES, "own_template")}
    names = dict(_named(texts_for("en"))) | dict(_named(texts))
    lines = iter(text.splitlines())
    for line in lines:
        if not line.strip():
            continue
        name, value = (part.strip() for part in [*_COLON.split(line, maxsplit=1), ""][:2])
        field = names.get(name.casefold())
        if field is None:
            raise BadSetting(part=line.strip(), reason="unknown", known=", ".join(name for name, _ in _named(texts)))
        if field == "template" and not value:
            fields["own_template"] = "\n".join(lines)
        elif field == "template" and value == _KEPT_FILE:
            fields["own_template"] = wish.own_template
        elif value:
            fields[field] = _LINES[field].read(value)
    return replace(wish, **fields)


def _named(texts: Texts) -> Iterator[tuple[str, str]]:
    return ((texts(line.text_id).casefold(), field) for field, line in _LINES.items())
