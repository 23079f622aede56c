import pytest

from trainer.data.captions import file_words


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
