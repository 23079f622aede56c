"""From what a person said to a DrawRequest."""

import asyncio
import secrets
from pathlib import Path

from bot.access import Act
from bot.answers import Interaction, job_for, may_show
from bot.errors import Forgotten, OnlyAgeRestricted
from bot.jobs.job import Job
from bot.service import Service
from trainer.protocol import DrawRequest


def random_seed() -> int:
    """-1 in the web UI: any of 2³² seeds."""
    return secrets.randbelow(2**32)


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
