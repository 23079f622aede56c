"""The card of a word made from other words."""

from typing import Any

import discord
from discord import ui

from bot.chat.wishes import NO_START
from bot.delivery.failure import failure
from bot.delivery.fitting import shortened
from bot.delivery.outgoing import Outgoing, button, layout, row
from bot.jobs.job import Job, State
from bot.texts.catalogue import Texts
from bot.texts.names import escape
from trainer.protocol import CreateRequest, TrainRequest

WINDOW = 75
"""Tokens of a prompt that are read together."""


class CreatingMessages:
    in_thread = False

    async def card(self, job: Job, texts: Texts, line: str, mark: int | None) -> Outgoing:
        assert isinstance(job.request, CreateRequest)
        return creating_card(job, job.request, texts, line, mark)

    def further(self, _job: Job, _key: str, _texts: Texts, _mark: int) -> None:
        """The card tells all."""

    def short(self, _job: Job, _key: str, outgoing: Outgoing, texts: Texts, mark: int | None) -> Outgoing:
        return shortened(outgoing, texts("short-card"), mark=mark)


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


def start_notes(job: Job, request: CreateRequest | TrainRequest, texts: Texts) -> list[str]:
    """What should be known of an initialization text that has more or fewer tokens than there are vectors."""
    start, vectors = job.report.start, request.vectors_per_token
    if start is None or start.tokens == vectors or request.initialization_text == NO_START:
        return []
    facts: dict[str, Any] = {"from": escape(request.initialization_text), "tokens": start.tokens, "vectors": vectors}
    if start.tokens < vectors:
        return [texts("start-shared", **facts)]
    return [texts("start-cut", **facts, used=escape(start.used))]


def share_button(name: str, job: Job, texts: Texts) -> list[ui.Button[Any]]:
    """None in a private chat, where there is no server to share with."""
    return [] if job.guild_id is None else [button(texts("button-share"), f"share_made:{job.id}:{name}")]
