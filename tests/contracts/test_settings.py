"""`.env.example` names every setting with its default."""

import re
from pathlib import Path

from pydantic_core import PydanticUndefined

from bot.settings import Settings

EXAMPLE = (Path(__file__).parents[2] / ".env.example").read_text(encoding="utf-8")


def test_every_setting_is_in_the_example_with_its_default() -> None:
    shown = dict(re.findall(r"^#?(?:EMBEDSMITH_)?([A-Z_]+)=(.*)$", EXAMPLE, re.MULTILINE))
    assert set(shown) == {name.upper() for name in Settings.model_fields}
    for name, field in Settings.model_fields.items():
        if field.default not in (PydanticUndefined, None):
            assert shown[name.upper()] == str(field.default).replace("True", "true").replace(
                "False", "false"
            ).removesuffix(".0")
