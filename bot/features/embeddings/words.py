"""What a person is shown of words: the list, one word, its file."""

import asyncio
import os
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import discord
from discord import ui

from bot.access import Act, Actor, may
from bot.chat.answers import Interaction, actor_of, may_show, say, show, show_card, texts_of
from bot.chat.paging import paging
from bot.chat.service import Service
from bot.chat.wishes import NO_START
from bot.delivery.file_names import TitledFile, file_name, rename_lines, word_file
from bot.delivery.outgoing import Outgoing, button, gallery, layout, row
from bot.errors import NoFileYet, NotAnEmbedding, OnlyAgeRestricted, OrdinaryWord, StillLoading, WrongModel
from bot.features.embeddings.pressed import about_word
from bot.features.embeddings.rewriting import export
from bot.features.embeddings.widths import check_widths
from bot.jobs.job import Job
from bot.jobs.questions import Unanswered
from bot.library.collisions import collision_lines
from bot.library.embeddings import Word
from bot.texts.catalogue import Texts
from bot.texts.names import escape, in_code
from bot.texts.spelling import key
from trainer.protocol import LARGEST_WORD_FILE, MOST_VECTORS, CreateRequest, Ready, SeenFile, TrainRequest

PAGE = 10
"""Words on one page of the list."""


class _Picture(NamedTuple):
    name: str
    """In the message."""
    path: Path
    words: str


async def tell_collisions(interaction: Interaction, service: Service, name: str) -> None:
    """Words that get into the new one's way: those that the person can see, and the model's own. Nothing for none."""
    texts = texts_of(interaction)
    others = [found.name for found in await service.library.seen_by(actor_of(interaction))]
    lines = collision_lines(name, others, texts)
    if await ordinary_among(service, [name]):
        lines.insert(0, texts("collision-ordinary", name=escape(name)))
    if lines:
        await say(interaction, "\n".join(lines))


async def tell_which(interaction: Interaction, service: Service, found: Word) -> None:
    """Whose word this is, where others in sight have its name; nothing where it is the only one."""
    line = await _which(service, found, actor_of(interaction), texts_of(interaction))
    if line:
        await say(interaction, line)


async def _which(service: Service, found: Word, actor: Actor, texts: Texts) -> str:
    if not await service.library.others_called(found, actor):
        return ""
    whose = "own" if may(actor, Act.OWN, found.thing) else "server"
    return texts("library-nearest", name=escape(found.name), whose=whose)


async def ordinary_among(service: Service, names: Sequence[str]) -> tuple[str, ...]:
    """Those of the names that the model knew before; none while there is no trainer to say so."""
    try:
        return await service.dispatch.ordinary(names)
    except Unanswered:
        return ()


async def check_may_share(service: Service, name: str) -> None:
    """Others' prompts would mean the word that the model knew. Raises OrdinaryWord, StillLoading."""
    try:
        ordinary = await service.dispatch.ordinary([name])
    except Unanswered:
        raise StillLoading from None
    if ordinary:
        raise OrdinaryWord(name=name)


async def show_words(interaction: Interaction, service: Service, *, page: int = 0, search: str = "") -> None:
    """A page of the words that the person may use, with buttons to the other pages."""
    actor = actor_of(interaction)
    words = await service.library.seen_by(actor)
    await show(interaction, words_card(words, actor, page, search, texts_of(interaction)))


