"""Buttons under pictures."""

import asyncio
from pathlib import Path
from typing import Any

from msgspec.structs import replace
from PIL import Image

from bot.access import Act
from bot.chat.answers import (
    Interaction,
    acknowledge,
    check_may_post,
    job_for,
    number_in,
    place,
    say,
    show_card,
    soon,
    take_message_away,
    texts_of,
    think,
)
from bot.chat.drafts import RequestDraft
from bot.chat.forms import open_drawing_form, open_kept_drawing_form
from bot.chat.service import Service
from bot.errors import Forgotten
from bot.features.imagine.card import picked_card, settings_of
from bot.features.imagine.drawing import draft_again, picture_of, random_seed, request_of, tell_plain_words, wish_over
from bot.features.imagine.redrawing import check_redrawn
from bot.jobs.faults import check
from bot.library.upscalers import best
from bot.texts.names import in_block
from trainer.protocol import DrawRequest, Hires

VARIATION, VARIATIONS = 0.3, 4
"""How far a variation is from its picture, 0 to 1, and how many are drawn."""
LARGER_BY = 2
LARGER_STRENGTH, FEWEST_LARGER_STEPS = 0.15, 2
"""How much of the larger picture is drawn anew, 0 to 1: it grows sharp; from 0.2 on it shows other things."""
SHOWN_SETTINGS = 1800
"""Characters; a message holds 2,000."""


async def _again(interaction: Interaction, service: Service, job_id: str) -> None:
    """The same with another seed; a press by somebody else makes it their picture."""
    check_may_post(interaction)
    await think(interaction)
    job = await job_for(interaction, service, job_id, Act.USE)
    if not isinstance(job.request, DrawRequest):
        raise Forgotten
    request = replace(job.request, seed=random_seed())
    await place(interaction, service, request)
    await tell_plain_words(interaction, service, request, [word.name for word in job.report.words])


async def _read(interaction: Interaction, service: Service, draft: str) -> None:
    """What an uploaded picture's text asks for; the text was read when it was shown."""
    check_may_post(interaction)
    await think(interaction)
    waiting = await service.drafts.find(number_in(draft), interaction.user.id)
    if not isinstance(waiting, RequestDraft) or not isinstance(waiting.request, DrawRequest):
        raise Forgotten
    request = waiting.request
    check_redrawn(request)
    await place(interaction, service, request)


async def _pick(interaction: Interaction, service: Service, about: str) -> None:
    """One picture of several, with what can be done with it."""
    await think(interaction)
    job, index = await picture_of(interaction, service, about)
    await show_card(interaction, lambda: picked_card(job, index, texts_of(interaction)))


async def _variations(interaction: Interaction, service: Service, about: str) -> None:
    """Four pictures near this one."""
    varied = {"variation_seed": random_seed(), "variation_strength": VARIATION, "count": VARIATIONS}
    await _anew(interaction, service, about, **varied)


async def _larger(interaction: Interaction, service: Service, about: str) -> None:
    """The same picture at twice its sides, drawn over a little."""
    check_may_post(interaction)
    await think(interaction)
    job, index = await picture_of(interaction, service, about)
    path = Path(job.report.pictures[index].path)
    width, height = await asyncio.to_thread(_size, path)
    assert isinstance(job.request, DrawRequest)
    # As many steps as drawing over it would make, so that they are as fine as the picture's own.
    steps = max(FEWEST_LARGER_STEPS, round(job.request.steps * LARGER_STRENGTH))
    upscaler = best(await service.upscalers.known())
    hires = Hires(scale=LARGER_BY, steps=steps, upscaler=upscaler, strength=LARGER_STRENGTH)
    # At strength 0 the picture is enlarged as it is.
    over = {"image": str(path), "strength": 0.0, "width": width, "height": height}
    await _place_anew(interaction, service, about, **over, hires=hires)


async def _draw_over(interaction: Interaction, service: Service, about: str) -> None:
    """A form for what is to be drawn over the picture."""
    check_may_post(interaction)
    job, index = await soon(picture_of(interaction, service, about))
    await open_drawing_form(interaction, wish_over(job, index))


async def _edit(interaction: Interaction, service: Service, about: str) -> None:
    """The form with all that the picture was drawn by; of several, with what drew all of them."""
    check_may_post(interaction)
    job, index = await soon(picture_of(interaction, service, about))
    request = request_of(job, index) if "." in about else job.request
    assert isinstance(request, DrawRequest)
    draft = await soon(draft_again(service, request, [word.name for word in job.report.words]))
    await open_kept_drawing_form(interaction, service, draft)


async def _anew(interaction: Interaction, service: Service, about: str, **changes: Any) -> None:
    """The request of a picture, its own seed, and these changes; it becomes the picture of whoever pressed."""
    check_may_post(interaction)
    await think(interaction)
    await _place_anew(interaction, service, about, **changes)


async def _place_anew(interaction: Interaction, service: Service, about: str, **changes: Any) -> None:
    job, index = await picture_of(interaction, service, about)
    request = replace(request_of(job, index), **changes)
    check(request)
    await place(interaction, service, request)
    await tell_plain_words(interaction, service, request, [word.name for word in job.report.words])


def _size(path: Path) -> tuple[int, int]:
    with Image.open(path, formats=("PNG",)) as image:
        return image.size


async def _settings(interaction: Interaction, service: Service, about: str) -> None:
    await think(interaction)
    job_id, _, index = about.partition(".")
    job = await job_for(interaction, service, job_id, Act.USE)
    settings = settings_of(job, number_in(index or "0"))
    if not settings:
        raise Forgotten
    await say(interaction, in_block(settings, SHOWN_SETTINGS))


async def _delete(interaction: Interaction, service: Service, job_id: str) -> None:
    """Takes the pictures and their message away."""
    await acknowledge(interaction)
    job = await job_for(interaction, service, job_id, Act.MODERATE)
    await asyncio.to_thread(_remove, [Path(picture.path) for picture in job.report.pictures])
    await take_message_away(interaction)
    await say(interaction, texts_of(interaction)("drawing-deleted"))


def _remove(paths: list[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


PRESSES = {
    "draw_again": _again,
    "draw_read": _read,
    "pick": _pick,
    "variations": _variations,
    "larger": _larger,
    "draw_over": _draw_over,
    "edit_drawing": _edit,
    "settings": _settings,
    "delete": _delete,
}
