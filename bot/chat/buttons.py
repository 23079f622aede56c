"""Every button and every form: its whole state is in its custom_id, so that it works after a restart."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias, cast

import discord

from bot.chat.answers import Interaction, answer_error
from bot.chat.forms import Filled, filled_in
from bot.chat.service import Service
from bot.errors import OtherRelease

PressAction: TypeAlias = Callable[[Interaction, Service, str], Awaitable[None]]
"""Gets what stands behind the verb in the custom_id."""
FormAction: TypeAlias = Callable[[Interaction, Service, str, Filled], Awaitable[None]]


async def answer_press(interaction: discord.Interaction[Any]) -> None:
    """A press on a button, by the verb of its custom_id `verb:about`; each feature has its verbs."""
    try:
        verb, about = _of(interaction)
        press = interaction.client.presses.get(verb)
        if press is None:
            raise OtherRelease
        await press(interaction, interaction.client.service, about)
    except Exception as error:  # noqa: BLE001 — the outer edge of a press: every error becomes a reply
        await answer_error(interaction, error)


async def answer_form(interaction: discord.Interaction[Any]) -> None:
    """A form that was filled in and sent, likewise."""
    try:
        verb, about = _of(interaction)
        form = interaction.client.forms.get(verb)
        if form is None:
            raise OtherRelease
        await form(interaction, interaction.client.service, about, filled_in(interaction))
    except Exception as error:  # noqa: BLE001 — the outer edge of a form: every error becomes a reply
        await answer_error(interaction, error)


def _of(interaction: discord.Interaction[Any]) -> tuple[str, str]:
    verb, _, about = cast("dict[str, Any]", interaction.data)["custom_id"].partition(":")
    return verb, about