def words_card(words: Sequence[Word], actor: Actor, page: int, search: str, texts: Texts) -> ui.LayoutView:
    """The page of those that have `search` in their names, or the last one where there are fewer."""
    wanted = key(search)
    words = [found for found in words if wanted in key(found.name)]
    if not words:
        empty = texts("library-nothing-found", search=in_code(search)) if search else texts("library-empty")
        return layout(ui.TextDisplay(empty))
    pages = -(-len(words) // PAGE)
    page = min(page, pages - 1)
    lines = [_line(found, actor, texts) for found in words[page * PAGE : (page + 1) * PAGE]]
    blocks: list[ui.Item[Any]] = [ui.TextDisplay("\n".join([f"### {texts('library-title')}", *lines]))]
    blocks += paging(texts, page, pages, lambda other: f"words:{other}:{search}")
    return layout(*blocks)


async def show_word(interaction: Interaction, service: Service, name: str) -> None:
    """Everything known about a word. Raises NothingCalled."""
    texts, actor = texts_of(interaction), actor_of(interaction)
    found = await service.library.find(name, actor)
    job = await _job_of(service, found)
    pictured = _pictured(interaction, job)
    seen = await _seen_in_file(service, found, actor.person_id, texts)
    if which := await _which(service, found, actor, texts):
        seen.insert(0, which)
    seen += [texts.refusal(OnlyAgeRestricted())] if pictured is not job else []
    await show_card(interaction, lambda: word_card(found, job, pictured, seen, actor, texts))


def word_card(
    found: Word, job: Job | None, pictured: Job | None, seen: Sequence[str], actor: Actor, texts: Texts
) -> Outgoing:
    """`pictured` is its job if the pictures may be seen; `seen` are lines about its file."""
    lines = [_line(found, actor, texts), *(f"-# {line}" for line in (*_details(found, job, texts), *seen))]
    blocks: list[ui.Item[Any]] = [ui.TextDisplay("\n".join(lines))]
    picture = _picture(found, pictured, texts)
    if picture is not None:
        blocks.append(gallery((picture.name, picture.words)))
    blocks += row(_buttons(found, actor, texts)) + row(_owners_buttons(found, actor, texts))
    return Outgoing(layout(*blocks), ((picture.name, picture.path),) if picture is not None else ())


async def send_file(interaction: Interaction, service: Service, found: Word, kind: str | None = None) -> None:
    """The word's file as it is stored, or in another format. Raises NoFileYet, NotAnEmbedding."""
    path = await service.library.file_of(found)
    async with service.readings.turn(interaction.user.id):
        if kind is not None:
            await _send_as(interaction, service, found, kind)
            return
        async with service.looking.desk() as desk:
            copy = desk / path.name
            await asyncio.to_thread(_copy_small, path, copy)
            await _send_as_it_is(interaction, service, found, copy)


def _copy_small(path: Path, copy: Path) -> None:
    """Raises NotAnEmbedding of a file that its reader would not take, before anything is copied."""
    with path.open("rb") as source:
        if os.fstat(source.fileno()).st_size > LARGEST_WORD_FILE:
            raise NotAnEmbedding(file=path.name, reason="too_large", count=LARGEST_WORD_FILE // 2**20)
        with copy.open("wb") as target:
            shutil.copyfileobj(source, target)


async def _send_as_it_is(interaction: Interaction, service: Service, found: Word, copy: Path) -> None:
    """A copy of the word's file, so that what is sent is what our reader has read. Raises NotAnEmbedding."""
    texts, shown = texts_of(interaction), escape(found.name)
    looked = await service.looking.look([copy], person_id=interaction.user.id)
    for refusal in looked.refused:
        raise refusal
    if found.step:
        words = texts("result-file-private", name=shown, step=found.step)
    else:
        words = texts("result-file-untrained", name=shown)
    lines = [words, *rename_lines(found.name, copy.suffix, texts)]
    await say(interaction, "\n".join(lines), files=lambda: [word_file(copy, found.name)])


async def _seen_in_file(service: Service, found: Word, person_id: int, texts: Texts) -> list[str]:
    """What the file itself tells: the only source for a word that the operator put into the folder."""
    try:
        looked = await service.looking.look([await service.library.file_of(found)], person_id=person_id)
    except NoFileYet:
        return []
    lines = [texts("library-not-readable", reason=texts.refusal(refusal)) for refusal in looked.refused]
    for seen in looked.seen:
        if found.vectors is None and seen.step is None:
            lines.append(texts("library-found-vectors-untold", vectors=seen.vectors))
        elif found.vectors is None:
            lines.append(texts("library-found-vectors", vectors=seen.vectors, steps=seen.step or 0))
        lines.append(texts("library-norm", norm=f"{median(seen.norms):.2f}"))
        lines += [texts("library-hash", hash=seen.file_hash)] if seen.file_hash else []
        if service.dispatch.ready is not None and (misfit := _misfit(seen, service.dispatch.ready)):
            lines.append(texts.refusal(misfit))
    return lines


def _misfit(seen: SeenFile, ready: Ready) -> WrongModel | None:
    try:
        check_widths(seen, ready)
    except WrongModel as refusal:
        return refusal
    return None


async def _send_as(interaction: Interaction, service: Service, found: Word, kind: str) -> None:
    texts, shown = texts_of(interaction), escape(found.name)
    preview = _newest_preview(_pictured(interaction, await _job_of(service, found)))
    async with service.looking.desk() as desk:
        paths = await export(service, found, kind, desk, preview, interaction.user.id)
        said = texts("export-png", name=shown) if kind == "png" else texts("export-file", name=shown, format=kind)
        # Several files of one word are told apart by what follows its name.
        endings = [path.name.removeprefix(found.name) for path in paths]
        lines = [said, *(line for ending in endings for line in rename_lines(found.name, ending, texts))]

        def files() -> list[discord.File]:
            named = zip(paths, endings, strict=True)
            return [TitledFile(path, file_name(found.name, ending), path.stem) for path, ending in named]

        await say(interaction, "\n".join(lines), files=files)


async def _job_of(service: Service, found: Word) -> Job | None:
    return await service.dispatch.job(found.job_id) if found.job_id is not None else None


def _pictured(interaction: Interaction, job: Job | None) -> Job | None:
    """The job, if its pictures may be seen here."""
    return job if job is not None and may_show(interaction, job) else None


def _picture(found: Word, job: Job | None, texts: Texts) -> _Picture | None:
    """What shows a word best: before and after, or the newest preview of a run that has not ended."""
    strip = Path(job.report.strip) if job is not None and job.report.strip else None
    if strip is not None and strip.exists():
        return _Picture("before-after.png", strip, texts("result-before-after"))
    preview = _newest_preview(job)
    return _Picture("preview.png", preview, texts("library-preview", name=escape(found.name))) if preview else None


def _newest_preview(job: Job | None) -> Path | None:
    previews = [Path(preview.path) for preview in job.report.previews] if job is not None else []
    return previews[-1] if previews and previews[-1].exists() else None


def _line(found: Word, actor: Actor, texts: Texts) -> str:
    name = escape(found.name)
    if found.owner_id is None:
        return texts("library-line-found", name=name)
    facts: dict[str, Any] = {
        "name": name,
        "vectors": found.vectors or 0,
        "owner": texts("library-yours") if may(actor, Act.OWN, found.thing) else f"<@{found.owner_id}>",
        "sharing": _sharing(found, actor, texts),
    }
    if not found.step:
        return texts("library-line-imported" if found.origin else "library-line-untrained", **facts)
    return texts("library-line", **facts, steps=found.step)


def _sharing(found: Word, actor: Actor, texts: Texts) -> str:
    """On how many other servers a word is shared, is only told to its owner."""
    others = len(found.shared_with - {actor.guild_id}) if may(actor, Act.OWN, found.thing) else 0
    if actor.guild_id in found.shared_with:
        return texts("library-shared-here-too", servers=others) if others else texts("library-shared")
    return texts("library-shared-elsewhere", servers=others) if others else texts("library-private")


def _details(found: Word, job: Job | None, texts: Texts) -> list[str]:
    lines = []
    if found.model and found.model_hash:
        lines.append(texts("library-model", model=escape(found.model), hash=found.model_hash))
    if job is not None and isinstance(job.request, TrainRequest):
        lines.append(texts("library-pictures", pictures=len(job.request.pictures)))
    started = job.request if job is not None and isinstance(job.request, TrainRequest | CreateRequest) else None
    if started is not None and started.initialization_text != NO_START:
        lines.append(texts("library-from", **{"from": escape(started.initialization_text)}))
    if found.origin:
        lines.append(texts("library-origin", origin=escape(found.origin)))
    if found.note:
        lines.append(texts("library-note", note=escape(found.note)))
    if found.vectors:
        lines.append(texts("library-budget", vectors=min(found.vectors, MOST_VECTORS)))
    if job is not None and job.ended_at is not None:
        lines.append(discord.utils.format_dt(datetime.fromtimestamp(job.ended_at, UTC), "R"))
    return lines


def _buttons(found: Word, actor: Actor, texts: Texts) -> list[ui.Button[Any]]:
    buttons = [
        button(texts("button-draw-with"), f"draw_word:{about_word(found)}", discord.ButtonStyle.primary),
        button(texts("button-file"), f"word_file:{about_word(found)}"),
    ]
    if not may(actor, Act.OWN, found.thing):
        return buttons
    if actor.guild_id not in found.shared_with:
        buttons.append(button(texts("button-share"), f"share:{about_word(found)}"))
    if found.shared_with:
        buttons.append(button(texts("button-unshare"), f"unshare:{about_word(found)}"))
    if found.step and found.job_id is not None:
        buttons.append(button(texts("button-train-further"), f"train_further:{found.job_id}"))
    return buttons


def _owners_buttons(found: Word, actor: Actor, texts: Texts) -> list[ui.Button[Any]]:
    buttons = [button(texts("button-inspect"), f"inspect_word:{about_word(found)}")]
    if may(actor, Act.OWN, found.thing):
        danger = discord.ButtonStyle.danger
        buttons.append(button(texts("button-train"), f"train_word:{about_word(found)}"))
        buttons.append(button(texts("button-delete"), f"ask_delete_word:{about_word(found)}", danger))
    return buttons
