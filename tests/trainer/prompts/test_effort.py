"""What a hostile prompt costs, in lines of ours that run: the same on every machine."""

import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import trainer.prompts.prompt
from tests.trainer.prompts.hostile import LONG
from trainer.prompts.prompt import read_prompt
from trainer.protocol import LONGEST_PROMPT

OURS = str(Path(trainer.prompts.prompt.__file__).parent)
MOST_LINES = 400_000
"""Some 100 ns each: under 50 ms."""


def lines_run(work: Callable[[], object]) -> int:
    lines = 0

    def count(frame: FrameType, event: str, _: Any) -> Callable[..., Any] | None:
        nonlocal lines
        lines += event == "line"
        return count if frame.f_code.co_filename.startswith(OURS) else None

    before = sys.gettrace()
    sys.settrace(count)
    try:
        work()
    finally:
        sys.settrace(before)
    return lines


def lines_to_read(text: str) -> int:
    return lines_run(lambda: read_prompt(text, 150).segments)


@pytest.mark.parametrize("shape", LONG)
def test_hostile_prompts_cost_little_and_in_proportion(shape: str) -> None:
    short, long = LONG[shape](LONGEST_PROMPT // 4), LONG[shape](LONGEST_PROMPT)
    assert 0.7 * LONGEST_PROMPT < len(long) <= LONGEST_PROMPT
    for_short, for_long = lines_to_read(short), lines_to_read(long)
    assert max(for_short, for_long) < MOST_LINES
    assert for_long < 4.5 * for_short + 1000


def test_an_ordinary_prompt_costs_next_to_nothing() -> None:
    assert lines_to_read("portrait of (usada pekora:1.2), [mignon], best quality") < 1000
