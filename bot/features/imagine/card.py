"""The card of a drawing: from "drawing…" to the pictures, and what is to be known about them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeAlias

import discord
from discord import ui

from bot.access import Actor
from bot.delivery.bar import bar
from bot.delivery.failure import failure
from bot.delivery.fitting import shortened
from bot.delivery.outgoing import MOST_FILES, Outgoing, button, gallery, layout, row
from bot.errors import OnlyAgeRestricted
from bot.features.imagine.hypernetwork_tags import left_out
from bot.features.imagine.suggestions import near_misses
from bot.jobs.job import Job, Report, State
from bot.library.embeddings import Library
from bot.library.hypernetworks import Hypernetworks
from bot.library.whose import ChosenWord
from bot.texts.catalogue import Texts
from bot.texts.names import cut, escape
from bot.texts.spelling import key
from trainer.protocol import MOST_VECTORS, DrawRequest, ReadPart, ReadStage, Word

SETTINGS_LIMIT, WORDS_LIMIT, READING_LIMIT, NOTICES_LIMIT = 1000, 700, 800, 800
"""Characters as they are shown; a card holds 4,000 in all."""

_Items: TypeAlias = list[ui.Item[Any]]


class DrawingMessages:
    in_thread = False

    def __init__(self, library: Library, hypernetworks: Hypernetworks) -> None:
        """Knows which words and hypernetworks a person may have meant."""
        self._library, self._hypernetworks = library, hypernetworks

    async def card(self, job: Job, texts: Texts, line: str, mark: int | None) -> Outgoing:
        request = _request(job)
        known = await self._hypernetworks.names() if job.report.not_used else []
        return drawing_card(job, request, texts, line, await self._near_misses(job, request), mark, known)

    def further(self, _job: Job, _key: str, _texts: Texts, _mark: int) -> None:
        """The card tells all."""

    def short(self, job: Job, _key: str, outgoing: Outgoing, texts: Texts, mark: int | None) -> Outgoing:
        line, shown = texts("short-drawing"), shown_pictures(job)
        # With several pictures the card has these buttons itself.
        more = row([button("1", f"pick:{job.id}.{shown[0]}")]) if len(shown) == 1 and job.ended else []
        return shortened(outgoing, line if shown else texts("short-card"), more, mark)

    async def _near_misses(self, job: Job, request: DrawRequest) -> list[tuple[str, str]]:
        if job.state is not State.SUCCEEDED:
            return []
        words = await self._library.seen_by(Actor(job.owner_id, job.guild_id))
        return near_misses(request.prompt, list(dict.fromkeys(word.name for word in words)))


def _request(job: Job) -> DrawRequest:
    assert isinstance(job.request, DrawRequest)
    return job.request


def drawing_card(
    job: Job,
    request: DrawRequest,
    texts: Texts,
    line: str,
    misses: Sequence[tuple[str, str]] = (),
    mark: int | None = None,
    hypernetworks: Sequence[str] = (),
) -> Outgoing:
    """`line` is the job's place in line, already worded; `misses` are (what was typed, the word that was meant);
    `hypernetworks` are the names of those there are here.
    """
    title = f"**{escape(request.prompt) or '…'}** · <@{job.owner_id}>"
    blocks: _Items = [ui.TextDisplay(title)]
    files = _files(job)
    if job.state is State.SUCCEEDED and files:
        blocks.append(gallery(*((name, request.prompt) for name, _ in files)))
        blocks.append(ui.TextDisplay(_facts(job, texts, misses, hypernetworks)))
        blocks += row(_buttons(job, texts))
        if len(files) > 1:
            shown = enumerate(shown_pictures(job), start=1)
            blocks += row([button(str(number), f"pick:{job.id}.{index}") for number, index in shown])
        return Outgoing(layout(*blocks, accent="done", mark=mark), files)
    blocks.append(ui.TextDisplay(_state(job, texts, line)))
    coarse = _coarse(job)
    blocks += [gallery((name, request.prompt)) for name, _ in coarse]
    if not job.ended:
        blocks += row([button(texts("button-cancel"), f"stop:{job.id}", discord.ButtonStyle.danger)])
    elif job.state is not State.SUCCEEDED:
        blocks += row([button(texts("button-again"), f"draw_again:{job.id}")])
    accent = "failed" if job.state is State.FAILED else "quiet"
    return Outgoing(layout(*blocks, accent=accent, mark=mark), coarse)


def settings_of(job: Job, index: int = 0) -> str:
    """The lines people paste, as one of its pictures carries them; empty when there is no such picture."""
    pictures = job.report.pictures
    return pictures[index].parameters if index < len(pictures) else ""


def picked_card(job: Job, index: int, texts: Texts) -> Outgoing:
    """One picture of several, for whoever picked it."""
    name, path = _file(job, index)
    blocks: _Items = [gallery((name, (settings_of(job, index).splitlines() or [""])[0]))]
    return Outgoing(layout(*blocks, *row(_picture_buttons(job, index, texts))), ((name, path),))


def _files(job: Job) -> tuple[tuple[str, Path], ...]:
    """Of the pictures that may be shown."""
    return tuple(_file(job, index) for index in shown_pictures(job))


def _file(job: Job, index: int) -> tuple[str, Path]:
    path = Path(job.report.pictures[index].path)
    return f"embedsmith-{job.id}-{path.name}", path


def _coarse(job: Job) -> tuple[tuple[str, Path], ...]:
    """How the first picture looks by now. Its name changes with it, so that the card takes it anew."""
    coarse = job.report.coarse
    if coarse is None or job.withheld or job.state is not State.RUNNING or not Path(coarse.path).exists():
        return ()
    return ((f"progress-{job.id}-{coarse.step}.png", Path(coarse.path)),)


def shown_pictures(job: Job) -> list[int]:
    """Places of the pictures that are still there and that are not withheld, as many as a message takes."""
    if job.withheld:
        return []
    pictures = enumerate(job.report.pictures)
    return [index for index, picture in pictures if not picture.unsafe and Path(picture.path).exists()][:MOST_FILES]


def _state(job: Job, texts: Texts, line: str) -> str:
    match job.state:
        case State.QUEUED:
            return texts("drawing-waiting", place=line)
        case State.FAILED:
            return f"{texts('drawing-failed')} {failure(job, texts)}"
        case State.CANCELLED:
            return texts("drawing-stopped")
        case State.SUCCEEDED if job.withheld:
            return texts.refusal(OnlyAgeRestricted())
        case State.SUCCEEDED if any(picture.unsafe for picture in job.report.pictures):
            return texts("drawing-unsafe", pictures=sum(picture.unsafe for picture in job.report.pictures))
        case State.SUCCEEDED:
            return texts("drawing-deleted")
        case _ if job.report.phase == "working":
            step, steps = job.report.step, job.report.steps
            return f"{texts('drawing-progress', step=step, steps=steps)}\n{bar(step, steps)}"
        case _:
            return texts("drawing-running")


def _facts(job: Job, texts: Texts, misses: Sequence[tuple[str, str]], hypernetworks: Sequence[str]) -> str:
    """The line of settings, what the prompt used, and in small type what may surprise."""
    report = job.report
    used = [_budget(job, texts)]
    if report.words:
        words = [_word(word, texts) for word in report.words]
        used.insert(0, texts("drawing-words", words=texts.listing(words, WORDS_LIMIT)))
    settings = cut(escape((settings_of(job).splitlines() or ["…"])[-1], SETTINGS_LIMIT), SETTINGS_LIMIT)
    notices = texts.listing(_notices(job, texts, misses, hypernetworks), NOTICES_LIMIT, "\n").splitlines()
    return "\n".join(f"-# {line}" for line in [settings, " · ".join(used), *_read_as(job, texts), *notices])


def _read_as(job: Job, texts: Texts) -> list[str]:
    reading = _reading(job.report.reading)
    return [texts("drawing-read-as", reading=cut(escape(reading, READING_LIMIT), READING_LIMIT))] if reading else []


def _word(word: Word, texts: Texts) -> str:
    if word.vectors > MOST_VECTORS:
        return texts("drawing-word-cut", name=escape(word.name), used=MOST_VECTORS, vectors=word.vectors)
    return texts("drawing-word", name=escape(word.name), vectors=word.vectors)


def _budget(job: Job, texts: Texts) -> str:
    if job.report.windows > 1:
        return texts("drawing-windows", tokens=job.report.tokens, windows=job.report.windows)
    return texts("drawing-tokens", tokens=job.report.tokens)


def _chosen_of(report: Report) -> list[ChosenWord]:
    """Those that the prompts did mean."""
    used = {key(word.name) for word in report.words}
    return [word for word in report.chosen if key(word.name) in used]


def _chosen(word: ChosenWord, job: Job, texts: Texts) -> str:
    return texts("drawing-chosen", name=escape(word.name), whose=word.whose, owner=f"<@{job.owner_id}>")


def _notices(job: Job, texts: Texts, misses: Sequence[tuple[str, str]], hypernetworks: Sequence[str]) -> list[str]:
    report = job.report
    foreign = [word for word in report.words if word.model_hash and word.model_hash != report.model_hash]
    not_used = left_out(report.not_used, hypernetworks)
    withheld = sum(picture.unsafe for picture in report.pictures)
    return [
        *([texts("drawing-unsafe", pictures=withheld)] if withheld else []),
        *(texts(each.text_id, **{name: escape(fact) for name, fact in each.facts.items()}) for each in not_used),
        *(_chosen(word, job, texts) for word in _chosen_of(report)),
        *(_other_model(word, job, texts) for word in foreign),
        *(texts("drawing-unreadable", name=escape(name)) for name in report.unreadable),
        *(texts("drawing-did-you-mean", word=escape(typed), name=escape(name)) for typed, name in misses),
    ]


def _reading(parts: Sequence[ReadPart]) -> str:
    """Weights and steps as the prompt's brackets were understood: `1–5: a cat ×1.1; 6–20: a dog`."""
    return " AND ".join(_part(part) for part in parts)


