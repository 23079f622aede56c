"""A message about a job, ready to be sent: what it shows, its files, whom it pings."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import discord
from discord import ui

from bot.texts.catalogue import Texts

ACCENT = {"running": 0x4F7CAC, "done": 0x5B8C5A, "failed": 0xB0413E, "quiet": 0x8A8F98}
"""Colours of a card's edge, by how its job stands."""


class Outgoing(NamedTuple):
    """`files` are (name in the message, path); the view names them as `attachment://name`."""

    view: ui.LayoutView
    files: tuple[tuple[str, Path], ...] = ()
    ping: int | None = None

    def attachments(self) -> list[discord.File]:
        """Opens the files that still exist; one that was cleared away is left out by the view's author."""
        return [discord.File(path, filename=name) for name, path in self.files]

    def mentions(self) -> discord.AllowedMentions:
        if self.ping is None:
            return discord.AllowedMentions.none()
        return discord.AllowedMentions(everyone=False, roles=False, users=[discord.Object(self.ping)])


def layout(*blocks: ui.Item[ui.LayoutView], accent: str = "quiet", mark: int | None = None) -> ui.LayoutView:
    """A card. `mark` becomes the component's id, by which the message is found again in the channel's history.

    The view is stopped: presses are answered by `bot.buttons`, from the custom_id alone, also after a restart.
    """
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.Container(*blocks, accent_colour=ACCENT[accent], id=mark))
    view.stop()
    return view


def button(
    label: str,
    custom_id: str,
    style: discord.ButtonStyle = discord.ButtonStyle.secondary,
    *,
    disabled: bool = False,
) -> ui.Button[ui.LayoutView]:
    return ui.Button(label=label, custom_id=custom_id, style=style, disabled=disabled)


_MOST_IN_ROW = 5


def row(buttons: Sequence[ui.Button[ui.LayoutView]]) -> list[ui.Item[ui.LayoutView]]:
    """Rows of up to five buttons, which is Discord's limit; none when there is none."""
    return [ui.ActionRow(*buttons[start : start + _MOST_IN_ROW]) for start in range(0, len(buttons), _MOST_IN_ROW)]


def gallery(*names_and_words: tuple[str, str]) -> ui.MediaGallery[ui.LayoutView]:
    """Pictures of this message side by side; each with words for those who cannot see it."""
    return ui.MediaGallery(
        *(discord.MediaGalleryItem(f"attachment://{name}", description=words[:1000]) for name, words in names_and_words)
    )


def file_name(name: str, suffix: str) -> str:
    """A name that Discord leaves as it is, so that `attachment://` finds it: it keeps ASCII only."""
    return (re.sub(r"[^A-Za-z0-9.-]+", "_", name).strip("_.") or "embedding") + suffix


def fault_message(texts: Texts, text_id: str, code: str, mark: int | None = None, ping: int | None = None) -> Outgoing:
    """In place of a card that could not be made: what went wrong is in the log under the code."""
    words = texts(text_id, code=code)
    return Outgoing(layout(ui.TextDisplay(words if ping is None else f"<@{ping}> {words}"), mark=mark), ping=ping)
