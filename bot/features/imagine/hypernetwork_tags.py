"""Hypernetworks in a prompt: tags from names that a person gives, and why some were left out."""

from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from typing import Any, NamedTuple

from bot.texts.spelling import key
from trainer.protocol import HYPERNETWORK, ExtraNetwork, read_extra_networks

_CLOSE = 0.6
"""0 to 1: how much of the letters two names share. There are few, so that a far guess is a help, too."""


class LeftOut(NamedTuple):
    """A text of the catalogue and its facts, unescaped."""

    text_id: str
    facts: dict[str, Any]


def with_tags(prompt: str, named: str) -> str:
    """The prompt with a tag for each of the names, `soft` or `soft:0.8`, that are separated by commas.

    A whole tag is taken for one, too.
    """
    names = (part.strip().removeprefix(f"<{HYPERNETWORK}:").rstrip(">") for part in named.replace("，", ",").split(","))
    return " ".join([prompt, *(f"<{HYPERNETWORK}:{name}>" for name in names if name)])


def left_out(tags: Iterable[str], known: Sequence[str]) -> Iterator[LeftOut]:
    """Why tags of a prompt were not used: their kind, a name that is none of `known`, or a file that does not do."""
    read = read_extra_networks("".join(tags))[1]
    if unused := " ".join(tag.written for tag in read if tag.kind != HYPERNETWORK or tag.strength is None):
        yield LeftOut("drawing-not-used", {"tags": unused})
    for tag in dict.fromkeys(read):
        if tag.kind == HYPERNETWORK and tag.strength is not None:
            yield _left_out(tag, {key(name): name for name in known})


def _left_out(tag: ExtraNetwork, known: dict[str, str]) -> LeftOut:
    if key(tag.name) in known:
        return LeftOut("drawing-hypernetwork-bad", {"tag": tag.written})
    for close in get_close_matches(key(tag.name), known, n=1, cutoff=_CLOSE):
        return LeftOut("drawing-hypernetwork-near", {"tag": tag.written, "name": known[close]})
    return LeftOut("drawing-hypernetwork-unknown", {"tag": tag.written})
