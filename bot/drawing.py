"""From what a person said to a DrawRequest."""

import asyncio
import secrets
from collections.abc import Iterable
from pathlib import Path

from bot.access import Act
from bot.answers import Interaction, actor_of, job_for, may_show, say, texts_of
from bot.errors import Forgotten, OnlyAgeRestricted
from bot.jobs.job import Job
from bot.names import escape
from bot.service import Service
from trainer.protocol import DrawRequest

SHOWN_NAMES = 300
"""Characters; escaping may double them."""


def random_seed() -> int:
    """-1 in the web UI: any of 2³² seeds."""
    return secrets.randbelow(2**32)


async def tell_plain_words(
    interaction: Interaction, service: Service, request: DrawRequest, names: Iterable[str]
) -> None:
    """That names which a card shows as embeddings are plain text in this person's prompt.

    Said of every such name that they may not use here, so it does not tell whether there still is an embedding.
    """
    said = f"{request.prompt}\n{request.negative_prompt}".casefold()
    usable = {name.casefold() for name in await service.library.usable_by(actor_of(interaction))}
    plain = [name for name in names if name.casefold() in said and name.casefold() not in usable]
    if plain:
        shown = escape(", ".join(plain), SHOWN_NAMES)
        await say(interaction, texts_of(interaction)("drawing-plain-words", names=shown))


async def picture_of(interaction: Interaction, service: Service, about: str) -> tuple[Job, int]:
    """The job and the place of a picture that is still there, from `job.index`.

    Raises Forgotten, NotYours, OnlyAgeRestricted.
    """
    job_id, _, index = about.partition(".")
    job = await job_for(interaction, service, job_id, Act.USE)
    pictures = job.report.pictures if isinstance(job.request, DrawRequest) else ()
    place_in_job = int(index or 0)
    if place_in_job >= len(pictures):
        raise Forgotten
    if pictures[place_in_job].unsafe or not may_show(interaction, job):
        raise OnlyAgeRestricted
    if not await asyncio.to_thread(Path(pictures[place_in_job].path).exists):
        raise Forgotten
    return job, place_in_job
