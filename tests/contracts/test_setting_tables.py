"""Settings of a drawing and of a training: the structs, the tables beside them and docs/users.md say the same."""

import re
from collections.abc import Mapping, Sequence
from operator import attrgetter
from pathlib import Path
from typing import Any

import pytest

from bot.features.imagine.drawing_settings import MOST_STEPS, SETTINGS as IMAGINE
from bot.features.train.tuning import SETTINGS as TUNING
from trainer.protocol import DRAWING, TRAINING, DrawRequest, Hires, PictureSettings, Setting, Tuning
from trainer.protocol.limits import LARGEST_SEED
from trainer.protocol.setting_values import Flag, Number, OneOf, Sides, Whole

GUIDE = (Path(__file__).parents[2] / "docs" / "users.md").read_text(encoding="utf-8")
DRAW = DrawRequest(prompt="a", hires=Hires())
LIMITS = {"steps": MOST_STEPS}
"""Of what people may ask for; a request of another picture's settings may have more."""
SHOWN = {"seed": "any"}
"""What people get who say nothing, where it is not the request's own default."""
NAMES = {f"{LARGEST_SEED:,}": "2⁶⁴−1", f"{-LARGEST_SEED:,}": "−(2⁶⁴−1)"}


def listed() -> dict[str, tuple[str, str]]:
    """Values and default of each example in the guide."""
    rows = re.findall(r"^\| `([^`]+)` \| ([^|]*)\| ([^|]*)\| [^|]+ \|$", GUIDE, re.MULTILINE)
    return {example: (values.strip(), default.strip()) for example, values, default in rows}


def columns(row: Setting, usual: Any) -> tuple[str, str]:
    default = attrgetter(row.field)(usual)
    shown = "" if default is None else SHOWN.get(row.name, row.value.written(default))
    match row.value:
        case Whole(least, most) | Number(least, most):
            values = [f"{limit:,}" for limit in (least, LIMITS.get(row.name, most))]
            return " to ".join(NAMES.get(value, value) for value in values), shown
        case Sides(least, most):
            return f"{least}x{least} to {most}x{most}", shown
        case OneOf(names):
            return ", ".join(names).lower(), shown.lower()
        case Flag():
            return "", ""
        case _:
            return "", shown.strip()


@pytest.mark.parametrize(("settings", "usual"), [(IMAGINE, DRAW), (TUNING, Tuning())], ids=["imagine", "tuning"])
def test_the_guide_lists_every_setting_with_its_limits(settings: Mapping[str, Setting], usual: Any) -> None:
    in_guide = listed()
    for row in settings.values():
        assert in_guide[row.example] == columns(row, usual), row.example


def test_the_guide_lists_no_other() -> None:
    assert list(listed()) == [row.example for row in (*TUNING.values(), *IMAGINE.values())]


@pytest.mark.parametrize(("rows", "usual"), [(DRAWING, DRAW), (TRAINING, Tuning())], ids=["drawing", "training"])
def test_every_row_is_of_a_field(rows: Sequence[Setting], usual: Any) -> None:
    for row in rows:
        assert row.name or row.key, row
        if row.name:
            attrgetter(row.field)(usual)
        if row.key and row.field:
            attrgetter(row.said)(PictureSettings())


def test_every_field_has_a_row() -> None:
    fields = [*DrawRequest.__struct_fields__, *(f"hires.{name}" for name in Hires.__struct_fields__)]
    others = {"prompt", "negative_prompt", "width", "height", "image", "allow_unsafe", "hires"}
    assert set(fields) - others == {row.field for row in DRAWING if row.name}
    assert set(Tuning.__struct_fields__) == {row.field for row in TRAINING}


@pytest.mark.parametrize("attribute", ["name", "key"])
def test_no_two_rows_are_called_the_same(attribute: str) -> None:
    for rows in (DRAWING, TRAINING):
        called = [getattr(row, attribute) for row in rows if getattr(row, attribute)]
        assert len(set(called)) == len(called)
