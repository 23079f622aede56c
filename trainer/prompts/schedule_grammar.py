"""Which brackets of a prompt change it from step to step, and which are only text.

A group is a pair of brackets with nothing but text and groups in it: `[to:when]`, `[from:to:when]`, `[a|b|…]`, and
those of emphasis, `(x)`, `(x:y)`, `[x]`, which stay in the text as they are. Whatever is in no group is text, with one
exception that is the web UI's: a bar outside of `[a|b]`, or a backslash with nothing behind it on its line, and the
whole prompt is text. So it is, here, with more changes than anyone writes.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import NamedTuple

MOST_CHANGES = 200
"""Each may be looked at in each step: 150 steps of as many take 20 to 30 ms."""

_TOKEN = re.compile(r"[\[\]():|]|(?:[^\\\[\]():|]|\\.)+|\\")
_WHEN = re.compile(r"\s*([+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)\s*")


class Change(NamedTuple):
    """`before` as long as the step is at most `until`, then `after`."""

    before: "Items"
    after: "Items"
    until: int

    def at(self, step: int) -> "Items":
        return self.before if step <= self.until else self.after


class Alternation(NamedTuple):
    """One option a step, in turn, from step 1."""

    options: tuple["Items", ...]

    def at(self, step: int) -> "Items":
        return self.options[(step - 1) % len(self.options)]


Items = tuple[str | Change | Alternation, ...]


def read_items(text: str, steps: int, earlier: int = 0) -> Items:
    """Text and what changes in it, over a picture of `steps` steps, `earlier` ones of a smaller picture before them."""
    reading = _Reading(steps, earlier)
    for token in _TOKEN.findall(text):
        reading.take(token)
    reading.spill()
    return (text,) if reading.failed else _joined(reading.items)


@dataclass
class _Group:
    opening: str
    marks: list[int]
    """Places of its opening bracket and its separators among the items."""
    separators: str = ""

    @property
    def only_weighs(self) -> bool:
        return not self.separators or (self.opening, self.separators) == ("(", ":")


class _Reading:
    """Reads tokens from left to right; brackets and separators of what is still open are among `items`, as text."""

    def __init__(self, steps: int, earlier: int) -> None:
        self.items: list[str | Change | Alternation] = []
        self.failed = False
        self._steps, self._earlier = steps, earlier
        self._changes = 0
        self._open: list[_Group] = []

    def take(self, token: str) -> None:
        if token in "([":
            self._open.append(_Group(token, [len(self.items)]))
        elif token in ":|" and self._open:
            self._open[-1].marks.append(len(self.items))
            self._open[-1].separators += token
        elif token in "|\\":
            self.failed = True
        self.items.append(token)
        if token in ")]":
            self._close()

    def spill(self) -> None:
        """What is open will never be a group, so that its brackets are text, and those around it too."""
        self.failed |= any("|" in group.separators for group in self._open)
        self._open.clear()

    def _close(self) -> None:
        group = self._open[-1] if self._open else None
        if group is None or f"{group.opening}{self.items[-1]}" not in ("()", "[]"):
            self.spill()
        elif group.only_weighs:
            self._open.pop()
        elif (node := self._changing(group)) is not None:
            self._open.pop()
            self.items[group.marks[0] :] = [node]
            self._changes += 1
            self.failed |= self._changes > MOST_CHANGES
        else:
            self.spill()

    def _changing(self, group: _Group) -> Change | Alternation | None:
        if group.opening != "[":
            return None
        edges = [*group.marks, len(self.items) - 1]
        parts = [_joined(self.items[start + 1 : end]) for start, end in pairwise(edges)]
        if set(group.separators) == {"|"}:
            return Alternation(tuple(parts))
        if group.separators not in (":", "::") or (until := self._until(parts.pop())) is None:
            return None
        return Change(parts[0] if len(parts) == 2 else (), parts[-1], until)

    def _until(self, when: Items) -> int | None:
        """The step meant by a number: with a decimal point a part of all steps, otherwise the step itself.

        Both count on where a smaller picture was drawn before: its parts are 0 to 1, those of the larger one 1 to 2.
        """
        if len(when) != 1 or not isinstance(when[0], str) or (number := _WHEN.fullmatch(when[0])) is None:
            return None
        value = float(number[1])
        value = (value - bool(self._earlier)) * self._steps if "." in number[1] else value - self._earlier
        return int(min(max(value, 0.0), self._steps))


def _joined(items: Sequence[str | Change | Alternation]) -> Items:
    return tuple(_runs_joined(items))


def _runs_joined(items: Sequence[str | Change | Alternation]) -> Iterator[str | Change | Alternation]:
    for is_text, run in groupby(items, key=lambda item: isinstance(item, str)):
        if is_text:
            yield "".join(item for item in run if isinstance(item, str))
        else:
            yield from run
