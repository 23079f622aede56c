"""Every slash command there is, by name."""

from typing import Any

from discord import app_commands

from bot.chat.service import Service
from bot.features.embeddings.commands import create_command, file_command, list_command, show_command, stop_command
from bot.features.embeddings.import_command import import_command
from bot.features.embeddings.keeping_commands import copy_command, delete_command, inspect_command, rename_command
from bot.features.help.command import help_command
from bot.features.imagine.command import imagine_command
from bot.features.pictures.command import info_command
from bot.features.queue.command import queue_command
from bot.features.styles.commands import delete_style_command, list_styles_command, save_style_command
from bot.features.train.command import train_command
from bot.texts.translator import word

EMBED = (
    *(create_command, train_command, list_command, show_command, file_command, stop_command),
    *(import_command, rename_command, copy_command, delete_command, inspect_command),
)
STYLE = (save_style_command, list_styles_command, delete_style_command)
PICTURE = (info_command,)
OTHERS = (imagine_command, queue_command, help_command)


def all_commands(service: Service) -> list[app_commands.Command[Any, ..., Any] | app_commands.Group]:
    """For servers and for private chats with the bot, not for installation by a person alone: a run's card is the
    bot's own message, and needs the bot to be there.
    """
    commands: list[app_commands.Command[Any, ..., Any] | app_commands.Group] = []
    for name, makers in (("embed", EMBED), ("style", STYLE), ("picture", PICTURE)):
        group = app_commands.Group(name=word(f"command-{name}"), description=word(f"command-{name}-description"))
        for make in makers:
            group.add_command(make(service))
        commands.append(group)
    commands += [make(service) for make in OTHERS]
    for command in commands:
        command.allowed_installs = app_commands.AppInstallationType(guild=True, user=False)
        command.allowed_contexts = app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=False)
    return commands
