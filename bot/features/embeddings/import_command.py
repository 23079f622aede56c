"""`/embed import`: words that were made elsewhere."""

from typing import Any

import discord
from discord import app_commands

from bot.chat.answers import Interaction, think
from bot.chat.options import worded
from bot.chat.service import Service
from bot.features.embeddings.imported import show_imported
from bot.features.embeddings.importing import Import, import_words
from bot.texts.names import NAME_LIMIT
from bot.texts.translator import word

NOTE_LIMIT = 200


def import_command(service: Service) -> app_commands.Command[Any, ..., None]:
    @app_commands.command(name=word("command-embed-import"), description=word("command-embed-import-description"))
    @worded(name="import-name", concept="concept", note="note", **{f"file{n}": f"file{n}" for n in range(1, 5)})
    async def import_(
        interaction: Interaction,
        file1: discord.Attachment | None = None,
        file2: discord.Attachment | None = None,
        file3: discord.Attachment | None = None,
        file4: discord.Attachment | None = None,
        name: app_commands.Range[str, 1, NAME_LIMIT] | None = None,
        concept: app_commands.Range[str, 1, 200] | None = None,
        note: app_commands.Range[str, 1, NOTE_LIMIT] | None = None,
    ) -> None:
        await think(interaction)
        files = [file for file in (file1, file2, file3, file4) if file is not None]
        said = (concept or "").strip(), (name or "").strip(), (note or "").strip()
        wish = Import(files, *said, interaction.guild_id is None)
        await show_imported(interaction, service, await import_words(service, wish, interaction.user.id))

    return import_
