"""What can be refused before anything starts: the limits of requests, and what is wrong with one."""

import re
from pathlib import PurePath
from typing import Literal

import msgspec

from trainer.protocol.lr_schedule import BadSchedule, parse_schedule
from trainer.protocol.requests import CreateRequest, DrawRequest, Hires, Request, TrainingPicture, TrainRequest, Tuning
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

MOST_VECTORS = 75
"""The tokens of one window of a prompt."""
MOST_ACCUMULATION = 64
LONGEST_PATTERN = 100
LARGEST_NUMBER = 1_000_000
LARGEST_SEED = 2**64 - 1
LONGEST_PROMPT = 4000
"""Characters."""
SMALLEST_SIDE, LARGEST_SIDE, SIDE_MULTIPLE = 64, 2048, 8
"""Pixels of a picture; the autoencoder makes one latent of eight."""
MOST_DRAWING_STEPS = 10_000
MOST_PICTURES = 64
MOST_CLIP_SKIP = 12
STRONGEST_GUIDANCE = 100
LARGEST_SCALE = 4
LARGEST_COVERING = LARGEST_SCALE * LARGEST_SIDE
"""Pixels of a side before what is too much of another shape is cut off."""
MOST_HIRES_STEPS = 150
WEAKEST_HIRES = 0.01
LONGEST_SCHEDULE = 1000
"""Steps, of which hires steps are the end: the models' timesteps. A longer one would stand still."""


_Range = tuple[str, float, float, float]
"""A setting's name, its value, the least and the most that it may be."""


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
    return _fault_in_template(request) or _fault_in_tuning(request.tuning) or _fault_in_size(request.size, request.size)


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


def _fault_in_tuning(tuning: Tuning) -> Fault | None:
    ranges: tuple[_Range, ...] = (
        ("accumulation", tuning.accumulation, 1, MOST_ACCUMULATION),
        ("warmup", tuning.warmup, 0, LARGEST_NUMBER),
        ("clip", tuning.clip_norm, 0, LARGEST_NUMBER),
        ("decay", tuning.weight_decay, 0, 1),
        ("min-snr", tuning.min_snr_gamma, 0, LARGEST_NUMBER),
        ("drop", tuning.drop_tags, 0, 1),
        ("patience", tuning.patience, 0, LARGEST_NUMBER),
    )
    if fault := _fault_in_ranges(ranges):
        return fault
    if not _is_pattern(tuning.word_regex):
        return Fault(reason="bad_tuning", facts={"pattern": tuning.word_regex})
    return None


def _fault_in_ranges(ranges: tuple[_Range, ...]) -> Fault | None:
    for name, value, least, most in ranges:
        if not least <= value <= most:  # false for what is not a number, too
            return Fault(reason="bad_tuning", facts={"setting": name, "least": f"{least:.10g}", "most": f"{most:.10g}"})
    return None


def _is_pattern(text: str) -> bool:
    try:
        re.compile(text)
    except (re.error, RecursionError, OverflowError):
        return False
    return len(text) <= LONGEST_PATTERN


def _fault_in_drawing(request: DrawRequest) -> Fault | None:
    longest = max(len(request.prompt), len(request.negative_prompt))
    if longest > LONGEST_PROMPT:
        return Fault(reason="prompt_too_long", facts={"characters": str(longest)})
    return (
        _fault_in_names(request)
        or _fault_in_ranges(_drawing_ranges(request))
        or _fault_in_size(request.width, request.height)
        or (_fault_in_hires(request, request.hires) if request.hires is not None else None)
    )


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
    steps = hires.steps or request.steps
    ranges: tuple[_Range, ...] = (
        ("hires", hires.scale, 1, LARGEST_SCALE),
        ("hires-steps", steps, 0, MOST_HIRES_STEPS),
        ("hires-strength", hires.strength, max(WEAKEST_HIRES, steps / LONGEST_SCHEDULE), 1),
    )
    return _fault_in_ranges(ranges) or _fault_in_size(*hires.resize) or _fault_in_larger(request, hires)


def _fault_in_larger(request: DrawRequest, hires: Hires) -> Fault | None:
    """Known only when the first size is said; the trainer asks again with the model's own."""
    if not (request.width and request.height):
        return None
    first = request.width, request.height
    covering, larger, *_ = enlargement_of(first, hires.scale, hires.resize, SIDE_MULTIPLE)
    if not all(_can_be_drawn(side) for side in larger):
        return _bad_size(*larger)
    return _bad_size(*covering) if max(covering) > LARGEST_COVERING else None


def _drawing_ranges(request: DrawRequest) -> tuple[_Range, ...]:
    seed_resize = request.seed_resize_from or (SIDE_MULTIPLE, SIDE_MULTIPLE)
    return (
        ("steps", request.steps, 1, MOST_DRAWING_STEPS),
        ("seed", request.seed, 0, LARGEST_SEED),
        ("variation-seed", request.variation_seed or 0, 0, LARGEST_SEED),
        ("ensd", request.ensd, -LARGEST_SEED, LARGEST_SEED),
        ("count", request.count, 1, MOST_PICTURES),
        ("cfg", request.guidance_scale, -STRONGEST_GUIDANCE, STRONGEST_GUIDANCE),
        ("clip-skip", request.clip_skip, 1, MOST_CLIP_SKIP),
        ("eta", 0 if request.eta is None else request.eta, 0, 1),
        ("variation", request.variation_strength, 0, 1),
        ("strength", request.strength, 0, 1),
        *(("seed-resize", side, SIDE_MULTIPLE, LARGEST_SIDE) for side in seed_resize),
    )


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
