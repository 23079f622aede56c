"""`/picture info`: what an uploaded picture says of itself."""

from typing import Any

import discord
from discord import app_commands

from bot.chat.answers import Interaction, think
from bot.chat.options import worded
from bot.chat.service import Service
from bot.features.pictures.picture_info import show_picture_info
from bot.texts.translator import word


def info_command(service: Service) -> app_commands.Command[Any, ..., None]:
    @app_commands.command(name=word("command-picture-info"), description=word("command-picture-info-description"))
    @worded(picture="info-picture")
    async def info(interaction: Interaction, picture: discord.Attachment) -> None:
        await think(interaction)
        await show_picture_info(interaction, service, picture)

    return info
