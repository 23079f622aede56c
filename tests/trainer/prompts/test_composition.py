import pytest
from hypothesis import given, settings, strategies as st

from tests.trainer.prompts.hostile import HOSTILE, WORDS
from trainer.prompts.composition import LARGEST_PULL, MOST_PARTS, read_composition


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a cat", [("a cat", 1.0)]),
        ("a cat AND a dog", [("a cat", 1.0), (" a dog", 1.0)]),
        ("a cat :1.2 AND a dog AND a benguin:-2.2", [("a cat", 1.2), (" a dog", 1.0), (" a benguin", -2.2)]),
        ("a :0 AND b: 1. ", [("a", 0.0), (" b", 1.0)]),
        ("a:1:.5 AND b", [("a:1", 0.5), (" b", 1.0)]),
        ("(a:1.3) AND b: c", [("(a:1.3)", 1.0), (" b: c", 1.0)]),
        ("SAND and HANDS AND_b", [("SAND and HANDS AND_b", 1.0)]),
        ("AND", [("", 1.0), ("", 1.0)]),
        ("a\nAND\nb", [("a", 1.0), ("\nb", 1.0)]),
        ("a:1e5", [("a:1e5", 1.0)]),
        ("", [("", 1.0)]),
    ],
)
def test_parts_and_their_weights(text: str, parts: list[tuple[str, float]]) -> None:
    assert list(read_composition(text)) == parts


def test_weights_without_end_stay_finite() -> None:
    assert read_composition("a:" + "9" * 999)[0].weight == LARGEST_PULL


def test_more_parts_than_a_picture_can_have_are_words() -> None:
    most = " AND ".join("a" * MOST_PARTS)
    assert len(read_composition(most)) == MOST_PARTS
    assert read_composition(most + " AND a") == ((most + " AND a", 1.0),)


@settings(deadline=None)
@given(st.lists(st.tuples(WORDS.map(str.strip), st.integers(-500, 500)), min_size=1, max_size=MOST_PARTS))
def test_what_was_composed_comes_apart(parts: list[tuple[str, int]]) -> None:
    text = " AND ".join(f"{part} :{weight / 100}" for part, weight in parts)
    assert [(part.text.strip(), part.weight) for part in read_composition(text)] == [(p, w / 100) for p, w in parts]


@settings(deadline=None)
@given(HOSTILE)
def test_whatever_is_written_weights_are_finite(text: str) -> None:
    parts = read_composition(text)
    assert 1 <= len(parts) <= MOST_PARTS
    assert all(abs(part.weight) <= LARGEST_PULL for part in parts)
