"""What a person is shown of the inside of a word."""

from collections.abc import Mapping
from typing import Any

import msgspec
from discord import ui

from bot.chat.answers import Interaction, say, show, texts_of
from bot.chat.service import Service
from bot.delivery.outgoing import button, layout, row
from bot.errors import NotAnEmbedding
from bot.features.embeddings.pressed import about_word
from bot.files.looking import not_an_embedding
from bot.jobs.questions import Unanswered
from bot.library.embeddings import Word
from bot.texts.catalogue import Texts
from bot.texts.names import escape, in_code
from trainer.protocol import (
    MOST_VECTORS,
    CreateRequest,
    Failed,
    FileFault,
    Inspected,
    InspectedVector,
    TrainRequest,
)

TESTS = 3
"""Fixed prompts."""
SHOWN_VECTORS = 16
"""A card holds 4,000 characters."""


async def show_inspected(interaction: Interaction, service: Service, found: Word) -> None:
    """A line for each vector. Raises NoFileYet, NotAnEmbedding."""
    texts = texts_of(interaction)
    path = await service.library.file_of(found)
    try:
        answer = await service.dispatch.inspect(found.name, str(path), await _start(service, found))
    except Unanswered:
        await say(interaction, texts("inspect-unanswered"))
        return
    if isinstance(answer, Failed):
        raise _refusal(path.name, answer)
    await show(interaction, inspected_card(found, answer, texts))


def inspected_card(found: Word, inspected: Inspected, texts: Texts) -> ui.LayoutView:
    """A line for each vector, and the buttons that draw with the word."""
    blocks: list[ui.Item[Any]] = [ui.TextDisplay("\n".join(_lines(found.name, inspected, texts)))]
    about, tests = about_word(found), range(1, TESTS + 1)
    blocks += row([button(texts(f"button-test-{number}"), f"test_grid:{number}:{about}") for number in tests])
    return layout(*blocks)


def _refusal(file: str, failed: Failed) -> NotAnEmbedding:
    """Only what the reader says of the file itself: other errors name places on this server."""
    facts = failed.facts
    match facts.get("fault") if failed.reason == "bad_embedding" else None:
        case "file":
            return not_an_embedding(file, msgspec.convert(_fault(facts), FileFault, strict=False))
        case "width":
            theirs, ours = (sum(map(int, facts[name].split("+"))) for name in ("width", "model_width"))
            return NotAnEmbedding(file=file, reason="other_width", count=theirs, other=ours)
        case "vectors":
            return NotAnEmbedding(file=file, reason="too_many_vectors", count=MOST_VECTORS)
    return NotAnEmbedding(file=file, reason="unreadable")


def _fault(facts: Mapping[str, str]) -> dict[str, str]:
    return {"reason": facts["file"], **{name: facts[name] for name in ("name", "count", "other")}}


async def _start(service: Service, found: Word) -> str | None:
    """The initialization text, if the word began here and from it."""
    job = await service.dispatch.job(found.job_id) if found.job_id is not None else None
    if job is None or (isinstance(job.request, TrainRequest) and job.request.continue_from is not None):
        return None
    return job.request.initialization_text if isinstance(job.request, TrainRequest | CreateRequest) else None


def _lines(name: str, inspected: Inspected, texts: Texts) -> list[str]:
    vectors = inspected.vectors
    norm = f"{inspected.median_norm:.2f}"
    lines = [texts("inspect-title", name=escape(name), vectors=len(vectors), norm=norm)]
    lines += [_line(number, vector, texts) for number, vector in enumerate(vectors[:SHOWN_VECTORS], start=1)]
    if len(vectors) > SHOWN_VECTORS:
        lines.append(texts("import-more", lines=len(vectors) - SHOWN_VECTORS))
    lines.append(f"-# {texts('inspect-tokens', tokens=inspected.tokens)}")
    return lines


def _line(number: int, vector: InspectedVector, texts: Texts) -> str:
    near = " · ".join(f"`{in_code(word.token, 30)}` {word.similarity:.2f}" for word in vector.nearest)
    facts: dict[str, Any] = {"number": number, "norm": f"{vector.norm:.2f}", "nearest": near}
    if vector.moved is None:
        return texts("inspect-vector", **facts)
    return texts("inspect-vector-moved", **facts, moved=f"{vector.moved:.2f}")
