"""Buttons under the list of styles."""

from bot.answers import Interaction, think
from bot.service import Service
from bot.style_list import show_styles


async def _styles(interaction: Interaction, service: Service, page: str) -> None:
    await think(interaction)
    await show_styles(interaction, service, int(page))


PRESSES = {"styles": _styles}
