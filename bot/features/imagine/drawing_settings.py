"""What most people leave as it is when a picture is drawn: `eta 0.5, rng NV, hires 2`."""

import re
from collections.abc import Mapping
from typing import Any, get_args

from bot.chat.setting_lines import Setting, read_settings
from trainer.protocol import DrawRequest, Emphasis, Hires, NoiseSource

MOST_STEPS = 150
"""Sampling steps of one picture, as in the web UI."""
_SOURCES: dict[str, str] = {name.casefold(): name for name in get_args(NoiseSource)}
_EMPHASES: dict[str, str] = {name.casefold(): name for name in get_args(Emphasis)}
_SIZE = re.compile(r"(\d{1,5}) ?[x×] ?(\d{1,5})", re.ASCII | re.IGNORECASE)
_HIRES = "hires."
"""Before the fields of the request's `hires`."""


def _one_of(names: Mapping[str, str], value: str) -> str:
    found = names.get(value.casefold())
    if found is None:
        raise ValueError(value)
    return found


def _size(value: str) -> tuple[int, int]:
    size = _SIZE.fullmatch(value)
    if size is None:
        raise ValueError(value)
    return int(size[1]), int(size[2])


SETTINGS: Mapping[str, Setting] = {
    "clip-skip": Setting("clip_skip", int, "clip-skip 2"),
    "emphasis": Setting("emphasis", lambda value: _one_of(_EMPHASES, value), "emphasis no norm"),
    "ensd": Setting("ensd", int, "ensd 31337"),
    "eta": Setting("eta", float, "eta 0.5"),
    "hires": Setting("hires.scale", float, "hires 1.5"),
    "hires-resize": Setting("hires.resize", _size, "hires-resize 1024x768"),
    "hires-steps": Setting("hires.steps", int, "hires-steps 10"),
    "hires-strength": Setting("hires.strength", float, "hires-strength 0.5"),
    "hires-upscaler": Setting("hires.upscaler", str, "hires-upscaler Lanczos"),
    "rng": Setting("rng", lambda value: _one_of(_SOURCES, value), "rng NV"),
    "seed-resize": Setting("seed_resize_from", _size, "seed-resize 512x512"),
    "variation": Setting("variation_strength", float, "variation 0.2"),
    "variation-seed": Setting("variation_seed", int, "variation-seed 7"),
}
"""docs/users.md lists them."""


def written(request: DrawRequest) -> str:
    """The line that asks for these settings; those that are as usual are left out."""
    usual = DrawRequest(prompt="", hires=Hires(scale=0.0))  # its factor is never usual, so that something asks for it
    values = {name: (_value(request, each), _value(usual, each)) for name, each in SETTINGS.items()}
    return ", ".join(
        f"{name} {_text(value)}" for name, (value, default) in values.items() if value not in (None, default)
    )


def _value(request: DrawRequest, setting: Setting) -> Any:
    owner: Any = request.hires if setting.field.startswith(_HIRES) else request
    return getattr(owner, setting.field.removeprefix(_HIRES), None)


def _text(value: Any) -> str:
    match value:
        case (width, height):
            return f"{width}x{height}"
        case float():
            return f"{value:g}"
        case _:
            return str(value)


def read_drawing_settings(text: str) -> dict[str, Any]:
    """Fields of a DrawRequest; one setting of the hires fix asks for it. Raises BadSetting, which names a part."""
    fields = read_settings(text, SETTINGS)
    hires = {field.removeprefix(_HIRES): value for field, value in fields.items() if field.startswith(_HIRES)}
    others = {field: value for field, value in fields.items() if not field.startswith(_HIRES)}
    return others | ({"hires": Hires(**hires)} if hires else {})
