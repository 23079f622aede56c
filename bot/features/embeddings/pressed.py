"""Which word a button is about. Its custom_id names the word by what outlives a name: its number, or the job that made
it. The name stands behind, for whoever may not use the word: they are told of what they saw, not of a newer name.

Cards that were posted by earlier releases have the name alone; whose card it is, the message tells.
"""

import re

from bot.access import Act
from bot.chat.answers import Interaction, actor_of, number_in
from bot.chat.service import Service
from bot.library.embeddings import Word

_NUMBERED = re.compile(r"(\d+):(.+)", re.DOTALL)
_NOBODYS = 0
"""In the place of a number: of an operator's file, whose name is all there is."""


def about_word(word: Word) -> str:
    """For a custom_id, behind the verb."""
    return f"{word.id or _NOBODYS}:{word.name}"


async def pressed_word(interaction: Interaction, service: Service, about: str, act: Act) -> Word:
    """From `about_word`, or from a name. Raises NothingCalled, and NotYours where `act` is Act.OWN."""
    actor, library = actor_of(interaction), service.library
    number, name = _numbered(about)
    if number:
        word = await library.numbered(number, name, actor)
    elif number == _NOBODYS:
        word = await library.everybodys(name)
    elif (job_id := await _job_of_card(interaction, service)) is not None:
        word = await library.usable_of_job(job_id, name, actor)
    else:
        word = await library.find(name, actor)
    if act is Act.OWN:
        library.check_own(word, name, actor)
    return word


async def made_word(interaction: Interaction, service: Service, about: str, act: Act) -> Word:
    """From `job:name`: the word that the job makes or trains. Raises NothingCalled, NotYours."""
    job_id, _, name = about.partition(":")
    word = await service.library.usable_of_job(number_in(job_id), name, actor_of(interaction))
    if act is Act.OWN:
        service.library.check_own(word, name, actor_of(interaction))
    return word


def _numbered(about: str) -> tuple[int | None, str]:
    numbered = _NUMBERED.fullmatch(about)
    return (number_in(numbered[1]), numbered[2]) if numbered else (None, about)


async def _job_of_card(interaction: Interaction, service: Service) -> int | None:
    return None if interaction.message is None else await service.library.job_of_message(interaction.message.id)
