"""Refusals that lose nothing: what was given is kept in a draft, and buttons lead back to it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import structlog

from bot.chat.answers import Interaction, replace_answer, say, show_progress, texts_of
from bot.chat.drafts import DrawingDraft, RunDraft, TrainingDraft
from bot.chat.service import Service
from bot.delivery.outgoing import button, buttons_only, edit_button
from bot.delivery.trouble import DISCORDS
from bot.errors import Refusal

log = structlog.get_logger(__name__)

PROGRESS_SECONDS = 2.0
"""What takes longer shows how far it is."""
MOST_SHOWN = 10
"""Refusals that are shown at once."""


async def offer_again(
    interaction: Interaction,
    service: Service,
    draft: TrainingDraft | DrawingDraft,
    refusals: Sequence[Refusal],
    go_on_with: int = 0,
) -> None:
    """Says what was wrong, all at once, of a deferred interaction; `go_on_with` pictures would do without the rest."""
    texts = texts_of(interaction)
    await service.drafts.keep(interaction.id, interaction.user.id, draft)
    buttons = [edit_button(texts_of(interaction), interaction.id)]
    if go_on_with:
        buttons.append(button(texts("go-on-button", pictures=go_on_with), f"go_on:{interaction.id}"))
    lines = [texts.refusal(refusal) for refusal in refusals[:MOST_SHOWN]]
    await replace_answer(interaction, "\n".join(lines), buttons_only(*buttons))


async def offer_run_again(interaction: Interaction, service: Service, draft: RunDraft, refusal: Refusal) -> None:
    """Says what was wrong in a message of its own: what stands above may be the run's card."""
    await service.drafts.keep(interaction.id, interaction.user.id, draft)
    await say(
        interaction,
        texts_of(interaction).refusal(refusal),
        view=buttons_only(edit_button(texts_of(interaction), interaction.id)),
    )


async def take_buttons_away(interaction: Interaction, service: Service, token: str) -> None:
    """From an answer to an earlier interaction of this token; raises nothing, for they may stay: they do no more."""
    original: Any = "@original"
    try:
        with service.living.webhook(interaction.application_id, token) as webhook:
            await webhook.edit_message(original, view=None)
    except DISCORDS as error:
        log.info("buttons stay", interaction=interaction.id, error=repr(error))


@asynccontextmanager
async def reading_told(interaction: Interaction, total: int) -> AsyncIterator[Callable[[], None]]:
    """Says in the deferred answer how many pictures are read, if any; gives what is to be called for each."""
    done = 0

    def one_more() -> None:
        nonlocal done
        done += 1

    async def tell() -> None:
        while total:
            await asyncio.sleep(PROGRESS_SECONDS)
            words = texts_of(interaction)("reading-pictures", done=min(done, total), total=total)
            await show_progress(interaction, words)

    telling = asyncio.create_task(tell())
    try:
        yield one_more
    finally:
        telling.cancel()
        await asyncio.wait([telling])
