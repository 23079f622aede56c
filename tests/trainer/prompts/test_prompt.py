from itertools import pairwise

import pytest
from hypothesis import given, settings, strategies as st

from tests.trainer.prompts.hostile import HOSTILE, LONG_HOSTILE, WORDS
from trainer.prompts.emphasis import Segment
from trainer.prompts.errors import PromptTooLong
from trainer.prompts.prompt import (
    MOST_CHARACTERS,
    PromptPlan,
    SubPrompt,
    followed_by,
    read_negative_prompt,
    read_prompt,
)
from trainer.prompts.schedule import Stage
from trainer.protocol import LONGEST_PROMPT
from trainer.protocol.extra_networks import ExtraNetwork


def test_everything_at_once() -> None:
    plan = read_prompt("<hypernet:soft:0.5>a (cat:1.2) [on:3] AND a [dog|wolf] :0.5", 4)
    assert plan.extra_networks == (ExtraNetwork("hypernet", "soft", ("0.5",)),)
    dog, wolf = " a dog", " a wolf"
    assert plan.sub_prompts == (
        SubPrompt(1.0, (Stage(3, "a (cat:1.2) "), Stage(4, "a (cat:1.2) on"))),
        SubPrompt(0.5, (Stage(1, dog), Stage(2, wolf), Stage(3, dog), Stage(4, wolf))),
    )
    assert list(plan.segments) == ["a (cat:1.2) ", "a (cat:1.2) on", dog, wolf]
    assert plan.segments["a (cat:1.2) on"] == (Segment("a ", 1.0), Segment("cat", 1.2), Segment(" on", 1.0))


def test_a_step_has_the_first_text_whose_end_is_not_before_it() -> None:
    part = read_prompt("a [b:3]", 10).sub_prompts[0]
    assert [part.text_at(step) for step in range(10)] == ["a "] * 4 + ["a b"] * 6


def test_a_weight_needs_no_and() -> None:
    assert read_prompt("a cat :1.5", 10).sub_prompts == (SubPrompt(1.5, (Stage(10, "a cat"),)),)


def test_negative_prompts_know_schedules_but_neither_and_nor_tags() -> None:
    plan = read_negative_prompt("<lora:x:1> (ugly) AND [bad:2] :0.5", 10)
    bad = "<lora:x:1> (ugly) AND bad :0.5"
    assert plan == PromptPlan((SubPrompt(1.0, (Stage(2, bad.replace("bad", "")), Stage(10, bad))),))


@pytest.mark.parametrize("read", [read_prompt, read_negative_prompt])
def test_prompts_without_end_are_refused(read: type[PromptPlan]) -> None:
    assert read("a" * LONGEST_PROMPT, 1)
    with pytest.raises(PromptTooLong, match="4001 characters"):
        read("a" * (LONGEST_PROMPT + 1), 1)


@pytest.mark.parametrize("text", ["a [b:1] [c:1.5] AND [d|e]", "[a:b:9] :2", "[a:b:10]", "[a:b:11]", "[a:b:1.5]", "a"])
def test_a_larger_picture_says_on_what_the_smaller_one_began(text: str) -> None:
    first, second = read_prompt(text, 10), read_prompt(text, 5, earlier=10)
    whole = followed_by(first, second)
    for together, one, other in zip(whole.sub_prompts, first.sub_prompts, second.sub_prompts, strict=True):
        said = [one.text_at(step) for step in range(10)] + [other.text_at(step) for step in range(5)]
        assert [together.text_at(step) for step in range(15)] == said
        assert together.weight == one.weight
        assert together.schedule[-1].until == 15
        assert all(before.text != after.text for before, after in pairwise(together.schedule))


def test_a_picture_has_steps() -> None:
    with pytest.raises(ValueError, match="0 steps"):
        read_prompt("a", 0)


def test_schedules_that_make_too_much_text_are_text() -> None:
    options = "[" + "|".join(map(str, range(100))) + "]"
    assert len(read_prompt(options + "a" * 100, 150).sub_prompts[0].schedule) == 150
    too_much = options + "a" * (MOST_CHARACTERS // 100)
    assert read_prompt(too_much, 150).sub_prompts == (SubPrompt(1.0, (Stage(150, too_much),)),)


@settings(deadline=None)
@given(WORDS.map(str.rstrip), st.integers(1, 150))
def test_plain_text_is_itself(text: str, steps: int) -> None:
    plan = read_prompt(text, steps)
    assert plan == PromptPlan((SubPrompt(1.0, (Stage(steps, text),)),))
    assert plan.segments == {text: (Segment(text, 1.0),) if text else ()}


@settings(max_examples=300, deadline=None)
@given(HOSTILE | LONG_HOSTILE, st.integers(1, 150))
def test_whatever_is_written_each_step_has_its_texts(text: str, steps: int) -> None:
    for plan in (read_prompt(text, steps), read_negative_prompt(text, steps)):
        assert plan.sub_prompts
        assert all(part.text_at(step) in plan.segments for part in plan.sub_prompts for step in (0, steps - 1))
        assert sum(map(len, plan.segments)) <= MOST_CHARACTERS
