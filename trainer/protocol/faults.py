"""What can be refused before anything starts: the limits of requests, and what is wrong with one."""

from collections.abc import Sequence
from pathlib import PurePath
from typing import Any, Literal, assert_never

import msgspec

from trainer.protocol.limits import (
    LARGEST_COVERING,
    LARGEST_SIDE,
    LONGEST_PROMPT,
    LONGEST_SCHEDULE,
    MOST_HIRES_STEPS,
    MOST_VECTORS,
    SIDE_MULTIPLE,
    SMALLEST_SIDE,
    WEAKEST_HIRES,
)
from trainer.protocol.lr_schedule import BadSchedule, parse_schedule
from trainer.protocol.requests import CreateRequest, DrawRequest, Request, TrainingPicture, TrainRequest
from trainer.protocol.setting_values import Number, Pattern, Sides, Whole
from trainer.protocol.settings import DRAWING, TRAINING, Hires, Setting
from trainer.sampling.enlargement import enlargement_of
from trainer.sampling.sampler_names import UnknownSampler, UnknownSchedule, read_sampler, read_schedule

FailureReason = Literal[
    "not_finite",
    "picture_not_finite",
    "out_of_memory",
    "bad_template",
    "bad_learning_rate",
    "bad_picture",
    "bad_embedding",
    "word_changed",
    "bad_size",
    "too_large",
    "bad_tuning",
    "unknown_sampler",
    "unknown_upscaler",
    "bad_upscaler",
    "prompt_too_long",
    "disk",
    "internal",
]


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """Why a request cannot be carried out, in the words of `Failed`."""

    reason: FailureReason
    facts: dict[str, str] = {}


def fault_in(request: Request) -> Fault | None:
    """The first fault that shows without a model. The bot asks before it promises, the trainer before it begins."""
    match request:
        case CreateRequest():
            return _fault_in_word(request)
        case TrainRequest():
            return _fault_in_word(request) or _fault_in_training(request)
        case DrawRequest():
            return _fault_in_drawing(request)
        case _:
            assert_never(request)


