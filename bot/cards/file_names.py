"""What a word's file is called on its way through Discord, which keeps ASCII letters, digits, dot, dash, underscore."""

import re
import unicodedata
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

import discord

from bot.names import in_code
from bot.spelling import key
from bot.texts.catalogue import Texts

_KEPT = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")
_LONGEST_STEM = 40
_DIGITS = 6


def file_name(name: str, suffix: str) -> str:
    """The word itself where Discord carries it; else as much of it as can be told, and digits that are its alone."""
    return stem_of(name) + suffix


def stem_of(name: str) -> str:
    if _KEPT.fullmatch(name):
        return name
    digits = sha256(key(name).encode()).hexdigest()[:_DIGITS]
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    told = re.sub(r"[^A-Za-z0-9-]+", "_", plain).strip("_-")[:_LONGEST_STEM]
    return f"{told or 'word'}-{digits}"


def rename_lines(name: str, suffix: str, texts: Texts) -> list[str]:
    """What to call the file where Discord could not carry the word: in every other program the file's name is it."""
    return [] if stem_of(name) == name else [texts("file-rename", file=in_code(name + suffix))]


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
