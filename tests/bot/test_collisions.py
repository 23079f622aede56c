"""Names in each other's way."""

import pytest

from bot.library.collisions import Collision, collisions
from trainer.models.text import PromptReader
from trainer.models.tokenizer import SHIPPED, read_tokenizer

NAMES = ["foo", "foo2", "foo 2", "my-cat", "my-cats", "Cat", "my - cat", "a_b", "it's", "猫", "小猫", "foo.bar"]


@pytest.mark.parametrize(
    ("name", "other", "kind"),
    [
        ("foo2", "foo", "inside"),
        ("foo", "foo2", "around"),
        ("foo 2", "foo2", "same"),
        ("my-cat", "cat", "inside"),
    ],
)
def test_names_that_are_in_the_way(name: str, other: str, kind: str) -> None:
    assert collisions(name, [other]) == [Collision(kind, other)]


@pytest.mark.parametrize(("name", "other"), [("my-cat", "my-cats"), ("foo", "food"), ("foo", "FOO"), ("cat", "dog")])
def test_names_that_are_not(name: str, other: str) -> None:
    assert collisions(name, [other]) == []


@pytest.mark.parametrize("name", NAMES)
def test_the_model_reads_them_so(name: str) -> None:
    """What is found in a prompt that is nothing but the name."""
    reader = PromptReader(read_tokenizer(SHIPPED))
    for collision in collisions(name, NAMES):
        if collision.kind in ("same", "inside"):
            assert reader.mentioned(name, [collision.other]) == (collision.other,)
        else:
            assert reader.mentioned(collision.other, [name]) == (name,)
