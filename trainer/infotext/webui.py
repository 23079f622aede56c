"""Reads the text that the web UI and programs that write as it does put into pictures. No torch behind this import."""

import json
import math
import re
from typing import Any

from trainer.infotext.parameters import KEYS
from trainer.protocol.extra_networks import HYPERNETWORK
from trainer.protocol.limits import LARGEST_SIDE
from trainer.protocol.setting_values import Number, OneOf, Sides, Value, Whole
from trainer.protocol.settings import DRAWING, PictureSettings
from trainer.sampling.sampler_names import UnknownSampler, UnknownSchedule, read_sampler, read_schedule

_FEWEST_PAIRS = 3  # fewer on the last line, and it is a line of the prompt
_NEGATIVE = "Negative prompt:"
_RUN = re.compile(r"([\w \-/]+)(:?)")
_VALUE = re.compile(r'\s*+(?:("(?:\\.|[^\\"])++")\s*+|([^,]*+))(?:,|$)')
_OLD_KEYS = ("Size-1", "Size-2", "First pass size", "Hypernet", "Hypernet strength")
_OLD_FIRST_PASS = 512 * 512  # pixels, where a text of that time names no size
_SIDE, _SIDES = Whole(0, LARGEST_SIDE), Sides(0, LARGEST_SIDE)


def parse_parameters(text: str) -> PictureSettings:
    """What a text says, and what the web UI's reader assumes where it says nothing: steps 20, CFG scale 7, seed -1
    (any), size 0x0 (the model's own), RNG GPU. Never raises; time grows with the text's length only.

    A sampler that is not known here keeps its name; settings that are not known, and lines after the settings, are in
    `others`.
    """
    lines, settings, after = _parts(text)
    prompt, negative = _prompts(lines)
    fields = _plain_fields(settings)
    if "Hypernet" in settings:  # before it was a tag in the prompt
        prompt += f"<{HYPERNETWORK}:{settings['Hypernet']}:{settings.get('Hypernet strength', '1.0')}>"
        fields["hypernetwork_hashes"] = ((settings["Hypernet"], settings.get("Hypernet hash", "")),)
    sampler, schedule = _sampler(settings)
    (width, height), resize = _sizes(settings)
    special = {
        "prompt": prompt,
        "negative_prompt": negative,
        "sampler": sampler,
        "schedule": schedule,
        "width": width,
        "height": height,
        "hires_resize": resize,
        "others": (*((key, value) for key, value in settings.items() if key not in (*KEYS, *_OLD_KEYS)), *after),
    }
    return PictureSettings(**fields | special)


def _plain_fields(settings: dict[str, str]) -> dict[str, Any]:
    """Fields that a text says as they are, as far as it says them."""
    fields = {"eta": _value(settings.get("Eta DDIM", ""), Number(0, 1))}
    for row in DRAWING:
        if row.key in settings and row.field and (value := _value(settings[row.key], row.value)) is not None:
            fields[row.said] = value
    return fields


def _value(text: str, kind: Value) -> Any:
    """None where there is no such value. A name that is not known here stays as written."""
    try:
        value = kind.read(text)
    except ValueError:
        return text if isinstance(kind, OneOf) else None
    return None if isinstance(value, float) and not math.isfinite(value) else value


def has_settings(text: str) -> bool:
    """Whether there are settings, and not only a prompt."""
    return bool(_parts(text)[1])


def _parts(text: str) -> tuple[list[str], dict[str, str], list[tuple[str, str]]]:
    """Lines of the prompts, the settings, and what stands after them, as prompt generators of the web UI add it.

    The settings are the last line, or the last of those that name the steps, which no prompt does.
    """
    lines = text.strip().split("\n")
    for place in reversed(range(len(lines))):
        settings = _pairs(lines[place]) if place == len(lines) - 1 or "Steps" in lines[place] else {}
        if settings and (place == len(lines) - 1 or "Steps" in settings):
            return lines[:place], settings, [_named(line) for line in lines[place + 1 :] if line.strip()]
    return lines, {}, []


def _named(line: str) -> tuple[str, str]:
    key, colon, value = line.partition(":")
    return (key.strip(), value.strip()) if colon else ("…", line.strip())


def _sizes(settings: dict[str, str]) -> tuple[tuple[int, int], tuple[int, int] | None]:
    """Size of the first pass and of the enlarged picture; until 2023 the text had the last as its size."""
    size = _value(settings.get("Size", ""), _SIDES)
    if size is None:
        size = tuple(_value(settings.get(key, ""), _SIDE) or 0 for key in ("Size-1", "Size-2"))
    first = _value(settings.get("First pass size", ""), _SIDES)
    if first is None:
        return size, _value(settings.get("Hires resize", ""), _SIDES)
    if not all(first) and all(size):
        scale = math.sqrt(_OLD_FIRST_PASS / math.prod(size))
        first = (math.ceil(scale * size[0] / 64) * 64, math.ceil(scale * size[1] / 64) * 64)
    return first, size


def _pairs(line: str) -> dict[str, str]:
    """Keys and values of a line of settings; empty when it is none. One walk from left to right."""
    pairs, found, place = {}, 0, 0
    while run := _RUN.search(line, place):
        place = run.end()
        key = run[1].lstrip(" -/")
        if run[2] and len(key) > 1 and (value := _VALUE.match(line, place)):
            pairs[key] = _unquoted(value[1]) if value[1] else value[2].strip()
            found, place = found + 1, value.end()
    return pairs if found >= _FEWEST_PAIRS else {}


def _unquoted(quoted: str) -> str:
    try:
        value = str(json.loads(quoted))
        value.encode()  # half a pair of surrogates is no text, and could not be told on
    except ValueError:
        return quoted  # as the web UI's reader does
    return value


def _prompts(lines: list[str]) -> tuple[str, str]:
    """Prompt and negative prompt; a line that begins with the words "Negative prompt:" ends the prompt for good."""
    parts: tuple[list[str], list[str]] = ([], [])
    negative = False
    for line in (line.strip() for line in lines):
        if line.startswith(_NEGATIVE):
            negative, line = True, line.removeprefix(_NEGATIVE).strip()
        parts[negative].append(line)
    return "\n".join(parts[0]), "\n".join(parts[1])


def _sampler(settings: dict[str, str]) -> tuple[str, str]:
    """Names of sampler and schedule; before the web UI's 1.9 the schedule was a part of the sampler's name."""
    written, label = settings.get("Sampler", "Euler a"), settings.get("Schedule type", "Automatic")
    try:
        row, schedule = read_sampler(written)
        chosen = read_schedule(label)
    except UnknownSampler:
        return written, label
    except UnknownSchedule:
        return row.name, label
    if chosen == "Automatic":
        chosen = schedule
    return row.name, "Automatic" if chosen == row.schedule else chosen
