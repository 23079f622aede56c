import json

import msgspec
import pytest
from hypothesis import given, settings, strategies as st

from tests.trainer.prompts.hostile import HOSTILE, WORDS
from trainer.prompts.prompt import read_prompt
from trainer.prompts.reading import MOST_STAGES_SHOWN, StageReading, reading_of


def test_a_reading_is_plain_data() -> None:
    reading = reading_of(read_prompt("<lora:x:0.5>a (cat BREAK [((dog)):2] AND b :-0.25", 10))
    assert json.loads(msgspec.json.encode(reading)) == {
        "sub_prompts": [
            {
                "weight": 1.0,
                "stages": [
                    {"first_step": 1, "last_step": 3, "blocks": [[["a ", 1.0], ["cat", 1.1]], []]},
                    {"first_step": 4, "last_step": 10, "blocks": [[["a ", 1.0], ["cat", 1.1]], [["dog", 1.331]]]},
                ],
                "stages_left_out": 0,
            },
            {
                "weight": -0.25,
                "stages": [{"first_step": 1, "last_step": 10, "blocks": [[[" b", 1.0]]]}],
                "stages_left_out": 0,
            },
        ],
        "extra_networks": [["lora", "x", ["0.5"]]],
    }


def test_what_is_never_drawn_is_not_shown() -> None:
    (part,) = reading_of(read_prompt("[a:b:9]", 10)).sub_prompts
    assert part.stages == (StageReading(1, 10, ((("a", 1.0),),)),)


def test_many_stages_are_counted() -> None:
    (part,) = reading_of(read_prompt("[a|b]", 20)).sub_prompts
    assert [(stage.first_step, stage.last_step) for stage in part.stages[:3]] == [(1, 2), (3, 3), (4, 4)]
    assert len(part.stages) == MOST_STAGES_SHOWN
    assert part.stages_left_out == 19 - MOST_STAGES_SHOWN


@pytest.mark.parametrize("text", ["(a)", "[a:3]", "a AND b", "a BREAK b", "a <lora:x:1>", "a :1.5"])
def test_a_prompt_with_syntax_is_not_plain(text: str) -> None:
    assert not reading_of(read_prompt(text, 10)).is_plain


@settings(deadline=None)
@given(WORDS)
def test_a_prompt_without_syntax_is_plain(text: str) -> None:
    assert reading_of(read_prompt(text, 10)).is_plain


@settings(deadline=None)
@given(HOSTILE, st.integers(1, 7))
def test_the_stages_shown_are_the_texts_of_the_steps(text: str, steps: int) -> None:
    plan = read_prompt(text, steps)
    for part, shown in zip(plan.sub_prompts, reading_of(plan).sub_prompts, strict=True):
        assert [step for stage in shown.stages for step in range(stage.first_step, stage.last_step + 1)] == list(
            range(1, shown.stages[-1].last_step + 1)
        )
        assert shown.stages_left_out or shown.stages[-1].last_step == steps
        for stage in shown.stages:
            assert part.text_at(stage.first_step - 1) == part.text_at(stage.last_step - 1)
