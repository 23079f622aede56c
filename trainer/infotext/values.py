"""Values of other programs' JSON, which may hold anything anywhere."""

import json
import math
from collections.abc import Mapping
from typing import Any

from trainer.sampling.sampler_names import UnknownSampler, UnknownSchedule, read_sampler, read_schedule

_DEEPEST = 64
"""Brackets in brackets; Python's reader would end in a RecursionError."""

Object = Mapping[str, Any]


def read_object(text: str) -> Object:
    """A JSON object. Raises ValueError for what is none."""
    depth = deepest = 0
    for character in text:
        depth += (character in "{[") - (character in "}]")
        deepest = max(deepest, depth)
    if deepest > _DEEPEST:
        raise ValueError("nested too deeply")
    value = json.loads(text)
    if not isinstance(value, dict):
        raise ValueError("no object")
    return value


def inner(value: Object, key: str) -> Object:
    """The object under a key; an empty one where there is none."""
    found = value.get(key)
    return found if isinstance(found, dict) else {}


def text_of(value: Object, key: str) -> str:
    """Text, without halves of surrogate pairs, which could not be told on."""
    found = value.get(key)
    return found.encode(errors="replace").decode() if isinstance(found, str) else ""


def whole_of(value: Object, key: str, missing: int) -> int:
    number = number_of(value, key, math.nan)
    found = value.get(key)
    if isinstance(found, int | str):
        try:
            return int(found)
        except ValueError:
            pass
    return missing if math.isnan(number) else int(number)


def number_of(value: Object, key: str, missing: float) -> float:
    """A finite number, also one that is written as text."""
    found = value.get(key)
    if isinstance(found, bool) or not isinstance(found, int | float | str):
        return missing
    try:
        number = float(found)
    except (ValueError, OverflowError):
        return missing
    return number if math.isfinite(number) else missing


def sampler_of(name: str, schedule: str = "") -> tuple[str, str]:
    """Our names of a sampler and a schedule; those that are not known here stay as they are."""
    try:
        row, ending = read_sampler(name)
        sampler = row.name
    except UnknownSampler:
        sampler, ending = name, "Automatic"
    try:
        chosen: str = read_schedule(schedule) if schedule else "Automatic"
    except UnknownSchedule:
        chosen = schedule
    return sampler, ending if chosen == "Automatic" else chosen
