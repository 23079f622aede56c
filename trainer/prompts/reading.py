"""How a prompt was read, as plain data that a reply can show."""

from dataclasses import dataclass

from trainer.prompts.emphasis import Break, Segments
from trainer.prompts.prompt import PromptPlan, SubPrompt
from trainer.protocol.extra_networks import ExtraNetwork

MOST_STAGES_SHOWN = 6
_DIGITS = 3

Block = tuple[tuple[str, float], ...]
"""Texts with their weights, rounded, up to a BREAK or the end."""


@dataclass(frozen=True)
class StageReading:
    """Steps as people count them, from 1, the last one included."""

    first_step: int
    last_step: int
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class SubPromptReading:
    """The first stages of a part of an AND; those beyond are only counted."""

    weight: float
    stages: tuple[StageReading, ...]
    stages_left_out: int


@dataclass(frozen=True)
class PromptReading:
    """A read prompt without what is never drawn."""

    sub_prompts: tuple[SubPromptReading, ...]
    extra_networks: tuple[ExtraNetwork, ...]

    @property
    def is_plain(self) -> bool:
        """Nothing but text of weight 1: there is nothing to explain."""
        parts = [(part.weight, len(part.stages)) for part in self.sub_prompts]
        blocks = [stage.blocks for part in self.sub_prompts for stage in part.stages]
        weights = {weight for stage in blocks for block in stage for _, weight in block}
        one_block = all(len(stage) == 1 for stage in blocks)
        return parts == [(1.0, 1)] and one_block and weights <= {1.0} and not self.extra_networks


def reading_of(plan: PromptPlan) -> PromptReading:
    """What to show of a plan."""
    return PromptReading(tuple(_sub_prompt(part, plan.segments) for part in plan.sub_prompts), plan.extra_networks)


def _sub_prompt(part: SubPrompt, segments: dict[str, Segments]) -> SubPromptReading:
    steps = part.schedule[-1].until
    # Steps count from 0 in a schedule: a stage until step 3 is seen in 1 to 4, one from step `steps` never.
    firsts = [1, *(stage.until + 2 for stage in part.schedule[:-1])]
    stages = [
        StageReading(first, min(stage.until + 1, steps), _blocks(segments[stage.text]))
        for first, stage in zip(firsts, part.schedule, strict=True)
        if first <= steps
    ]
    shown = tuple(stages[:MOST_STAGES_SHOWN])
    return SubPromptReading(round(part.weight, _DIGITS), shown, len(stages) - len(shown))


def _blocks(segments: Segments) -> tuple[Block, ...]:
    blocks: list[list[tuple[str, float]]] = [[]]
    for segment in segments:
        if isinstance(segment, Break):
            blocks.append([])
        else:
            blocks[-1].append((segment.text, round(segment.weight, _DIGITS)))
    return tuple(tuple(block) for block in blocks)