def too_large_in(request: Request, largest_pixels: int, native_size: int) -> Fault | None:
    """A picture of more pixels than the device is to make at once, with a size of about its shape that would do.

    The model's own size, `native_size` a side, stands where the request says none.
    """
    for width, height in _sizes(request, native_size):
        if width * height > largest_pixels:
            scale = (largest_pixels / (width * height)) ** 0.5
            fitting = (
                max(SMALLEST_SIDE, int(side * scale) // SIDE_MULTIPLE * SIDE_MULTIPLE) for side in (width, height)
            )
            names = ("width", "height", "wide", "high")
            return Fault(reason="too_large", facts=dict(zip(names, map(str, (width, height, *fitting)), strict=True)))
    return None


def _sizes(request: Request, native_size: int) -> list[tuple[int, int]]:
    """Of all pictures that the model sees."""
    match request:
        case CreateRequest():
            return []
        case TrainRequest():
            return [(request.size or native_size,) * 2]
        case DrawRequest():
            first = request.width or native_size, request.height or native_size
            if request.hires is None:
                return [first]
            return [first, enlargement_of(first, request.hires.scale, request.hires.resize, SIDE_MULTIPLE).size]
        case _:
            assert_never(request)


def _fault_in_word(request: CreateRequest | TrainRequest) -> Fault | None:
    if not request.initialization_text.strip():
        return Fault(reason="bad_embedding", facts={"fault": "initialization_text"})
    if not 1 <= request.vectors_per_token <= MOST_VECTORS:
        return Fault(reason="bad_embedding", facts={"fault": "vectors", "vectors": str(request.vectors_per_token)})
    return None


def _fault_in_training(request: TrainRequest) -> Fault | None:
    try:
        parse_schedule(request.learning_rate, request.steps)
    except BadSchedule as fault:
        facts = {"text": request.learning_rate, "problem": fault.problem, "part": fault.part}
        return Fault(reason="bad_learning_rate", facts={**facts, "steps": str(request.steps)})
    return (
        _fault_in_template(request)
        or fault_in_settings(request.tuning, TRAINING)
        or _fault_in_size(request.size, request.size)
    )


def _fault_in_template(request: TrainRequest) -> Fault | None:
    """A prompt in which the word does not occur teaches nothing; `[filewords]` may bring it in."""
    if not request.template:
        return Fault(reason="bad_template", facts={"line": ""})
    for line in request.template:
        if "[name]" in line:
            continue
        if "[filewords]" not in line:
            return Fault(reason="bad_template", facts={"line": line})
        for picture in request.pictures:
            if not _names_the_word(picture, request):
                return Fault(reason="bad_template", facts={"line": line, "picture": picture.file_name})
    return None


def _names_the_word(picture: TrainingPicture, request: TrainRequest) -> bool:
    """Whether its caption does, or its file name where that is the caption, which a pattern for words takes apart."""
    if picture.caption is not None:
        words = picture.caption
    else:
        words = PurePath(picture.file_name).stem
        words = words.replace("[name]", "") if request.tuning.word_regex else words
    return "[name]" in words or request.name.casefold() in words.casefold()


def fault_in_settings(request: Any, settings: Sequence[Setting]) -> Fault | None:
    """The first setting whose value lies outside its limits."""
    for row in settings:
        match row.of(request), row.value:
            case None, _:
                continue
            case value, Pattern() as pattern if not pattern.allows(value):
                return Fault(reason="bad_tuning", facts={"pattern": value})
            case value, Whole() | Number() | Sides() as limits if not limits.allows(value):
                return _out_of_range(row.name, limits.least, limits.most)
    return None


def _out_of_range(name: str, least: float, most: float) -> Fault:
    return Fault(reason="bad_tuning", facts={"setting": name, "least": f"{least:.10g}", "most": f"{most:.10g}"})


def _fault_in_drawing(request: DrawRequest) -> Fault | None:
    longest = max(len(request.prompt), len(request.negative_prompt))
    if longest > LONGEST_PROMPT:
        return Fault(reason="prompt_too_long", facts={"characters": str(longest)})
    fault = _fault_in_names(request) or _fault_in_size(request.width, request.height)
    if request.hires is None:
        return fault or fault_in_settings(request, DRAWING)
    fault = fault or _fault_in_size(*request.hires.resize)
    return fault or fault_in_settings(request, DRAWING) or _fault_in_hires(request, request.hires)


def _fault_in_names(request: DrawRequest) -> Fault | None:
    try:
        read_sampler(request.sampler)
    except UnknownSampler:
        return Fault(reason="unknown_sampler", facts={"sampler": request.sampler})
    try:
        read_schedule(request.schedule)
    except UnknownSchedule:
        return Fault(reason="unknown_sampler", facts={"schedule": request.schedule})
    return None


def _fault_in_hires(request: DrawRequest, hires: Hires) -> Fault | None:
    """What the limits of single settings do not tell."""
    steps = hires.steps or request.steps
    if steps > MOST_HIRES_STEPS:
        return _out_of_range("hires-steps", 0, MOST_HIRES_STEPS)
    weakest = max(WEAKEST_HIRES, steps / LONGEST_SCHEDULE)
    if hires.strength < weakest:
        return _out_of_range("hires-strength", weakest, 1)
    return _fault_in_larger(request, hires)


def _fault_in_larger(request: DrawRequest, hires: Hires) -> Fault | None:
    """Known only when the first size is said; the trainer asks again with the model's own."""
    if not (request.width and request.height):
        return None
    first = request.width, request.height
    covering, larger, *_ = enlargement_of(first, hires.scale, hires.resize, SIDE_MULTIPLE)
    if not all(_can_be_drawn(side) for side in larger):
        return _bad_size(*larger)
    return _bad_size(*covering) if max(covering) > LARGEST_COVERING else None


def _fault_in_size(width: int, height: int) -> Fault | None:
    if _side_fits(width) and _side_fits(height):
        return None
    return _bad_size(width, height)


def _bad_size(width: int, height: int) -> Fault:
    return Fault(reason="bad_size", facts={"width": str(width), "height": str(height)})


def _side_fits(side: int) -> bool:
    return side == 0 or _can_be_drawn(side)


def _can_be_drawn(side: int) -> bool:
    return SMALLEST_SIDE <= side <= LARGEST_SIDE and side % SIDE_MULTIPLE == 0
