"""What a drawing says: its two prompts read, and which of their texts the model is told at which of its calls."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from trainer.models.text import Prompt, PromptReader
from trainer.prompts.prompt import PromptPlan, read_negative_prompt, read_prompt
from trainer.protocol import Emphasis


class Said(NamedTuple):
    """At one call: texts with their pulls, and the negative text."""

    parts: tuple[tuple[str, float], ...]
    negative: str


@dataclass(frozen=True)
class Wording:
    """`read` has each different text of both prompts; their schedules are laid out for `calls` calls of the model."""

    prompt: PromptPlan
    negative: PromptPlan
    read: Mapping[str, Prompt]
    calls: int

    def at(self, call: int) -> Said:
        """What is told at a call, from 0. A sampler that asks more often than expected hears the last texts again."""
        place = min(call, self.calls)
        (unwanted,) = self.negative.sub_prompts
        parts = tuple((part.text_at(place), part.weight) for part in self.prompt.sub_prompts)
        return Said(parts, unwanted.text_at(place))

    @property
    def pulls(self) -> tuple[float, ...]:
        """Of the parts of an AND, which are the same at every call."""
        return tuple(part.weight for part in self.prompt.sub_prompts)

    @cached_property
    def schedules(self) -> tuple[tuple[str, ...], ...]:
        """The different texts of each part's schedule, then of the negative prompt's."""
        parts = (*self.prompt.sub_prompts, *self.negative.sub_prompts)
        return tuple(tuple(dict.fromkeys(stage.text for stage in part.schedule)) for part in parts)

    @cached_property
    def windows(self) -> tuple[int, ...]:
        """Of the longest text of each schedule."""
        return tuple(max(self.read[text].windows for text in texts) for texts in self.schedules)

    @cached_property
    def positive(self) -> tuple[Prompt, ...]:
        """All that the prompt says at some time."""
        return tuple(self.read[text] for text in self.prompt.segments)

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Embeddings that the prompt uses, then those of the negative prompt, each once."""
        return tuple(dict.fromkeys(self._words()))

    def _words(self) -> Iterator[str]:
        for plan in (self.prompt, self.negative):
            for text in plan.segments:
                yield from (word for word, _ in self.read[text].words)


def read_wording(
    reader: PromptReader,
    prompt: str,
    negative: str,
    calls: int,
    words: Mapping[str, int],
    emphasis: Emphasis = "Original",
    earlier: int = 0,
) -> Wording:
    """Read both prompts with `words`: name → number of vectors, after `earlier` calls for a smaller picture.

    Raises PromptTooLong.
    """
    plans = read_prompt(prompt, calls, earlier), read_negative_prompt(negative, calls, earlier)
    texts = dict.fromkeys(text for plan in plans for text in plan.segments)
    return Wording(*plans, {text: reader.read(text, words, emphasis) for text in texts}, calls)
