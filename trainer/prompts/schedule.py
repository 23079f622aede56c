"""A prompt that changes while the picture is drawn: which text holds until which step."""

from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

from trainer.prompts.schedule_grammar import Alternation, Change, Items, read_items


class Stage(NamedTuple):
    """`text` holds for the steps (from 0) up to and with `until` that no stage before it holds for."""

    until: int
    text: str


def read_schedule(text: str, steps: int, earlier: int = 0) -> tuple[Stage, ...]:
    """Stages in order; neighbours differ in text, the last one's `until` is `steps`.

    As the web UI counts, the text of step s, from 0, is the first stage's whose `until` >= s; so the first stage holds
    for one step more than its number says, and a change at the last step never comes. Where a smaller picture of
    `earlier` steps was drawn before this one, numbers in the text count from its first step on.
    """
    items = read_items(text, steps, earlier)
    texts = [Stage(end, _text_at(items, end)) for end in sorted(_ends(items, steps))]
    return tuple(list(same)[-1] for _, same in groupby(texts, key=lambda stage: stage.text))


def literal_schedule(text: str, steps: int) -> tuple[Stage, ...]:
    """The schedule of a text whose brackets change nothing."""
    return (Stage(steps, text),)


def _ends(items: Items, steps: int) -> set[int]:
    ends = {steps}
    for node in _nodes(items):
        if isinstance(node, Alternation):
            return set(range(1, steps + 1))
        ends.add(node.until)
    return {end for end in ends if end >= 1}


def _nodes(items: Items) -> Iterator[Change | Alternation]:
    pending = [*items]
    while pending:
        item = pending.pop()
        if isinstance(item, Change):
            pending += [*item.before, *item.after]
        elif isinstance(item, Alternation):
            pending += [inner for option in item.options for inner in option]
        if not isinstance(item, str):
            yield item


def _text_at(items: Items, step: int) -> str:
    # No recursion: a prompt may nest two thousand deep.
    texts: list[str] = []
    pending = [*reversed(items)]
    while pending:
        item = pending.pop()
        if isinstance(item, str):
            texts.append(item)
        else:
            pending += reversed(item.at(step))
    return "".join(texts)
