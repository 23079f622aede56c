"""From what a picture says of itself to a DrawRequest, and what of it comes out differently here."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from bot.errors import TooManySteps
from bot.features.imagine.drawing_settings import MOST_STEPS
from bot.jobs.faults import check
from bot.library.upscalers import best
from trainer.protocol import (
    DRAWING,
    LARGEST_SEED,
    SAMPLERS,
    SCHEDULE_CHOICES,
    DrawingSettings,
    DrawRequest,
    Hires,
    OneOf,
    PictureSettings,
    Setting,
    UnknownUpscaler,
    Upscaler,
    read_upscaler,
)

_OURS = "embedsmith-"
"""How the version in our own texts begins."""
_EARLIER = "embedsmith-0.1.0"
"""It read prompts and walked DDIM, PLMS, UniPC and the SDE samplers in another way."""
_SAMPLER, _SCHEDULE = "Euler a", "Automatic"
"""In the place of those that are not known here."""
_INSTEAD = {"rng": "NV"}
"""Of other settings; where there is none, what a request usually asks for."""


class Difference(NamedTuple):
    """A text of the catalogue and its facts, which are as in the picture, unescaped."""

    text_id: str
    facts: dict[str, str]


def redraw(said: PictureSettings, any_seed: int, upscalers: Sequence[Upscaler]) -> DrawRequest:
    """One picture by these settings; `any_seed` is for texts that name none, `upscalers` are those there are here."""
    fields = {field: getattr(said, field) for field in DrawingSettings.__struct_fields__}
    usual = DrawRequest(prompt="")
    for row, _ in _unknown(said):
        fields[row.field] = _INSTEAD.get(row.field, row.of(usual))
    special = {
        "sampler": said.sampler if said.sampler in SAMPLERS else _SAMPLER,
        "schedule": said.schedule if said.schedule in SCHEDULE_CHOICES else _SCHEDULE,
        "seed": said.seed if _is_seed(said.seed) else any_seed,
        "variation_seed": _variation_seed(said, any_seed),
        "hires": _hires(said, upscalers),
    }
    if _from_a_card(said):
        special["rng"] = "NV"
    return DrawRequest(**fields | special)


def check_redrawn(request: DrawRequest) -> None:
    """Raises the Refusal that `/imagine` would give for such settings."""
    if request.steps > MOST_STEPS:
        raise TooManySteps(steps=request.steps, limit=MOST_STEPS)
    check(request)


def differences(said: PictureSettings, upscalers: Sequence[Upscaler]) -> Iterator[Difference]:
    """Why the picture will be another one, as far as its text shows."""
    if said.sampler not in SAMPLERS:
        yield Difference("info-unknown", {"setting": said.sampler, "instead": _SAMPLER})
    if said.schedule not in SCHEDULE_CHOICES:
        yield Difference("info-unknown", {"setting": said.schedule, "instead": _SCHEDULE})
    if not _is_seed(said.seed) or _variation_seed(said, any_seed=-1) == -1:
        yield Difference("info-any-seed", {})
    if _from_a_card(said):
        yield Difference("info-noise", {})
    if said.version == _EARLIER:
        yield Difference("info-earlier", {})
    if said.hires_upscaler and not _is_known(said.hires_upscaler, upscalers):
        yield Difference("info-unknown", {"setting": said.hires_upscaler, "instead": best(upscalers)})
    if said.denoising_strength is not None and not _is_enlarged(said):
        yield Difference("info-start", {"strength": f"{said.denoising_strength:g}"})
    if unused := [f"{key}: {value}" for key, value in _unused(said)]:
        yield Difference("info-unused", {"settings": ", ".join(unused)})


def _unused(said: PictureSettings) -> Iterator[tuple[str, str]]:
    """Settings that DrawRequest has no field for, or no such value."""
    if _is_enlarged(said) and said.denoising_strength is None:
        yield "Hires upscale", f"{said.hires_scale or 0:g}"
    if said.drop_penultimate:
        yield "Discard penultimate sigma", "True"
    yield from ((row.key, value) for row, value in _unknown(said))
    yield from said.others


def _unknown(said: PictureSettings) -> Iterator[tuple[Setting, str]]:
    """Settings of a few values that have another."""
    for row in DRAWING:
        if isinstance(row.value, OneOf) and (value := getattr(said, row.said)) not in row.value.names:
            yield row, value


def _is_seed(seed: int | None) -> bool:
    """Of at most 64 bits; below 0 is any."""
    return seed is not None and 0 <= seed <= LARGEST_SEED


def _variation_seed(said: PictureSettings, any_seed: int) -> int | None:
    if said.variation_strength == 0:
        return None
    return said.variation_seed if _is_seed(said.variation_seed) else any_seed


def _from_a_card(said: PictureSettings) -> bool:
    """Whether the noise was a graphics card's, of which the web UI says nothing; most are NVIDIA's."""
    return said.rng == "GPU" and not _is_ours(said)


def _is_ours(said: PictureSettings) -> bool:
    return said.version.startswith(_OURS)


def _is_enlarged(said: PictureSettings) -> bool:
    """Whether it was drawn over itself at a larger size (hires fix)."""
    return bool(said.hires_scale or said.hires_resize or said.hires_upscaler)


def _is_known(upscaler: str, upscalers: Sequence[Upscaler]) -> bool:
    try:
        read_upscaler(upscaler, upscalers)
    except UnknownUpscaler:
        return False
    return True


def _hires(said: PictureSettings, upscalers: Sequence[Upscaler]) -> Hires | None:
    """As the web UI reads it: only a text that says a denoising strength, too, asks for it."""
    if not _is_enlarged(said) or said.denoising_strength is None:
        return None
    said_of_it = {field: getattr(said, f"hires_{field}", None) for field in Hires.__struct_fields__}
    fields: dict[str, Any] = {field: value for field, value in said_of_it.items() if value}
    if said.hires_upscaler and not _is_known(said.hires_upscaler, upscalers):
        fields["upscaler"] = best(upscalers)
    return Hires(**fields | {"strength": said.denoising_strength})
