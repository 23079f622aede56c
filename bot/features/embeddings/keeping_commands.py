"""`/embed rename`, `copy`, `delete`, `inspect`: what one does with words that one has."""

from typing import Any

from discord import app_commands

from bot.chat.answers import Interaction, actor_of, say, texts_of, think
from bot.chat.options import suggest_words, worded
from bot.chat.service import Service
from bot.features.embeddings.deleting import ask_to_delete
from bot.features.embeddings.inspecting import show_inspected
from bot.features.embeddings.rewriting import copy_word, rename_word
from bot.features.embeddings.words import check_may_share, tell_collisions, tell_which
from bot.texts.names import NAME_LIMIT, check_name, escape
from bot.texts.translator import word


def rename_command(service: Service) -> app_commands.Command[Any, ..., None]:
    @app_commands.command(name=word("command-embed-rename"), description=word("command-embed-rename-description"))
    @worded(name="known-name", new_name="new-name")
    @app_commands.autocomplete(name=suggest_words)
    async def rename(
        interaction: Interaction,
        name: app_commands.Range[str, 1, NAME_LIMIT],
        new_name: app_commands.Range[str, 1, NAME_LIMIT],
    ) -> None:
        await think(interaction)
        found = await service.library.own(name, actor_of(interaction))
        if found.shared_with:
            await check_may_share(service, check_name(new_name))
        renamed = await rename_word(service, found, new_name, interaction.user.id)
        texts = texts_of(interaction)
        await say(interaction, texts("renamed", name=escape(found.name), new_name=escape(renamed.name)))
        await tell_collisions(interaction, service, renamed.name)

    return rename


def copy_command(service: Service) -> app_commands.Command[Any, ..., None]:
    @app_commands.command(name=word("command-embed-copy"), description=word("command-embed-copy-description"))
    @worded(name="known-name", new_name="new-name")
    @app_commands.autocomplete(name=suggest_words)
    async def copy(
        interaction: Interaction,
        name: app_commands.Range[str, 1, NAME_LIMIT],
        new_name: app_commands.Range[str, 1, NAME_LIMIT],
    ) -> None:
        await think(interaction)
        found = await service.library.find(name, actor_of(interaction))
        own = found._replace(
            name=new_name,
            owner_id=interaction.user.id,
            shared_with=frozenset(),
            job_id=None,
            origin=found.origin or found.name,
        )
        copied = await copy_word(service, found, own, interaction.user.id)
        texts = texts_of(interaction)
        await say(interaction, texts("copied", name=escape(found.name), new_name=escape(copied.name)))
        await tell_which(interaction, service, found)
        await tell_collisions(interaction, service, copied.name)

    return copy


def delete_command(service: Service) -> app_commands.Command[Any, ..., None]:
    @app_commands.command(name=word("command-embed-delete"), description=word("command-embed-delete-description"))
    @worded(name="known-name")
    @app_commands.autocomplete(name=suggest_words)
    async def delete(interaction: Interaction, name: app_commands.Range[str, 1, NAME_LIMIT]) -> None:
        await think(interaction)
        found = await service.library.own(name, actor_of(interaction))
        await ask_to_delete(interaction, service, found)

    return delete


def inspect_command(service: Service) -> app_commands.Command[Any, ..., None]:
    @app_commands.command(name=word("command-embed-inspect"), description=word("command-embed-inspect-description"))
    @worded(name="known-name")
    @app_commands.autocomplete(name=suggest_words)
    async def inspect(interaction: Interaction, name: app_commands.Range[str, 1, NAME_LIMIT]) -> None:
        await think(interaction)
        found = await service.library.find(name, actor_of(interaction))
        await show_inspected(interaction, service, found)
        await tell_which(interaction, service, found)

    return inspect
