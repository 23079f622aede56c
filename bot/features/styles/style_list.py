"""What a person is shown of styles: the list, page by page."""

from discord import ui

from bot.access import Thing, owns
from bot.chat.answers import Interaction, shelf_of, show, texts_of
from bot.chat.paging import paging
from bot.chat.service import Service
from bot.delivery.outgoing import layout
from bot.library.styles import Style
from bot.texts.catalogue import Texts
from bot.texts.names import escape, in_code

PAGE = 5
"""Styles on one page."""
SHOWN_TEXT = 2500
"""Characters of all prompts on a page; a card holds 4,000 with names and all."""


async def show_styles(interaction: Interaction, service: Service, page: int = 0) -> None:
    """A page of the styles there are, with buttons to the other pages."""
    styles = await service.styles.on(shelf_of(interaction))
    await show(interaction, styles_card(styles, interaction.user.id, page, texts_of(interaction)))


def styles_card(styles: list[Style], person: int, page: int, texts: Texts) -> ui.LayoutView:
    """The page, or the last one where there are fewer."""
    if not styles:
        return layout(ui.TextDisplay(texts("styles-empty")))
    pages = -(-len(styles) // PAGE)
    page = min(page, pages - 1)
    shown = styles[page * PAGE : (page + 1) * PAGE]
    share = SHOWN_TEXT // (2 * len(shown))
    lines = [line for style in shown for line in _lines(style, person, share, texts)]
    text = ui.TextDisplay[ui.LayoutView]("\n".join([f"### {texts('styles-title')}", *lines]))
    return layout(text, *paging(texts, page, pages, lambda other: f"styles:{other}"))


def _lines(style: Style, person: int, share: int, texts: Texts) -> list[str]:
    """Prompts are cut to `share` characters."""
    owner = texts("library-yours") if owns(person, Thing(style.owner_id)) else f"<@{style.owner_id}>"
    lines = [f"**{escape(style.name)}** · {owner}"]
    if style.prompt:
        lines.append(f"-# {texts('styles-prompt', prompt=in_code(style.prompt, share))}")
    if style.negative_prompt:
        lines.append(f"-# {texts('styles-negative-prompt', prompt=in_code(style.negative_prompt, share))}")
    return lines
