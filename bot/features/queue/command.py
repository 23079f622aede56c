"""`/queue`: what runs, what waits, and how long; one's own can be cancelled from here."""

from typing import Any

import discord
from discord import app_commands, ui

from bot.access import Act, Actor, may
from bot.chat.answers import Interaction, actor_of, show, texts_of, think
from bot.chat.service import Service
from bot.delivery.outgoing import button, layout, row
from bot.jobs.job import HELD, Job, State, of_job
from bot.jobs.line import place_in_line
from bot.texts.catalogue import Texts
from bot.texts.names import escape
from bot.texts.translator import word

SHOWN = 10
"""Of one's own jobs; the quota is smaller unless the operator raised it."""


def queue_command(service: Service) -> app_commands.Command[Any, ..., None]:
    @app_commands.command(name=word("command-queue"), description=word("command-queue-description"))
    async def queue(interaction: Interaction) -> None:
        await think(interaction)
        jobs = await service.dispatch.open_jobs()
        await show(interaction, queue_card(jobs, actor_of(interaction), texts_of(interaction)))

    return queue


def queue_card(jobs: list[Job], actor: Actor, texts: Texts) -> ui.LayoutView:
    """One's own jobs, each with its button; of the others' only how many."""
    own = [job for job in jobs if may(actor, Act.OWN, of_job(job))][:SHOWN]
    blocks: list[ui.Item[Any]] = [ui.TextDisplay(f"### {texts('queue-title')}")]
    for job in own:
        blocks.append(ui.TextDisplay(_line(job, jobs, texts)))
        blocks += row([button(texts("button-cancel"), f"stop:{job.id}", discord.ButtonStyle.danger)])
    blocks += [ui.TextDisplay(line) for line in _others(jobs, actor, texts)]
    if not jobs:
        blocks.append(ui.TextDisplay(texts("queue-empty")))
    return layout(*blocks)


def _line(job: Job, jobs: list[Job], texts: Texts) -> str:
    facts: dict[str, Any] = {"step": job.report.step, "steps": job.report.steps}
    if job.state is State.QUEUED:
        place = texts.place_in_line(place_in_line(job, jobs))
        if job.name is None:
            return texts("queue-waiting-drawing", place=place)
        return texts("queue-waiting-training-new", name=escape(job.name), place=place)
    if job.name is None:
        return texts("queue-running-drawing")
    if job.state is State.PAUSED:
        return texts("queue-paused-training", name=escape(job.name), **facts)
    if job.report.seconds_per_step is None:
        return texts("queue-running-training-new", name=escape(job.name))
    left = texts.duration((job.report.steps - job.report.step) * job.report.seconds_per_step)
    return texts("queue-running-training", name=escape(job.name), **facts, left=left)


def _others(jobs: list[Job], actor: Actor, texts: Texts) -> list[str]:
    """Only how many: whose they are, and what they are called, is theirs."""
    others = [job for job in jobs if not may(actor, Act.OWN, of_job(job))]
    running = sum(job.state in HELD for job in others)
    waiting = len(others) - running
    lines = [texts("queue-others-running", jobs=running)] if running else []
    return [*lines, texts("queue-others-waiting", jobs=waiting)] if waiting else lines
