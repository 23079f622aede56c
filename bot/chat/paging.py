"""A page of a list, and the ways to the other pages."""

from collections.abc import Callable
from typing import Any

from discord import ui

from bot.delivery.outgoing import button, row
from bot.texts.catalogue import Texts


def paging(texts: Texts, page: int, pages: int, custom_id: Callable[[int], str]) -> list[ui.Item[Any]]:
    """The page's number, counted from 0, and buttons; nothing where one page is all."""
    if pages == 1:
        return []
    buttons = [
        button(texts("button-earlier"), custom_id(page - 1), disabled=page == 0),
        button(texts("button-later"), custom_id(page + 1), disabled=page == pages - 1),
    ]
    return [ui.TextDisplay(f"-# {texts('library-page', page=page + 1, pages=pages)}"), *row(buttons)]
