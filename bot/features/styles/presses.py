"""Buttons under the list of styles."""

from bot.chat.answers import Interaction, number_in, think
from bot.chat.service import Service
from bot.features.styles.style_list import show_styles


async def _styles(interaction: Interaction, service: Service, page: str) -> None:
    await think(interaction)
    await show_styles(interaction, service, number_in(page))


PRESSES = {"styles": _styles}
