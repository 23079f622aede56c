"""What a person is shown of words: the list, one word, its file."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import discord
from discord import ui

from bot.answers import Interaction, say, show, texts_of
from bot.cards.outgoing import button, file_name, gallery, layout, row
from bot.jobs.job import Job
from bot.library import Word
from bot.names import escape, in_code
from bot.service import Service
from bot.texts.catalogue import Texts
from trainer.protocol import CreateRequest, TrainRequest

PAGE = 10
"""Words on one page of the list."""


async def show_words(interaction: Interaction, service: Service, *, page: int = 0, search: str = "") -> None:
    """A page of the words that the person may use, with buttons to the other pages."""
    texts = texts_of(interaction)
    words = await service.library.seen_by(interaction.user.id)
    words = [found for found in words if search.casefold() in found.name.casefold()]
    if not words:
        empty = texts("library-nothing-found", search=in_code(search)) if search else texts("library-empty")
        await show(interaction, layout(ui.TextDisplay(empty)))
        return
    pages = -(-len(words) // PAGE)
    page = min(page, pages - 1)
    lines = [_line(found, interaction.user.id, texts) for found in words[page * PAGE : (page + 1) * PAGE]]
    blocks: list[ui.Item[Any]] = [ui.TextDisplay("\n".join([f"### {texts('library-title')}", *lines]))]
    if pages > 1:
        blocks.append(ui.TextDisplay(f"-# {texts('library-page', page=page + 1, pages=pages)}"))
        blocks += row(
            [
                button(texts("button-earlier"), f"words:{page - 1}", disabled=page == 0),
                button(texts("button-later"), f"words:{page + 1}", disabled=page == pages - 1),
            ]
        )
    await show(interaction, layout(*blocks))


async def show_word(interaction: Interaction, service: Service, name: str) -> None:
    """Everything known about a word. Raises NothingCalled."""
    texts, person = texts_of(interaction), interaction.user.id
    found = await service.library.find(name, person)
    job = await service.dispatch.job(found.job_id) if found.job_id is not None else None
    lines = [_line(found, person, texts), *(f"-# {line}" for line in _details(found, job, texts))]
    blocks: list[ui.Item[Any]] = [ui.TextDisplay("\n".join(lines))]
    strip = Path(job.report.strip) if job and job.report.strip else None
    files = []
    if strip is not None and strip.exists():
        files = [discord.File(strip, filename="before-after.png")]
        blocks.append(gallery(("before-after.png", texts("result-before-after"))))
    blocks += row(_buttons(found, person, texts))
    await show(interaction, layout(*blocks), files)


async def send_file(interaction: Interaction, service: Service, name: str) -> None:
    """The word's file. Raises NothingCalled and NoFileYet."""
    texts = texts_of(interaction)
    found = await service.library.find(name, interaction.user.id)
    path = await service.library.file_of(found)
    shown = escape(found.name)
    if found.step:
        words = texts("result-file-private", name=shown, step=found.step)
    else:
        words = texts("result-file-untrained", name=shown)
    await say(interaction, words, file=discord.File(path, filename=file_name(found.name, path.suffix)))


def _line(found: Word, person: int, texts: Texts) -> str:
    name = escape(found.name)
    if found.owner_id is None:
        return texts("library-line-found", name=name)
    facts: dict[str, Any] = {
        "name": name,
        "vectors": found.vectors or 0,
        "owner": texts("library-yours") if found.owner_id == person else f"<@{found.owner_id}>",
        "sharing": texts("library-shared" if found.shared else "library-private"),
    }
    if not found.step:
        return texts("library-line-untrained", **facts)
    return texts("library-line", **facts, steps=found.step)


def _details(found: Word, job: Job | None, texts: Texts) -> list[str]:
    lines = []
    if found.model and found.model_hash:
        lines.append(texts("library-model", model=escape(found.model), hash=found.model_hash))
    if job is not None and isinstance(job.request, TrainRequest):
        lines.append(texts("library-pictures", pictures=len(job.request.pictures)))
    if job is not None and isinstance(job.request, TrainRequest | CreateRequest):
        lines.append(texts("library-from", **{"from": escape(job.request.initialization_text)}))
    if found.vectors:
        lines.append(texts("library-budget", vectors=found.vectors))
    if job is not None and job.ended_at is not None:
        lines.append(discord.utils.format_dt(datetime.fromtimestamp(job.ended_at, UTC), "R"))
    return lines


def _buttons(found: Word, person: int, texts: Texts) -> list[ui.Button[Any]]:
    buttons = [
        button(texts("button-draw-with"), f"draw_word:{found.name}", discord.ButtonStyle.primary),
        button(texts("button-file"), f"word_file:{found.name}"),
    ]
    if found.owner_id == person and found.shared:
        buttons.append(button(texts("button-unshare"), f"unshare:{found.name}"))
    elif found.owner_id == person:
        buttons.append(button(texts("button-share"), f"share:{found.name}"))
    if found.owner_id == person and found.step and found.job_id is not None:
        buttons.append(button(texts("button-train-further"), f"train_further:{found.job_id}"))
    return buttons
