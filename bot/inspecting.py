"""What a person is shown of the inside of a word."""

from typing import Any

from discord import ui

from bot.answers import Interaction, actor_of, say, show, texts_of
from bot.cards.outgoing import button, layout, row
from bot.errors import NotAnEmbedding
from bot.jobs.questions import Unanswered
from bot.library import Word
from bot.names import escape, in_code
from bot.service import Service
from bot.texts.catalogue import Texts
from trainer.protocol import CreateRequest, Failed, Inspected, InspectedVector, TrainRequest

TESTS = 3
"""Fixed prompts."""
SHOWN_VECTORS = 16
"""A card holds 4,000 characters."""


async def show_inspected(interaction: Interaction, service: Service, name: str) -> None:
    """A line for each vector. Raises NothingCalled, NoFileYet, NotAnEmbedding."""
    texts = texts_of(interaction)
    found = await service.library.find(name, actor_of(interaction))
    path = await service.library.file_of(found)
    try:
        answer = await service.dispatch.inspect(found.name, str(path), await _start(service, found))
    except Unanswered:
        await say(interaction, texts("inspect-unanswered"))
        return
    if isinstance(answer, Failed):
        raise NotAnEmbedding(file=path.name, reason=_reason(answer))
    blocks: list[ui.Item[Any]] = [ui.TextDisplay("\n".join(_lines(found.name, answer, texts)))]
    blocks += row(
        [button(texts(f"button-test-{number}"), f"test_grid:{number}:{found.name}") for number in range(1, TESTS + 1)]
    )
    await show(interaction, layout(*blocks))


def _reason(failed: Failed) -> str:
    """Only what the reader says of the file itself: other errors name places on this server."""
    facts = failed.facts
    if "width" in facts:
        return f"has {facts['width']} numbers a vector where this model has {facts['model_width']}"
    return facts.get("error", "cannot be used") if failed.reason == "bad_embedding" else "cannot be read just now"


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
