"""Buttons under pictures."""

import asyncio
from pathlib import Path

from msgspec.structs import replace

from bot.answers import Interaction, check_may_post, place, say, texts_of, think
from bot.cards.drawing import settings_of
from bot.errors import Forgotten
from bot.forms import random_seed
from bot.names import in_code
from bot.presses.runs import own_job
from bot.service import Service
from trainer.protocol import DrawRequest

SHOWN_SETTINGS = 1800
"""Characters; a message holds 2,000."""


async def _again(interaction: Interaction, service: Service, job_id: str) -> None:
    """The same with another seed; a press by somebody else makes it their picture."""
    check_may_post(interaction)
    await think(interaction)
    job = await service.dispatch.job(int(job_id))
    if job is None or not isinstance(job.request, DrawRequest):
        raise Forgotten
    hidden = await service.library.hidden_from(interaction.user.id)
    await place(interaction, service, replace(job.request, seed=random_seed(), hidden_words=hidden))


async def _settings(interaction: Interaction, service: Service, job_id: str) -> None:
    await think(interaction)
    job = await service.dispatch.job(int(job_id))
    if job is None or not settings_of(job):
        raise Forgotten
    lines = [in_code(line, SHOWN_SETTINGS) for line in settings_of(job).splitlines()]
    await say(interaction, "```\n" + "\n".join(lines)[:SHOWN_SETTINGS] + "\n```")


async def _delete(interaction: Interaction, service: Service, job_id: str) -> None:
    """Takes the pictures and their message away."""
    await interaction.response.defer()
    job = await own_job(interaction, service, job_id)
    await asyncio.to_thread(_remove, [Path(picture.path) for picture in job.report.pictures])
    if interaction.message is not None:
        await interaction.message.delete()
    await say(interaction, texts_of(interaction)("drawing-deleted"))


def _remove(paths: list[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


PRESSES = {"draw_again": _again, "settings": _settings, "delete": _delete}
