"""`/help`: what Embedsmith does in two lines, and three buttons."""

from typing import Any

import discord
from discord import app_commands, ui

from bot.chat.answers import Interaction, show, texts_of
from bot.chat.service import Service
from bot.delivery.outgoing import button, layout, row
from bot.texts.names import escape
from bot.texts.translator import word


def help_command(service: Service) -> app_commands.Command[Any, ..., None]:
    @app_commands.command(name=word("command-help"), description=word("command-help-description"))
    async def show_help(interaction: Interaction) -> None:
        texts = texts_of(interaction)
        lines = [f"**{texts('help-title')}**", texts("help-text")]
        blocks: list[ui.Item[Any]] = [ui.TextDisplay("\n".join(lines))]
        blocks += row(
            [
                button(texts("button-teach"), "teach:", discord.ButtonStyle.primary),
                button(texts("button-draw"), "draw:"),
                button(texts("button-my-words"), "words:"),
            ]
        )
        small = [f"-# {line}" for line in texts("help-commands").splitlines()]
        if ready := service.dispatch.ready:
            small.append(f"-# {texts('help-model', model=f'{escape(ready.model)} [{ready.model_hash}]')}")
        blocks.append(ui.TextDisplay("\n".join(small)))
        await show(interaction, layout(*blocks))

    return show_help
