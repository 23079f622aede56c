"""What most people leave as it is when a picture is drawn: `eta 0.5, rng NV, hires 2`."""

from typing import Any

from bot.chat.setting_lines import in_lines, read_settings
from trainer.protocol import DRAWING, DrawRequest, Hires

MOST_STEPS = 150
"""Sampling steps of one picture, as in the web UI."""
SETTINGS = in_lines(DRAWING)
_HIRES = "hires."
"""Before the fields of the request's `hires`."""


def written(request: DrawRequest, *, whole: bool = False) -> str:
    """The line that asks for these settings, without those that are as usual; the main ones if `whole` alone."""
    usual = DrawRequest(prompt="", hires=Hires(scale=0.0))  # its factor is never usual, so that something asks for it
    values = ((row, row.of(request)) for row in SETTINGS.values())
    return ", ".join(
        f"{row.name} {row.value.written(value)}".rstrip()
        for row, value in values
        if (whole if row.always else value not in (None, row.of(usual)))
    )


def read_drawing_settings(text: str) -> dict[str, Any]:
    """Fields of a DrawRequest; one setting of the hires fix asks for it. Raises BadSetting, which names a part."""
    fields = read_settings(text, SETTINGS)
    hires = {field.removeprefix(_HIRES): value for field, value in fields.items() if field.startswith(_HIRES)}
    others = {field: value for field, value in fields.items() if not field.startswith(_HIRES)}
    return others | ({"hires": Hires(**hires)} if hires else {})
