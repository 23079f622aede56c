"""The card of a drawing: from "drawing…" to the pictures, and what is to be known about them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeAlias

import discord
from discord import ui

from bot.cards.outgoing import Outgoing, button, gallery, layout, row
from bot.cards.training import failure
from bot.jobs.job import Job, State
from bot.names import escape
from bot.texts.catalogue import Texts
from trainer.protocol import DrawRequest, Word

SETTINGS_LIMIT = 1000
"""Characters of the line of settings; a card holds 4,000 in all."""

_Items: TypeAlias = list[ui.Item[Any]]


def drawing_card(
    job: Job,
    request: DrawRequest,
    texts: Texts,
    line: str,
    misses: Sequence[tuple[str, str]] = (),
    mark: int | None = None,
) -> Outgoing:
    """`line` is the job's place in line, already worded; `misses` are (what was typed, the word that was meant)."""
    title = f"**{escape(request.prompt)}** · <@{job.owner_id}>"
    blocks: _Items = [ui.TextDisplay(title)]
    files = _files(job)
    if job.state is State.SUCCEEDED and files:
        blocks.append(gallery(*((name, request.prompt) for name, _ in files)))
        blocks.append(ui.TextDisplay(_facts(job, texts, misses)))
        blocks += row(_buttons(job, texts))
        return Outgoing(layout(*blocks, accent="done", mark=mark), files)
    blocks.append(ui.TextDisplay(_state(job, texts, line)))
    if not job.ended:
        blocks += row([button(texts("button-cancel"), f"stop:{job.id}", discord.ButtonStyle.danger)])
    elif job.state is not State.SUCCEEDED:
        blocks += row([button(texts("button-again"), f"draw_again:{job.id}")])
    accent = "failed" if job.state is State.FAILED else "quiet"
    return Outgoing(layout(*blocks, accent=accent, mark=mark))


def settings_of(job: Job) -> str:
    """The lines people paste, as the first picture carries them."""
    return job.report.pictures[0].parameters if job.report.pictures else ""


def _files(job: Job) -> tuple[tuple[str, Path], ...]:
    return tuple(
        (f"embedsmith-{job.id}-{picture.seed}.png", Path(picture.path))
        for picture in job.report.pictures
        if Path(picture.path).exists()
    )


def _state(job: Job, texts: Texts, line: str) -> str:
    match job.state:
        case State.QUEUED:
            return texts("drawing-waiting", place=line)
        case State.FAILED:
            return f"{texts('drawing-failed')} {failure(job, texts)}"
        case State.CANCELLED:
            return texts("drawing-stopped")
        case State.SUCCEEDED:
            return texts("drawing-deleted")
        case _ if job.report.step:
            return texts("drawing-progress", step=job.report.step, steps=job.report.steps)
        case _:
            return texts("drawing-running")


def _facts(job: Job, texts: Texts, misses: Sequence[tuple[str, str]]) -> str:
    """The line of settings, what the prompt used, and in small type what may surprise."""
    report = job.report
    used = [_budget(job, texts)]
    if report.words:
        words = ", ".join(texts("drawing-word", name=escape(word.name), vectors=word.vectors) for word in report.words)
        used.insert(0, texts("drawing-words", words=words))
    lines = [escape(settings_of(job).splitlines()[-1], SETTINGS_LIMIT), " · ".join(used), *_notices(job, texts, misses)]
    return "\n".join(f"-# {line}" for line in lines)


def _budget(job: Job, texts: Texts) -> str:
    if job.report.windows > 1:
        return texts("drawing-windows", tokens=job.report.tokens, windows=job.report.windows)
    return texts("drawing-tokens", tokens=job.report.tokens)


def _notices(job: Job, texts: Texts, misses: Sequence[tuple[str, str]]) -> list[str]:
    report = job.report
    foreign = [word for word in report.words if word.model_hash and word.model_hash != report.model_hash]
    return [
        *(_other_model(word, job, texts) for word in foreign),
        *(texts("drawing-unreadable", name=escape(name)) for name in report.unreadable),
        *(texts("drawing-did-you-mean", word=escape(typed), name=escape(name)) for typed, name in misses),
    ]


def _other_model(word: Word, job: Job, texts: Texts) -> str:
    return texts(
        "drawing-other-model",
        name=escape(word.name),
        trained=escape(word.model or "?"),
        trained_hash=word.model_hash or "?",
        model=escape(job.report.model or "?"),
        hash=job.report.model_hash or "?",
    )


def _buttons(job: Job, texts: Texts) -> list[ui.Button[Any]]:
    return [
        button(texts("button-again"), f"draw_again:{job.id}", discord.ButtonStyle.primary),
        button(texts("button-settings"), f"settings:{job.id}"),
        button(texts("button-delete"), f"delete:{job.id}", discord.ButtonStyle.danger),
    ]
