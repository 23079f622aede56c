"""What a word's file is called on its way through Discord, which keeps ASCII letters, digits, dot, dash, underscore."""

import re
import unicodedata
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

import discord

from bot.texts.catalogue import Texts
from bot.texts.names import in_code
from bot.texts.spelling import key

_KEPT = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")
_LIKE_ANOTHERS = re.compile(r".*(-best|-further|_2|-[0-9a-f]{6})", re.IGNORECASE)
"""Names that end as what is put behind other words' names: two words must never leave under one file name."""
_LONGEST_STEM = 40
_DIGITS = 6


def file_name(name: str, ending: str) -> str:
    """A word's file. `ending` is the suffix, perhaps with what tells it from the word's other files: `-best.pt`.

    The word itself where Discord carries it; else as much of it as can be told, and digits that are its alone.
    """
    return _stem(name) + ending


def _stem(name: str) -> str:
    if _KEPT.fullmatch(name) and not _LIKE_ANOTHERS.fullmatch(name):
        return name
    digits = sha256(key(name).encode()).hexdigest()[:_DIGITS]
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    told = re.sub(r"[^A-Za-z0-9-]+", "_", plain).strip("_-")[:_LONGEST_STEM]
    return f"{told or 'word'}-{digits}"


def rename_lines(name: str, ending: str, texts: Texts) -> list[str]:
    """What to call the file where it could not be called as the word: in every other program the file's name is it."""
    return [] if _stem(name) == name else [texts("file-rename", file=in_code(name + ending))]


class TitledFile(discord.File):
    """A file with the name that people see, which is not bound to ASCII as `filename` is."""

    __slots__ = ("_title",)

    def __init__(self, file: Path | IO[bytes], filename: str, title: str | None = None) -> None:
        super().__init__(file, filename=filename)  # type: ignore[arg-type]
        self._title = title

    def to_dict(self, index: int) -> dict[str, Any]:
        told = super().to_dict(index)
        return told if self._title is None else {**told, "title": self._title}


def word_file(path: Path, name: str) -> discord.File:
    """A word's file, called by its word as well as Discord can."""
    return TitledFile(path, file_name(name, path.suffix), name)
