"""Every button and every form: its whole state is in its custom_id, so that it works after a restart."""

import re
from collections.abc import Awaitable, Callable
from typing import Any, Self, TypeAlias, cast

import discord
from discord import ui

from bot.chat.answers import Interaction, answer_error
from bot.chat.forms import Filled, filled_in
from bot.chat.service import Service

PressAction: TypeAlias = Callable[[Interaction, Service, str], Awaitable[None]]
"""Gets what stands behind the verb in the custom_id."""
FormAction: TypeAlias = Callable[[Interaction, Service, str, Filled], Awaitable[None]]

_FORM = r"(?P<verb>[a-z_]+):(?P<about>.*)"


class Press(ui.DynamicItem[ui.Button[Any]], template=_FORM):
    """A press on a button whose custom_id is `verb:about`; each feature has its verbs."""

    def __init__(self, button: ui.Button[Any], verb: str, about: str) -> None:
        super().__init__(button)
        self.verb = verb
        self.about = about

    @classmethod
    async def from_custom_id(cls, _interaction: Interaction, item: ui.Item[Any], match: re.Match[str], /) -> Self:
        assert isinstance(item, ui.Button)
        return cls(item, match["verb"], match["about"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        try:
            await interaction.client.presses[self.verb](interaction, interaction.client.service, self.about)
        except Exception as error:  # noqa: BLE001 — the outer edge of a press: every error becomes a reply
            await answer_error(interaction, error)


async def answer_form(interaction: discord.Interaction[Any]) -> None:
    """A form that was filled in and sent, by the verb of its custom_id `verb:about`."""
    try:
        verb, _, about = cast("dict[str, Any]", interaction.data)["custom_id"].partition(":")
        await interaction.client.forms[verb](interaction, interaction.client.service, about, filled_in(interaction))
    except Exception as error:  # noqa: BLE001 — the outer edge of a form: every error becomes a reply
        await answer_error(interaction, error)
