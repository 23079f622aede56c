"""What most people leave as it is when a picture is drawn: `eta 0.5, rng NV, variation 0.2`."""

from collections.abc import Mapping
from typing import get_args

from bot.setting_lines import Setting
from trainer.protocol import DrawRequest, Emphasis, NoiseSource

MOST_STEPS = 150
"""Sampling steps of one picture, as in the web UI."""
_SOURCES: dict[str, str] = {name.casefold(): name for name in get_args(NoiseSource)}
_EMPHASES: dict[str, str] = {name.casefold(): name for name in get_args(Emphasis)}


def _one_of(names: Mapping[str, str], value: str) -> str:
    found = names.get(value.casefold())
    if found is None:
        raise ValueError(value)
    return found


SETTINGS: Mapping[str, Setting] = {
    "clip-skip": Setting("clip_skip", int, "clip-skip 2"),
    "emphasis": Setting("emphasis", lambda value: _one_of(_EMPHASES, value), "emphasis no norm"),
    "ensd": Setting("ensd", int, "ensd 31337"),
    "eta": Setting("eta", float, "eta 0.5"),
    "rng": Setting("rng", lambda value: _one_of(_SOURCES, value), "rng NV"),
    "variation": Setting("variation_strength", float, "variation 0.2"),
    "variation-seed": Setting("variation_seed", int, "variation-seed 7"),
}
"""docs/users.md lists them."""


def written(request: DrawRequest) -> str:
    """The line that asks for these settings; those that are as usual are left out."""
    usual = DrawRequest(prompt="")
    values = {name: (getattr(request, each.field), getattr(usual, each.field)) for name, each in SETTINGS.items()}
    return ", ".join(f"{name} {value}" for name, (value, default) in values.items() if value != default)
