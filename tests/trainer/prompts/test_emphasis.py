import math
import re
from itertools import pairwise

import pytest
from hypothesis import given, settings, strategies as st

from tests.trainer.prompts.hostile import HOSTILE, LONG_HOSTILE, WORDS
from trainer.prompts.emphasis import Break, Segment, read_emphasis

Weighted = list[tuple[str, float]]


def weights(text: str) -> Weighted:
    return [(segment.text, round(segment.weight, 4)) for segment in read_emphasis(text) if isinstance(segment, Segment)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("normal text", [("normal text", 1.0)]),
        ("an (important) word", [("an ", 1.0), ("important", 1.1), (" word", 1.0)]),
        ("(unbalanced", [("unbalanced", 1.1)]),
        ("[less", [("less", 0.9091)]),
        (r"\(literal\]", [("(literal]", 1.0)]),
        (r"a \\ b", [("a \\ b", 1.0)]),
        ("(unnecessary)(parens)", [("unnecessaryparens", 1.1)]),
        ("a (cat:1.3), (dog: .5 )", [("a ", 1.0), ("cat", 1.3), (", ", 1.0), ("dog", 0.5)]),
        ("(cat:-1)(dog:+2.)", [("cat", -1.0), ("dog", 2.0)]),
        ("(cat:1.2.3)", [("cat:1.2.3", 1.1)]),
        ("cat:1.3) ]", [("cat:1.3) ]", 1.0)]),
        ("(a [b) c]", [("a ", 1.1), ("b", 1.0), (" c", 0.9091)]),
        ("(a:100) (b:-100)", [("a", 10.0), (" ", 1.0), ("b", -10.0)]),
        ("16:9", [("16:9", 1.0)]),
        ("", []),
        ("([])", []),
        (
            "a (((house:1.3)) [on] a (hill:0.5), sun, (((sky))).",
            [
                ("a ", 1.0),
                ("house", 1.573),
                (" ", 1.1),
                ("on", 1.0),
                (" a ", 1.1),
                ("hill", 0.55),
                (", sun, ", 1.1),
                ("sky", 1.4641),
                (".", 1.1),
            ],
        ),
    ],
)
def test_brackets_weigh_as_in_the_web_ui(text: str, expected: Weighted) -> None:
    assert weights(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a BREAK b", ["a", None, "b"]),
        ("a  \n BREAK\n BREAK b", ["a", None, None, "b"]),
        ("BREAK", [None]),
        ("a BREAK b BREAK c BREAK", ["a", None, "b", None, "c", None]),
        ("a BREAKS BREAK_ UNBREAK break", ["a BREAKS BREAK_ UNBREAK break"]),
        ("BRE\\AK", ["BREAK"]),
        ("(a BREAK b)", ["a", None, "b"]),
    ],
)
def test_break_is_a_mark_of_its_own(text: str, expected: list[str | None]) -> None:
    assert [None if isinstance(part, Break) else part.text for part in read_emphasis(text)] == expected


def test_what_stands_around_a_break_in_brackets_keeps_its_weight() -> None:
    assert weights("(a BREAK b)") == [("a", 1.1), ("b", 1.1)]


def test_weights_without_end_stay_finite() -> None:
    nested = "(" * 50 + "a" + f":{'9' * 50})" * 40 + ":0)"
    assert weights(nested) == [("a", 0.0)]
    assert weights("(a:" + "9" * 3000 + ")") == [("a", 10.0)]


@settings(deadline=None)
@given(WORDS)
def test_plain_text_is_itself(text: str) -> None:
    assert weights(text) == ([(text, 1.0)] if text else [])


@settings(deadline=None)
@given(st.text(alphabet="ab()[]\\ ,", max_size=40))
def test_escaped_text_is_itself(text: str) -> None:
    assert weights(re.sub(r"([()\[\]\\])", r"\\\1", text)) == ([(text, 1.0)] if text else [])


def plain(text: str) -> tuple[str, Weighted]:
    return text, [(character, 1.0) for character in text]


def bracketed(inner: tuple[str, Weighted], kind: str) -> tuple[str, Weighted]:
    factor = {"(%s)": 1.1, "[%s]": 1 / 1.1, "(%s:0.7)": 0.7, "(%s:1.25)": 1.25}[kind]
    return kind % inner[0], [(character, weight * factor) for character, weight in inner[1]]


def followed(parts: list[tuple[str, Weighted]]) -> tuple[str, Weighted]:
    return "".join(source for source, _ in parts), [character for _, characters in parts for character in characters]


def nested(inner: st.SearchStrategy[tuple[str, Weighted]]) -> st.SearchStrategy[tuple[str, Weighted]]:
    kinds = st.sampled_from(["(%s)", "[%s]", "(%s:0.7)", "(%s:1.25)"])
    return st.builds(bracketed, inner, kinds) | st.lists(inner, max_size=4).map(followed)


@settings(max_examples=300, deadline=None)
@given(st.recursive(WORDS.map(plain), nested, max_leaves=20))
def test_each_character_has_the_product_of_its_brackets(written: tuple[str, Weighted]) -> None:
    source, characters = written
    segments = [part for part in read_emphasis(source) if isinstance(part, Segment)]
    assert "".join(segment.text for segment in segments) == "".join(character for character, _ in characters)
    read = [segment.weight for segment in segments for _ in segment.text]
    assert read == pytest.approx([min(weight, 10.0) for _, weight in characters])


@settings(max_examples=300, deadline=None)
@given(HOSTILE | LONG_HOSTILE)
def test_whatever_is_written_the_segments_are_sound(text: str) -> None:
    segments = read_emphasis(text)
    texts = [part.text for part in segments if isinstance(part, Segment)]
    assert all(texts)
    assert all(math.isfinite(part.weight) and abs(part.weight) <= 10 for part in segments if isinstance(part, Segment))
    remaining = iter(text)
    assert all(character in remaining for character in "".join(texts))  # nothing new, nothing out of order
    for before, after in pairwise(segments):
        assert isinstance(before, Break) or isinstance(after, Break) or before.weight != after.weight
