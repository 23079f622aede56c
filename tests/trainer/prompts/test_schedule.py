from itertools import pairwise

import pytest
from hypothesis import given, settings, strategies as st

from tests.trainer.prompts.hostile import HOSTILE, LONG_HOSTILE, WORDS
from tests.trainer.prompts.slow_schedule import slow_text_at
from trainer.prompts.schedule import Stage, read_schedule
from trainer.prompts.schedule_grammar import MOST_CHANGES

STEPS = st.integers(1, 150)


@pytest.mark.parametrize(
    ("text", "stages"),
    [
        ("test", [(10, "test")]),
        ("a [b:3]", [(3, "a "), (10, "a b")]),
        ("a [b: 3 ]", [(3, "a "), (10, "a b")]),
        ("a [[[b]]:2]", [(2, "a "), (10, "a [[b]]")]),
        ("[(a:2):3]", [(3, ""), (10, "(a:2)")]),
        ("a [b : c : 1] d", [(1, "a b  d"), (10, "a  c  d")]),
        ("[a::4]b", [(4, "ab"), (10, "b")]),
        ("a[b:[c:d:2]:1]e", [(1, "abe"), (2, "ace"), (10, "ade")]),
        ("a [b:.5] c", [(5, "a  c"), (10, "a b c")]),
        ("a [b:0.25]", [(2, "a "), (10, "a b")]),
        ("a [b:1.0]", [(10, "a ")]),
        ("a [b:99]", [(10, "a ")]),
        ("a [b:1e999]", [(10, "a ")]),
        ("a [b:0]", [(10, "a b")]),
        ("a [c:b:-3]", [(10, "a b")]),
        ("a [b:+3]", [(3, "a "), (10, "a b")]),
        ("[fe|]male", [(step, "male" if step % 2 == 0 else "female") for step in range(1, 11)]),
        (
            "[a|[b|c]]",
            [(1, "a"), (2, "c"), (3, "a"), (4, "c"), (5, "a"), (6, "c"), (7, "a"), (8, "c"), (9, "a"), (10, "c")],
        ),
        ("[[a|b]:c:2]", [(1, "a"), (2, "b"), (10, "c")]),
        ("[a|a]", [(10, "a")]),
        ("((a][:b:c [d:3]", [(3, "((a][:b:c "), (10, "((a][:b:c d")]),
        ("[x:[a:b:2]", [(2, "[x:a"), (10, "[x:b")]),
        ("[x:3[a:b:2]]", [(2, "[x:3a]"), (10, "[x:3b]")]),
    ],
)
def test_prompts_change_as_in_the_web_ui(text: str, stages: list[tuple[int, str]]) -> None:
    assert list(read_schedule(text, 10)) == stages


@pytest.mark.parametrize(
    "text",
    [
        "a [unbalanced",
        "a [b:c] d",
        "[a:b:c:3]",
        "[a:b|c:3]",
        "[a:(b:c:d):3]",
        "(a|b) [c:3]",
        "a | b [c:3]",
        "[a:3] \\",
        r"\[a:3\]",
        r"[a\:3]",
        "[a:1.2.3]",
        "[a:３]",
        "[a:]",
        "",
    ],
)
def test_what_cannot_be_read_is_text(text: str) -> None:
    assert read_schedule(text, 10) == (Stage(10, text),)


@pytest.mark.parametrize(
    ("text", "stages"),
    [
        ("[a:b:1.5]", [(5, "a"), (10, "b")]),
        ("[a:b:0.5]", [(10, "b")]),
        ("[a:b:1.0]", [(10, "b")]),
        ("[a:b:2.0]", [(10, "a")]),
        ("[a:b:23]", [(3, "a"), (10, "b")]),
        ("[a:b:20]", [(10, "b")]),
        ("[a:b:99]", [(10, "a")]),
        ("[a:b:1e999]", [(10, "a")]),
        ("[a::1.25]c", [(2, "ac"), (10, "c")]),
        ("[[a|b]:c:22]", [(1, "a"), (2, "b"), (10, "c")]),
    ],
)
def test_after_a_smaller_picture_steps_are_counted_on(text: str, stages: list[tuple[int, str]]) -> None:
    """The web UI since 1.6: parts 0 to 1 are the smaller picture's, 1 to 2 those of the one drawn over it."""
    assert list(read_schedule(text, 10, earlier=20)) == stages


def test_more_changes_than_anyone_writes_are_text() -> None:
    assert len(read_schedule("[a|b]" * MOST_CHANGES, 10)) == 10
    assert len(read_schedule("[a|b]" * (MOST_CHANGES + 1), 10)) == 1


@settings(deadline=None)
@given(WORDS, STEPS)
def test_plain_text_never_changes(text: str, steps: int) -> None:
    assert read_schedule(text, steps) == (Stage(steps, text),)


@settings(max_examples=300, deadline=None)
@given(HOSTILE | LONG_HOSTILE, STEPS)
def test_whatever_is_written_the_stages_are_sound(text: str, steps: int) -> None:
    stages = read_schedule(text, steps)
    assert stages[-1].until == steps
    assert all(1 <= before.until < after.until for before, after in pairwise(stages))
    assert all(before.text != after.text for before, after in pairwise(stages))
    assert all(len(stage.text) <= len(text) for stage in stages)


PARTS = st.sampled_from(["a", "b", " ", "1", ".5", ":2]", ":.5]", "[", "[", "]", "(", ")", ":", "|", "\\", "\n"])
GROUPS = st.recursive(
    st.sampled_from(["a", "bc", "", "(d", "e]"]),
    lambda inner: st.tuples(
        st.sampled_from(["[%s:%s:2]", "[%s|%s]", "(%s:%s)", "[%s%s:0.4]", "[%s|%s|]", "[%s%s]", "%s%s"]), inner, inner
    ).map(lambda made: made[0] % made[1:]),
    max_leaves=6,
)


@settings(max_examples=500, deadline=None)
@given(st.lists(PARTS, max_size=14).map("".join) | GROUPS.filter(lambda text: len(text) <= 40))
def test_the_fast_reader_agrees_with_the_slow_one(text: str) -> None:
    stages = read_schedule(text, 5)
    for step in range(1, 6):
        assert next(stage.text for stage in stages if stage.until >= step) == slow_text_at(text, 5, step)
