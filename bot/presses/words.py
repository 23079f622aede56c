"""Buttons that are about a word: draw with it, share it, get its file."""

from bot.answers import Interaction, say, texts_of, think
from bot.errors import NotYours
from bot.forms import DrawingForm
from bot.names import escape
from bot.service import Service
from bot.words import send_file


async def _draw(interaction: Interaction, service: Service, name: str) -> None:
    texts = texts_of(interaction)
    prompt = texts("form-prompt-example", name=name)
    await interaction.response.send_modal(DrawingForm(texts, service, prompt))


async def _share(interaction: Interaction, service: Service, name: str) -> None:
    await _set_shared(interaction, service, name, shared=True)


async def _unshare(interaction: Interaction, service: Service, name: str) -> None:
    await _set_shared(interaction, service, name, shared=False)


async def _set_shared(interaction: Interaction, service: Service, name: str, *, shared: bool) -> None:
    await think(interaction)
    word = await service.library.find(name, interaction.user.id)
    if word.owner_id != interaction.user.id:
        raise NotYours
    await service.library.share(word.name, shared=shared)
    text_id = "library-now-shared" if shared else "library-now-private"
    await say(interaction, texts_of(interaction)(text_id, name=escape(word.name)))


async def _file(interaction: Interaction, service: Service, name: str) -> None:
    await think(interaction)
    await send_file(interaction, service, name)


PRESSES = {"draw_word": _draw, "share": _share, "unshare": _unshare, "word_file": _file}
