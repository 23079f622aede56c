"""`/style save`, `list`, `delete`."""

from typing import Any

from discord import app_commands

from bot.chat.answers import Interaction, actor_of, say, shelf_of, texts_of, think
from bot.chat.options import PROMPT_LIMIT, suggest_deletable_styles, worded
from bot.chat.service import Service
from bot.features.styles.style_list import show_styles
from bot.library.styles import Style
from bot.texts.names import NAME_LIMIT, check_name, escape
from bot.texts.translator import word


def save_style_command(service: Service) -> app_commands.Command[Any, ..., None]:
    @app_commands.command(name=word("command-style-save"), description=word("command-style-save-description"))
    @worded(name="new-style", prompt="style-prompt", negative_prompt="style-negative-prompt")
    async def save(
        interaction: Interaction,
        name: app_commands.Range[str, 1, NAME_LIMIT],
        prompt: app_commands.Range[str, 1, PROMPT_LIMIT] | None = None,
        negative_prompt: app_commands.Range[str, 1, PROMPT_LIMIT] | None = None,
    ) -> None:
        await think(interaction)
        parts = ((prompt or "").strip(), (negative_prompt or "").strip())
        style = Style(check_name(name), interaction.user.id, *parts)
        replaced = await service.styles.save(shelf_of(interaction), style)
        whose = "private" if interaction.guild_id is None else "server"
        text_id = "style-replaced" if replaced else "style-saved"
        await say(interaction, texts_of(interaction)(text_id, name=escape(style.name), whose=whose))

    return save


def list_styles_command(service: Service) -> app_commands.Command[Any, ..., None]:
    @app_commands.command(name=word("command-style-list"), description=word("command-style-list-description"))
    async def list_styles(interaction: Interaction) -> None:
        await think(interaction)
        await show_styles(interaction, service)

    return list_styles


def delete_style_command(service: Service) -> app_commands.Command[Any, ..., None]:
    @app_commands.command(name=word("command-style-delete"), description=word("command-style-delete-description"))
    @worded(name="known-style")
    @app_commands.autocomplete(name=suggest_deletable_styles)
    async def delete(interaction: Interaction, name: app_commands.Range[str, 1, NAME_LIMIT]) -> None:
        await think(interaction)
        deleted = await service.styles.delete(shelf_of(interaction), name, actor_of(interaction))
        await say(interaction, texts_of(interaction)("deleted", name=escape(deleted.name)))

    return delete