def _part(part: ReadPart) -> str:
    stages = [_stage(stage, alone=len(part.stages) == 1) for stage in part.stages]
    left_out = [f"… +{part.stages_left_out}"] if part.stages_left_out else []
    weight = "" if part.weight == 1 else f" :{part.weight:g}"
    return "; ".join([*stages, *left_out]) + weight


def _stage(stage: ReadStage, *, alone: bool) -> str:
    texts = [
        " ".join(text.strip() if weight == 1 else f"{text.strip()} ×{weight:.3g}" for text, weight in block)
        for block in stage.blocks
    ]
    if alone:
        return " BREAK ".join(texts)
    first, last = stage.first_step, stage.last_step
    steps = str(first) if first == last else f"{first}–{last}"
    return f"{steps}: {' BREAK '.join(texts)}"


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
    again = button(texts("button-again"), f"draw_again:{job.id}", discord.ButtonStyle.primary)
    delete = button(texts("button-delete"), f"delete:{job.id}", discord.ButtonStyle.danger)
    if len(job.report.pictures) > 1:
        edit = button(texts("button-edit-drawing"), f"edit_drawing:{job.id}")
        return [again, edit, button(texts("button-settings"), f"settings:{job.id}.0"), delete]
    return [again, *_picture_buttons(job, 0, texts), delete]


def _picture_buttons(job: Job, index: int, texts: Texts) -> list[ui.Button[Any]]:
    return [
        button(texts("button-edit-drawing"), f"edit_drawing:{job.id}.{index}"),
        button(texts("button-variations"), f"variations:{job.id}.{index}"),
        button(texts("button-larger"), f"larger:{job.id}.{index}"),
        button(texts("button-draw-over"), f"draw_over:{job.id}.{index}"),
        button(texts("button-settings"), f"settings:{job.id}.{index}"),
    ]
