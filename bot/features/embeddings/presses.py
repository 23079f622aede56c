"""Buttons that are about a word: draw with it, share it, get its file."""

from collections.abc import Callable, Coroutine
from typing import Any, TypeAlias

from bot.access import Act
from bot.chat.answers import (
    Interaction,
    acknowledge,
    check_may_post,
    number_in,
    place,
    place_privately,
    say,
    soon,
    texts_of,
    think,
)
from bot.chat.drafts import TrainingDraft
from bot.chat.forms import open_drawing_form, open_training_form
from bot.chat.service import Service
from bot.chat.wishes import DrawingWish, TrainingWish
from bot.errors import NoServerHere, OtherRelease
from bot.features.embeddings.deleting import ask_to_delete, delete_word
from bot.features.embeddings.inspecting import show_inspected
from bot.features.embeddings.pressed import made_word, pressed_word
from bot.features.embeddings.words import check_may_share, send_file
from bot.library.embeddings import Word
from bot.texts.names import escape
from trainer.protocol import DrawRequest

TEST_PROMPTS = ("a photo of {}", "an oil painting of {}", "a photo of {} beside a tree")
"""The word itself, in another style, among other things: what too much training loses first."""
TEST_SEEDS = 4


_Find: TypeAlias = Callable[[Interaction, Service, str, Act], Coroutine[Any, Any, Word]]


async def _draw(interaction: Interaction, service: Service, about: str, find: _Find = pressed_word) -> None:
    """The form is about the name that the word has now; whether it may be used is asked again when it is drawn."""
    word = await soon(find(interaction, service, about, Act.USE))
    prompt = texts_of(interaction)("form-prompt-example", name=word.name)
    await open_drawing_form(interaction, DrawingWish(prompt=prompt), word.name)


async def _draw_made(interaction: Interaction, service: Service, about: str) -> None:
    await _draw(interaction, service, about, made_word)


async def _share(interaction: Interaction, service: Service, about: str, find: _Find = pressed_word) -> None:
    """With the server where the button is pressed; a private chat is none."""
    await think(interaction)
    word = await find(interaction, service, about, Act.OWN)
    if interaction.guild_id is None:
        raise NoServerHere(name=word.name)
    await check_may_share(service, word.name)
    await service.library.share(word, interaction.guild_id)
    await say(interaction, texts_of(interaction)("library-now-shared", name=escape(word.name)))


async def _share_made(interaction: Interaction, service: Service, about: str) -> None:
    await _share(interaction, service, about, made_word)


async def _train(interaction: Interaction, service: Service, about: str, find: _Find = pressed_word) -> None:
    """The form, for a word that has its name and its vectors already; shown where the run before was."""
    word = await soon(find(interaction, service, about, Act.OWN))
    if not word.private:
        check_may_post(interaction)
    wish = TrainingWish(continues=word.name, where="me" if word.private else "here")
    await open_training_form(interaction, service, TrainingDraft(wish, shown_for=word.name))


async def _train_made(interaction: Interaction, service: Service, about: str) -> None:
    await _train(interaction, service, about, made_word)


async def _unshare(interaction: Interaction, service: Service, about: str) -> None:
    """On all servers at once: private means private."""
    await think(interaction)
    word = await pressed_word(interaction, service, about, Act.OWN)
    await service.library.unshare(word)
    await say(interaction, texts_of(interaction)("library-now-private", name=escape(word.name)))


async def _file(interaction: Interaction, service: Service, about: str) -> None:
    await think(interaction)
    await send_file(interaction, service, await pressed_word(interaction, service, about, Act.USE))


async def _ask_delete(interaction: Interaction, service: Service, about: str) -> None:
    await think(interaction)
    await ask_to_delete(interaction, service, await pressed_word(interaction, service, about, Act.OWN))


async def _delete(interaction: Interaction, service: Service, about: str) -> None:
    await acknowledge(interaction)
    await delete_word(interaction, service, await pressed_word(interaction, service, about, Act.OWN))


async def _inspect(interaction: Interaction, service: Service, about: str) -> None:
    await think(interaction)
    await show_inspected(interaction, service, await pressed_word(interaction, service, about, Act.USE))


def _test_prompt(number: str) -> str:
    place = number_in(number) - 1
    if place not in range(len(TEST_PROMPTS)):
        raise OtherRelease
    return TEST_PROMPTS[place]


async def _test_grid(interaction: Interaction, service: Service, about: str) -> None:
    """A fixed prompt at four seeds, all of them the same for every word, so that words can be compared."""
    await think(interaction)
    number, _, about = about.partition(":")
    word = await pressed_word(interaction, service, about, Act.USE)
    prompt = _test_prompt(number).format(word.name)
    request = DrawRequest(prompt=prompt, count=TEST_SEEDS)
    here = interaction.guild_id is None or interaction.guild_id in word.shared_with
    if not here and word.private:
        await place_privately(interaction, service, request, word.name)
        return
    check_may_post(interaction)
    await place(interaction, service, request)


PRESSES = {
    "draw_word": _draw,
    "draw_made": _draw_made,
    "share": _share,
    "share_made": _share_made,
    "unshare": _unshare,
    "train_word": _train,
    "train_made": _train_made,
    "word_file": _file,
    "ask_delete_word": _ask_delete,
    "delete_word": _delete,
    "inspect_word": _inspect,
    "test_grid": _test_grid,
}
