"""The card of a word made from other words."""

from typing import Any

import discord
from discord import ui

from bot.delivery.outgoing import Outgoing, button, layout, row
from bot.features.train.card import failure, share_button, start_notes
from bot.jobs.job import Job, State
from bot.texts.catalogue import Texts
from bot.texts.names import escape
from trainer.protocol import CreateRequest

WINDOW = 75
"""Tokens of a prompt that are read together."""


def creating_card(job: Job, request: CreateRequest, texts: Texts, line: str, mark: int | None = None) -> Outgoing:
    """`line` is the job's place in line, already worded."""
    blocks: list[ui.Item[Any]] = [ui.TextDisplay(_head(job, request, texts, line))]
    if job.state is State.SUCCEEDED:
        press = button(texts("button-draw-with"), f"draw_made:{job.id}:{request.name}", discord.ButtonStyle.primary)
        train = button(texts("button-train"), f"train_made:{job.id}:{request.name}")
        blocks += row([press, train, *share_button(request.name, job, texts)])
    accent = {State.SUCCEEDED: "done", State.FAILED: "failed"}.get(job.state, "quiet")
    return Outgoing(layout(*blocks, accent=accent, mark=mark))


def _head(job: Job, request: CreateRequest, texts: Texts, line: str) -> str:
    name = escape(request.name)
    match job.state:
        case State.QUEUED:
            return texts("creating-waiting", name=name, place=line)
        case State.SUCCEEDED:
            facts: dict[str, Any] = {"vectors": request.vectors_per_token, "left": WINDOW - request.vectors_per_token}
            made = texts("creating-finished", name=name, **facts, **{"from": escape(request.initialization_text)})
            return "\n".join([made, *(f"-# {note}" for note in start_notes(job, request, texts))])
        case State.FAILED:
            return f"{texts('creating-failed', name=name)}: {failure(job, texts)}"
        case State.CANCELLED:
            return texts("creating-cancelled", name=name)
        case _:
            return texts("creating-running", name=name)
