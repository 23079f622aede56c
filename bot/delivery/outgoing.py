"""A message about a job, ready to be sent: what it shows, its files, whom it pings. Everything is made to fit here."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import discord
from discord import ui

from bot.texts.catalogue import Texts
from bot.texts.names import cut

ACCENT = {"running": 0x4F7CAC, "done": 0x5B8C5A, "failed": 0xB0413E, "quiet": 0x8A8F98}
"""Colours of a card's edge, by how its job stands."""

LONGEST_CONTENT = 2000
LONGEST_CARD = 3800
"""Characters over all texts of a card: Discord takes 4,000; the rest is for a note about its files."""
MOST_COMPONENTS = 40
LONGEST_LABEL, LONGEST_CUSTOM_ID = 80, 100
LONGEST_ALT_TEXT = 1000
MOST_FILES = 10
_MOST_IN_ROW = 5
_SPARE_COMPONENTS = 1
"""For the note about its files."""


class Outgoing(NamedTuple):
    """`files` are (name in the message, path); the view names them as `attachment://name`."""

    view: ui.LayoutView
    files: tuple[tuple[str, Path], ...] = ()
    ping: int | None = None
    titles: Mapping[str, str] = MappingProxyType({})
    """Words whose files these are, by the name in the message, which Discord keeps to ASCII."""

    def mentions(self) -> discord.AllowedMentions:
        if self.ping is None:
            return discord.AllowedMentions.none()
        return discord.AllowedMentions(everyone=False, roles=False, users=[discord.Object(self.ping)])


def layout(*blocks: ui.Item[Any], accent: str = "quiet", mark: int | None = None) -> ui.LayoutView:
    """A card. `mark` becomes the component's id, by which the message is found again in the channel's history.

    Texts that are too long together are cut, and blocks that are too many are left out from the end: composers
    choose better what to leave out, but a card that says too much must not be one that nobody sees.
    The view is stopped: presses are answered by `bot/chat/buttons.py`, from the custom_id alone, also after a restart.
    """
    view = ui.LayoutView(timeout=None)
    fitting = _few_enough(blocks)
    _cut_texts([block for block in fitting if isinstance(block, ui.TextDisplay)])
    view.add_item(ui.Container(*fitting, accent_colour=ACCENT[accent], id=mark))
    view.stop()
    return view


def button(
    label: str,
    custom_id: str,
    style: discord.ButtonStyle = discord.ButtonStyle.secondary,
    *,
    disabled: bool = False,
) -> ui.Button[Any]:
    """One whose `custom_id` would be too long is shown, and cannot be pressed: cut, it would mean another thing."""
    fits = len(custom_id) <= LONGEST_CUSTOM_ID
    shown_id = custom_id if fits else custom_id[:LONGEST_CUSTOM_ID]
    return ui.Button(label=cut(label, LONGEST_LABEL), custom_id=shown_id, style=style, disabled=disabled or not fits)


def edit_button(texts: Texts, draft_id: int) -> ui.Button[Any]:
    """Leads back to all that was given."""
    return button(texts("edit-button"), f"edit:{draft_id}", discord.ButtonStyle.primary)


def buttons_only(*buttons: ui.Button[Any]) -> ui.View:
    """Buttons under plain words, answered from their custom_ids."""
    view = ui.View(timeout=None)
    for each in buttons:
        view.add_item(each)
    view.stop()
    return view


def row(buttons: Sequence[ui.Button[Any]]) -> list[ui.Item[Any]]:
    """Rows of up to five buttons, which is Discord's limit; none when there is none."""
    return [ui.ActionRow(*buttons[start : start + _MOST_IN_ROW]) for start in range(0, len(buttons), _MOST_IN_ROW)]


def gallery(*names_and_words: tuple[str, str]) -> ui.MediaGallery[Any]:
    """Pictures of this message side by side; each with words for those who cannot see it."""
    return ui.MediaGallery(
        *(
            discord.MediaGalleryItem(f"attachment://{name}", description=cut(words, LONGEST_ALT_TEXT) or None)
            for name, words in names_and_words[:MOST_FILES]
        )
    )


def _few_enough(blocks: Sequence[ui.Item[Any]]) -> list[ui.Item[Any]]:
    kept, count = [], 1 + _SPARE_COMPONENTS  # the container itself
    for block in blocks:
        count += 1 + len(block.children if isinstance(block, ui.ActionRow) else ())
        if count > MOST_COMPONENTS:
            break
        kept.append(block)
    return kept


def _cut_texts(texts: Sequence[ui.TextDisplay[Any]]) -> None:
    """Shorter ones stay whole; what is left is shared between the longer ones."""
    room, waiting = LONGEST_CARD, sorted(texts, key=lambda text: len(text.content))
    while waiting:
        share = room // len(waiting)
        text = waiting.pop(0)
        text.content = cut(text.content, share) or "…"
        room -= len(text.content)


def fault_message(texts: Texts, text_id: str, code: str, mark: int | None = None, ping: int | None = None) -> Outgoing:
    """In place of a card that could not be made: what went wrong is in the log under the code."""
    words = texts(text_id, code=code)
    return Outgoing(layout(ui.TextDisplay(words if ping is None else f"<@{ping}> {words}"), mark=mark), ping=ping)
