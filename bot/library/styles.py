"""Styles: named parts of prompts, kept for everybody on a server, and what they make of a prompt."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from bot.access import Act, Actor, Thing, check, owns
from bot.db.database import Database
from bot.errors import EmptyStyle, NameTaken, NoSuchStyle, StyledPromptTooLong, StyleNotYours, TooManyStyles
from bot.texts.spelling import key
from trainer.protocol import LONGEST_PROMPT

MOST_STYLES = 100
"""On one shelf."""
PROMPT = "{prompt}"
"""Where a style's text takes in what the person wrote."""
_BETWEEN = re.compile("[,，、]")
"""No name of a style has one of these in it."""


class Style(NamedTuple):
    """Without a prompt or a negative prompt it leaves the person's as it is."""

    name: str
    owner_id: int
    prompt: str = ""
    negative_prompt: str = ""

    def on(self, shelf: int) -> Thing:
        """As it stands on a shelf: a server's members see its own."""
        return Thing(self.owner_id, frozenset({shelf}) if shelf > 0 else frozenset())


class Styles:
    """The styles of each shelf: a server's id, or the negative id of a person in the private chat with the bot."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def on(self, shelf: int) -> list[Style]:
        """By name."""
        rows = self._database.queries.styles_on_shelf(self._database.reader, shelf=shelf)
        return [Style(*(row[field] for field in Style._fields)) async for row in rows]

    async def named(self, shelf: int, names: Iterable[str]) -> list[Style]:
        """In the order given. Raises NoSuchStyle."""
        known = {key(style.name): style for style in await self.on(shelf)}
        found = []
        for name in names:
            if key(name) not in known:
                raise NoSuchStyle(name=name)
            found.append(known[key(name)])
        return found

    async def save(self, shelf: int, style: Style) -> bool:
        """Keeps a style, perhaps in place of the person's own of that name; whether there was one.

        Raises EmptyStyle, NameTaken and TooManyStyles.
        """
        if not style.prompt and not style.negative_prompt:
            raise EmptyStyle
        async with self._database.transaction() as queries:
            known = {key(one.name): one for one in await self.on(shelf)}
            there = known.get(key(style.name))
            if there is None and len(known) >= MOST_STYLES:
                raise TooManyStyles(limit=MOST_STYLES)
            if there is not None and not owns(style.owner_id, there.on(shelf)):
                raise NameTaken(name=style.name)
            await queries.save_style(self._database.connection, shelf=shelf, key=key(style.name), **style._asdict())
        return there is not None

    async def delete(self, shelf: int, name: str, actor: Actor) -> Style:
        """Takes away a style of the person's own, or anybody's for who manages the server.

        Raises NoSuchStyle and StyleNotYours.
        """
        async with self._database.transaction() as queries:
            (style,) = await self.named(shelf, [name])
            refused, unseen = StyleNotYours(name=style.name), NoSuchStyle(name=name)
            check(actor, Act.MANAGE, style.on(shelf), refused=refused, unseen=unseen)
            await queries.delete_style(self._database.connection, shelf=shelf, key=key(style.name))
        return style


def split_names(text: str) -> list[str]:
    """The names in a line such as `film, pastel`; the last one is empty behind a comma."""
    return [name.strip() for name in _BETWEEN.split(text)]


def apply_styles(styles: Iterable[Style], prompt: str, negative_prompt: str) -> tuple[str, str]:
    """The person's prompts with the styles, one after the other. Raises StyledPromptTooLong."""
    for style in styles:
        prompt = _filled(style.prompt, prompt)
        negative_prompt = _filled(style.negative_prompt, negative_prompt)
    return prompt, negative_prompt


def _filled(part: str, prompt: str) -> str:
    """As the web UI does it: the prompt where the part says so, or else the part behind the prompt.

    Measured after each style: a part with many places for the prompt multiplies it.
    """
    if PROMPT in part:
        filled = part.replace(PROMPT, prompt)
    else:
        filled = ", ".join(text for text in (prompt.strip(), part.strip()) if text)
    if len(filled) > LONGEST_PROMPT:
        raise StyledPromptTooLong(characters=len(filled), limit=LONGEST_PROMPT)
    return filled
