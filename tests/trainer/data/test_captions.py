import pytest
import torch

from trainer.data.captions import file_words, varied
from trainer.protocol import Tuning


@pytest.mark.parametrize(
    ("file_name", "words"),
    [
        ("000001-1-a man in suit.png", "a man in suit"),
        ("00012-0-  owl.JPG", "owl"),
        ("a man in suit.png", "a man in suit"),
        ("12.png", ""),
        ("7up can 3.webp", "up can 3"),
        ("no extension", "no extension"),
        ("a.b.c.jpeg", "a.b.c"),
        ("folder/01-一只猫.png", "一只猫"),
    ],
)
def test_words_of_a_file_name(file_name: str, words: str) -> None:
    assert file_words(file_name) == words


def test_words_by_a_pattern() -> None:
    assert file_words("000001-1-a man in suit.png", r"\w+", ", ") == "a, man, in, suit"
    assert file_words("000001-1-a man in suit.png", r"\w{3,}") == "man suit"


def test_tags_are_shuffled_and_dropped_but_never_invented() -> None:
    words, seen = "owl, grey, big eyes, night", set()
    for seed in range(50):
        said = varied(words, Tuning(shuffle_tags=True, drop_tags=0.3), torch.Generator().manual_seed(seed))
        tags = said.split(", ") if said else []
        assert set(tags) <= set(words.split(", "))
        assert len(tags) == len(set(tags))
        seen.add(said)
    assert len(seen) > 20
    assert varied(words, Tuning(drop_tags=1.0), torch.Generator()) == ""


def test_the_tag_with_the_name_is_never_dropped() -> None:
    assert varied("owl, [name] at night, grey", Tuning(drop_tags=1.0), torch.Generator()) == "[name] at night"
