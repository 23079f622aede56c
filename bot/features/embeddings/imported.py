"""What a person is shown of an import: each word, what should be known of it, each refusal."""

from typing import Any

from bot.chat.answers import Interaction, actor_of, say, texts_of
from bot.chat.service import Service
from bot.features.embeddings.importing import Imported
from bot.features.embeddings.words import ordinary_among
from bot.library.collisions import collision_lines
from bot.library.embeddings import Word
from bot.texts.catalogue import Texts
from bot.texts.names import escape, in_code
from trainer.protocol import MOST_VECTORS, Ready, Remark, SeenFile

_LONGEST = 1900
"""Characters; a message holds 2,000."""


async def show_imported(interaction: Interaction, service: Service, imported: Imported) -> None:
    """A line for each word and each refusal, as many as one message holds."""
    texts, ready = texts_of(interaction), service.dispatch.ready
    others = [word.name for word in await service.library.seen_by(actor_of(interaction))]
    lines = [texts("import-done", words=len(imported.kept))] if imported.kept else []
    ordinary = await ordinary_among(service, [word.name for word, _ in imported.kept])
    for word, seen in imported.kept:
        lines += [_line(word, seen, texts), *(f"-# {note}" for note in _notes(word, seen, ready, texts))]
        lines += [f"-# {line}" for line in collision_lines(word.name, others, texts)]
        lines += [f"-# {texts('collision-ordinary', name=escape(word.name))}"] if word.name in ordinary else []
    lines += [f"✕ {texts.refusal(refusal)}" for refusal in imported.refused]
    await say(interaction, _fitting(lines, texts))


def _line(word: Word, seen: SeenFile, texts: Texts) -> str:
    facts: dict[str, Any] = {"name": escape(word.name), "vectors": seen.vectors, "width": sum(seen.widths)}
    if seen.step is None:
        return texts("import-line-untold", **facts)
    return texts("import-line", **facts, steps=seen.step)


def _notes(word: Word, seen: SeenFile, ready: Ready | None, texts: Texts) -> list[str]:
    """Where it was trained, and what its reader remarked."""
    cut = seen.vectors - MOST_VECTORS
    notes = [texts("import-cut", limit=MOST_VECTORS, vectors=cut)] if cut > 0 else []
    notes += [_remark(word, remark, texts) for remark in seen.notes]
    model, known = escape(seen.model or ""), seen.model_hash
    if ready is not None and known and known != ready.model_hash:
        facts = {"trained": model or "?", "trained_hash": known, "model": escape(ready.model), "hash": ready.model_hash}
        return [texts("drawing-other-model", name=escape(word.name), **facts), *notes]
    if model:
        return [texts("import-model", name=escape(word.name), model=model), *notes]
    return notes


def _remark(word: Word, remark: Remark, texts: Texts) -> str:
    return texts("import-note", file=in_code(word.origin or " "), note=remark.note, name=in_code(remark.name))


def _fitting(lines: list[str], texts: Texts) -> str:
    shown: list[str] = []
    for number, line in enumerate(lines):
        if sum(map(len, shown)) + len(shown) + len(line) > _LONGEST:
            return "\n".join([*shown, texts("import-more", lines=len(lines) - number)])
        shown.append(line)
    return "\n".join(shown)
