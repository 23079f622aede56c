"""Names and descriptions of commands and options for Discord, from the same catalogues as the replies."""

from discord import Locale, app_commands
from discord.app_commands import TranslationContextTypes, locale_str

from bot.texts.catalogue import texts_for

_TRANSLATED = (Locale.chinese,)


def word(text_id: str) -> locale_str:
    """The English text of the catalogue, which Discord shows wherever there is no translation."""
    return locale_str(texts_for("en")(text_id), text_id=text_id)


class CatalogueTranslator(app_commands.Translator):
    """Translates what `word` made; everything else stays as it is."""

    async def translate(self, string: locale_str, locale: Locale, _context: TranslationContextTypes) -> str | None:
        text_id = string.extras.get("text_id")
        if text_id is None or locale not in _TRANSLATED:
            return None
        return texts_for(locale.value)(text_id)
