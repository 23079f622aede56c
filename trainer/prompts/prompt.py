"""A prompt as people write it → all that there is to encode for its picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from trainer.prompts.composition import Part, read_composition
from trainer.prompts.emphasis import Segments, read_emphasis
from trainer.prompts.errors import PromptTooLong
from trainer.prompts.schedule import Stage, literal_schedule, read_schedule
from trainer.protocol import LONGEST_PROMPT
from trainer.protocol.extra_networks import ExtraNetwork, read_extra_networks

MOST_CHARACTERS = 6 * LONGEST_PROMPT
"""Of all different texts that one prompt becomes; where schedules make more, their brackets are read as emphasis."""


@dataclass(frozen=True)
class SubPrompt:
    """One part of an AND, and its pull; the last stage's `until` is the number of steps."""

    weight: float
    schedule: tuple[Stage, ...]

    def text_at(self, step: int) -> str:
        """The text of a step, from 0: the first stage's whose end is not before it."""
        return next(stage.text for stage in self.schedule if stage.until >= step)


@dataclass(frozen=True)
class PromptPlan:
    """At least one sub-prompt; tags are not in their texts any more, brackets are."""

    sub_prompts: tuple[SubPrompt, ...]
    extra_networks: tuple[ExtraNetwork, ...] = ()

    @cached_property
    def segments(self) -> dict[str, Segments]:
        """Each different text, in order, with its brackets read."""
        texts = dict.fromkeys(stage.text for part in self.sub_prompts for stage in part.schedule)
        return {text: read_emphasis(text) for text in texts}


def read_prompt(text: str, steps: int, earlier: int = 0) -> PromptPlan:
    """Read a prompt for a picture of `steps` steps, drawn over a smaller one of `earlier` steps.

    Steps are calls of the model: samplers that ask it twice a step have twice as many. Odd syntax is text. Raises
    PromptTooLong.
    """
    _check(text, steps)
    plain, networks = read_extra_networks(text)
    return PromptPlan(_sub_prompts(read_composition(plain), steps, earlier), networks)


def read_negative_prompt(text: str, steps: int, earlier: int = 0) -> PromptPlan:
    """Read a negative prompt: one sub-prompt of weight 1; AND and tags are words in it, as in the web UI.

    Raises PromptTooLong.
    """
    _check(text, steps)
    return PromptPlan(_sub_prompts([Part(text, 1.0)], steps, earlier))


def followed_by(first: PromptPlan, second: PromptPlan) -> PromptPlan:
    """Both as one: the steps of a picture and then those of a larger one, read from the same prompt."""
    pairs = zip(first.sub_prompts, second.sub_prompts, strict=True)
    parts = [SubPrompt(one.weight, _one_after_another(one.schedule, other.schedule)) for one, other in pairs]
    return PromptPlan(tuple(parts), first.extra_networks)


def _one_after_another(first: Sequence[Stage], second: Sequence[Stage]) -> tuple[Stage, ...]:
    """The first's last `until` is one step more than it has, which here is the first of those that follow."""
    steps = first[-1].until
    ends = {min(stage.until, steps - 1): stage.text for stage in reversed(first)}
    stages = [Stage(end, text) for end, text in reversed(ends.items())]
    stages += [Stage(steps + stage.until, stage.text) for stage in second]
    return tuple(list(same)[-1] for _, same in groupby(stages, key=lambda stage: stage.text))


def _check(text: str, steps: int) -> None:
    if steps < 1:
        raise ValueError(f"a picture of {steps} steps")
    if len(text) > LONGEST_PROMPT:
        raise PromptTooLong(f"a prompt of {len(text)} characters; {LONGEST_PROMPT} are the most", characters=len(text))


def _sub_prompts(parts: Sequence[Part], steps: int, earlier: int) -> tuple[SubPrompt, ...]:
    schedules = [read_schedule(part.text, steps, earlier) for part in parts]
    texts = {stage.text for schedule in schedules for stage in schedule}
    if sum(map(len, texts)) > MOST_CHARACTERS:
        schedules = [literal_schedule(part.text, steps) for part in parts]
    return tuple(SubPrompt(part.weight, schedule) for part, schedule in zip(parts, schedules, strict=True))
