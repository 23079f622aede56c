"""Names of embeddings, and people's own text made harmless before it is shown."""

from discord.utils import escape_markdown, escape_mentions

from bot.errors import BadName
from bot.texts.spelling import spelled

NAME_LIMIT = 64
"""Characters in a name."""
FILE_NAME_LIMIT = 200
"""Bytes of a name in UTF-8; file systems take 255 with the extension."""
SHOWN_LIMIT = 200
"""Characters of a person's text that are shown."""

_MARKS = " ._-"
_DEVICES = frozenset({"CON", "PRN", "AUX", "NUL", *(f"{port}{n}" for port in ("COM", "LPT") for n in range(1, 10))})
_PROMPT_WORDS = frozenset({"AND", "BREAK"})
"""In a prompt these, in capitals, join prompts and open a new window; they would never be read as a name."""
_LISTED_LIMIT = 10
_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that turn the direction of the text after them, and so could rewrite a whole line of ours."""


def check_name(text: str) -> str:
    """The name that `text` stands for, as it is spelled here: in the web UI's alphabet, usable as a file's stem.

    Raises BadName with the first fault found. Whether the name is free is the library's to say.
    """
    name = spelled(text)
    if not name:
        raise BadName(name=text, reason="empty")
    if len(name) > NAME_LIMIT or len(name.encode(errors="replace")) > FILE_NAME_LIMIT:
        raise BadName(name=name, reason="long", limit=NAME_LIMIT)
    if foreign := [character for character in name if not (character.isalnum() or character in _MARKS)]:
        raise BadName(name=name, reason="characters", characters=_listed(foreign))
    if name.startswith("."):
        raise BadName(name=name, reason="leading-dot")
    if name.endswith("."):
        raise BadName(name=name, reason="trailing-dot")
    if not any(character.isalnum() for character in name):
        raise BadName(name=name, reason="wordless")
    if name.split(".")[0].rstrip().upper() in _DEVICES:
        raise BadName(name=name, reason="device")
    if not _PROMPT_WORDS.isdisjoint(_words(name)):
        raise BadName(name=name, reason="prompt-word")
    return name


def escape(text: str, limit: int = SHOWN_LIMIT) -> str:
    """A person's text for a line of ours: one line, markdown shown as typed, nobody mentioned, cut to `limit`."""
    line = _one_line(text, limit)
    return escape_mentions(escape_markdown(line, ignore_links=False)).replace("<", "\\<")


def in_code(text: str, limit: int = SHOWN_LIMIT) -> str:
    """A person's text for between two backticks, where Discord reads nothing but a backtick."""
    return _one_line(text, limit).replace("`", "'") or " "


def in_block(text: str, limit: int) -> str:
    """The first `limit` characters of a person's lines, in a block of code that they cannot end."""
    lines = [_one_line(line, limit).replace("`", "'") for line in text[:limit].splitlines()]
    return "```\n" + "\n".join(lines) + "\n```"


def cut(text: str, limit: int) -> str:
    """At most `limit` characters of a text with markdown: no half of an escape is left, no block of code open."""
    if len(text) <= limit:
        return text
    kept = text[: max(0, limit - 1)].rstrip("\\")
    if kept.count("```") % 2:
        return text[: max(0, limit - 5)].rstrip("\\`") + "…\n```"
    return kept + "…"


def _one_line(text: str, limit: int) -> str:
    line = " ".join("".join(character for character in text if character not in _TURNING).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def _listed(characters: list[str]) -> str:
    """Each character once; by its code point where it shows nothing, or would end the code it is shown in."""
    shown = [c if c.isprintable() and not c.isspace() and c != "`" else f"U+{ord(c):04X}" for c in characters]
    return " ".join(list(dict.fromkeys(shown))[:_LISTED_LIMIT])


def _words(name: str) -> list[str]:
    """Split where a prompt's reader sees the edge of a word: `_` belongs to words, the other marks do not."""
    return "".join(character if character.isalnum() or character == "_" else " " for character in name).split()
