"""Buttons that are about a word: draw with it, share it, get its file."""

from bot.answers import (
    Interaction,
    acknowledge,
    actor_of,
    check_may_post,
    place,
    place_privately,
    say,
    soon,
    texts_of,
    think,
)
from bot.deleting import ask_to_delete, delete_word
from bot.drafts import TrainingDraft
from bot.errors import NoServerHere
from bot.forms import open_drawing_form, open_training_form
from bot.inspecting import show_inspected
from bot.names import escape
from bot.service import Service
from bot.wishes import DrawingWish, TrainingWish
from bot.words import check_may_share, send_file, taught_privately
from trainer.protocol import DrawRequest

TEST_PROMPTS = ("a photo of {}", "an oil painting of {}", "a photo of {} beside a tree")
"""The word itself, in another style, among other things: what too much training loses first."""
TEST_SEEDS = 4


async def _draw(interaction: Interaction, service: Service, name: str) -> None:
    """Whether the word may be used is asked when it is drawn: the form is about its name."""
    prompt = texts_of(interaction)("form-prompt-example", name=name)
    await open_drawing_form(interaction, DrawingWish(prompt=prompt), name)


async def _share(interaction: Interaction, service: Service, name: str) -> None:
    """With the server where the button is pressed; a private chat is none."""
    await think(interaction)
    word = await service.library.own(name, actor_of(interaction))
    if interaction.guild_id is None:
        raise NoServerHere(name=word.name)
    await check_may_share(service, word.name)
    await service.library.share(word, interaction.guild_id)
    await say(interaction, texts_of(interaction)("library-now-shared", name=escape(word.name)))


async def _train(interaction: Interaction, service: Service, name: str) -> None:
    """The form, for a word that has its name and its vectors already."""
    wish = await soon(_wish_to_train(interaction, service, name))
    if wish.where == "here":
        check_may_post(interaction)
    await open_training_form(interaction, service, TrainingDraft(wish))


async def _wish_to_train(interaction: Interaction, service: Service, name: str) -> TrainingWish:
    """Shown where the run before was."""
    word = await service.library.own(name, actor_of(interaction))
    return TrainingWish(continues=word.name, where="me" if await taught_privately(service, word) else "here")


async def _unshare(interaction: Interaction, service: Service, name: str) -> None:
    """On all servers at once: private means private."""
    await think(interaction)
    word = await service.library.own(name, actor_of(interaction))
    await service.library.unshare(word)
    await say(interaction, texts_of(interaction)("library-now-private", name=escape(word.name)))


async def _file(interaction: Interaction, service: Service, name: str) -> None:
    await think(interaction)
    await send_file(interaction, service, name)


async def _ask_delete(interaction: Interaction, service: Service, name: str) -> None:
    await think(interaction)
    await ask_to_delete(interaction, service, name)


async def _delete(interaction: Interaction, service: Service, name: str) -> None:
    await acknowledge(interaction)
    await delete_word(interaction, service, name)


async def _inspect(interaction: Interaction, service: Service, name: str) -> None:
    await think(interaction)
    await show_inspected(interaction, service, name)


async def _test_grid(interaction: Interaction, service: Service, about: str) -> None:
    """A fixed prompt at four seeds, all of them the same for every word, so that words can be compared."""
    await think(interaction)
    number, _, name = about.partition(":")
    word = await service.library.find(name, actor_of(interaction))
    prompt = TEST_PROMPTS[int(number) - 1].format(word.name)
    request = DrawRequest(prompt=prompt, count=TEST_SEEDS)
    here = interaction.guild_id is None or interaction.guild_id in word.shared_with
    if not here and await taught_privately(service, word):
        await place_privately(interaction, service, request, word.name)
        return
    check_may_post(interaction)
    await place(interaction, service, request)


PRESSES = {
    "draw_word": _draw,
    "share": _share,
    "unshare": _unshare,
    "train_word": _train,
    "word_file": _file,
    "ask_delete_word": _ask_delete,
    "delete_word": _delete,
    "inspect_word": _inspect,
    "test_grid": _test_grid,
}
