"""What the value of a setting may be: how people and pictures' texts write it, and between which limits it lies."""

import re
from dataclasses import dataclass
from typing import Any, Protocol

_LONGEST_WHOLE = 21
"""Characters of 64 bits with a sign; Python takes ever longer for more."""
_SIZE = re.compile(r"(\d{1,6}) ?[x×] ?(\d{1,6})", re.ASCII | re.IGNORECASE)


class Value(Protocol):
    """`read` raises ValueError for a text that is no such value, whatever the limits; `written` reads back."""

    def read(self, text: str) -> Any: ...

    def written(self, value: Any) -> str: ...


@dataclass(frozen=True)
class Whole:
    least: int
    most: int

    def read(self, text: str) -> int:
        if len(text) > _LONGEST_WHOLE:
            raise ValueError(text)
        return int(text)

    def written(self, value: Any) -> str:
        return str(value)

    def allows(self, value: int) -> bool:
        return self.least <= value <= self.most


@dataclass(frozen=True)
class Number:
    least: float
    most: float

    def read(self, text: str) -> float:
        return float(text)

    def written(self, value: Any) -> str:
        """As Python writes it, so that nothing is lost, but 7 for 7.0 as in the web UI."""
        return repr(float(value)).removesuffix(".0")

    def allows(self, value: float) -> bool:
        return self.least <= value <= self.most  # false for what is not a number, too


@dataclass(frozen=True)
class Sides:
    """Width and height in pixels; the limits are of each."""

    least: int
    most: int

    def read(self, text: str) -> tuple[int, int]:
        size = _SIZE.fullmatch(text)
        if size is None:
            raise ValueError(text)
        return int(size[1]), int(size[2])

    def written(self, value: Any) -> str:
        return "{}x{}".format(*value)

    def allows(self, value: tuple[int, int]) -> bool:
        return all(self.least <= side <= self.most for side in value)


@dataclass(frozen=True)
class OneOf:
    """One of these names, without regard to case."""

    names: tuple[str, ...]

    def read(self, text: str) -> str:
        for name in self.names:
            if name.casefold() == text.casefold():
                return name
        raise ValueError(text)

    def written(self, value: Any) -> str:
        return str(value)


@dataclass(frozen=True)
class Text:
    def read(self, text: str) -> str:
        return text

    def written(self, value: Any) -> str:
        return str(value)


@dataclass(frozen=True)
class Pattern(Text):
    """A regular expression."""

    longest: int

    def allows(self, value: str) -> bool:
        try:
            re.compile(value)
        except (re.error, RecursionError, OverflowError):
            return False
        return len(value) <= self.longest


@dataclass(frozen=True)
class Flag:
    """The setting's name alone, which makes it `sets`."""

    sets: bool = True

    def read(self, text: str) -> bool:
        if text:
            raise ValueError(text)
        return self.sets

    def written(self, value: Any) -> str:
        return ""


@dataclass(frozen=True)
class Truth:
    """The word "True", as pictures' texts have it."""

    def read(self, text: str) -> bool:
        return text == "True"

    def written(self, value: Any) -> str:
        return str(value)


@dataclass(frozen=True)
class Pairs:
    """Names and digits: `my-cat: 0123456789ab, my-dog: ba9876543210`."""

    def read(self, text: str) -> tuple[tuple[str, str], ...]:
        halves = (part.partition(":") for part in text.split(","))
        return tuple((name.strip(), digits.strip()) for name, colon, digits in halves if colon)

    def written(self, value: Any) -> str:
        return ", ".join(f"{_plain(name)}: {digits}" for name, digits in value)


def _plain(name: str) -> str:
    return name.replace(":", "").replace(",", "")
