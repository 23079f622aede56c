"""Buttons of the first contact: what `/help` offers, and the question of consent."""

from bot.answers import Interaction, check_may_post, texts_of, think
from bot.errors import Forgotten
from bot.forms import DrawingForm, TrainingForm
from bot.service import Service
from bot.training import train_after_consent
from bot.words import show_words


async def _teach(interaction: Interaction, service: Service, _about: str) -> None:
    check_may_post(interaction)
    await interaction.response.send_modal(TrainingForm(texts_of(interaction), service))


async def _draw(interaction: Interaction, service: Service, _about: str) -> None:
    check_may_post(interaction)
    await interaction.response.send_modal(DrawingForm(texts_of(interaction), service))


async def _words(interaction: Interaction, service: Service, about: str) -> None:
    """`about` is the page, perhaps with a search behind a colon."""
    await think(interaction)
    page, _, search = about.partition(":")
    await show_words(interaction, service, page=int(page or 0), search=search)


async def _consent(interaction: Interaction, service: Service, draft: str) -> None:
    await think(interaction)
    if not await train_after_consent(interaction, service, int(draft)):
        raise Forgotten


PRESSES = {"teach": _teach, "draw": _draw, "words": _words, "consent": _consent}
