"""Who mistypes a word is told."""

import pytest

from bot.features.imagine.suggestions import near_misses


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("portrait of my-catt", [("my-catt", "my-cat")]),
        ("portrait of My-Cta and my-catt", [("My-Cta", "my-cat"), ("my-catt", "my-cat")]),
        ("portrait of my-cat", []),
        ("portrait of MY-CAT2", []),
        ("a cat, a well-known mat", []),
        ("pekora1 and pekora3", [("pekora1", "pekora2"), ("pekora3", "pekora2")]),
    ],
)
def test_near_misses(prompt: str, expected: list[tuple[str, str]]) -> None:
    assert near_misses(prompt, ["my-cat", "pekora2"]) == expected
