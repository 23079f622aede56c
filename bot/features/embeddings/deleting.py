"""Taking a word away for good, after one question."""

import discord
from discord import ui

from bot.chat.answers import Interaction, replace_answer, say, texts_of
from bot.chat.service import Service
from bot.delivery.outgoing import button
from bot.features.embeddings.pressed import about_word
from bot.library.embeddings import Word
from bot.texts.names import escape


async def ask_to_delete(interaction: Interaction, service: Service, found: Word) -> None:
    """Tells what goes of a word of the person's own, and asks once. Raises StillLearning."""
    await service.library.check_settled(found)
    texts = texts_of(interaction)
    view = ui.View(timeout=None)
    view.add_item(button(texts("button-delete-word"), f"delete_word:{about_word(found)}", discord.ButtonStyle.danger))
    view.stop()
    await say(interaction, texts("delete-question", name=escape(found.name)), view=view)


async def delete_word(interaction: Interaction, service: Service, found: Word) -> None:
    """The word, and what its runs left. Raises StillLearning."""
    await service.library.remove(found, with_runs=True)
    await replace_answer(interaction, texts_of(interaction)("deleted", name=escape(found.name)))
