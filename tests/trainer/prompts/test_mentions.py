"""No word that the trainer would find in a prompt is missed, and not every word there is goes with it."""

import pytest
from hypothesis import given, settings, strategies as st
from transformers import CLIPTokenizer

from bot.library.mentions import may_be_meant
from tests.trainer.process import MODEL
from trainer.engine.drawing.wording import read_wording
from trainer.models.text import PromptReader
from trainer.prompts.errors import PromptTooLong

NAMES = ("my-cat", "My Cat", "zzzz1234", "bob's", "heart (v2)", "ä", "我的猫", "cat", "a_b")


@pytest.fixture(scope="module")
def reader() -> PromptReader:
    return PromptReader(CLIPTokenizer.from_pretrained(MODEL / "tokenizer"))


def found(reader: PromptReader, prompt: str) -> set[str]:
    return set(read_wording(reader, prompt, "", 20, dict.fromkeys(NAMES, 1)).words)


@pytest.mark.parametrize(
    ("prompt", "name"),
    [
        ("a photo of my-cat", "my-cat"),
        ("a photo of MY-CAT, sitting", "my-cat"),
        ("my - cat", "my-cat"),
        ("(my-cat:1.2) on a mat", "my-cat"),
        ("[my-cat]", "my-cat"),
        ("[a dog:my-cat:0.5]", "my-cat"),
        ("[a dog|my-cat] on a mat", "my-cat"),
        ("my-[dog:cat:0.5]", "my-cat"),
        ("my[our|-]cat", "my-cat"),
        ("a dog AND my-cat :0.5", "my-cat"),
        ("a <lora:thing:1> my-cat", "my-cat"),
        ("my<lora:thing:1>-cat", "my-cat"),
        ("my&#45;cat", "my-cat"),
        ("my<lora:thing:1>&#45;cat", "my-cat"),
        ("my\uff0dcat", "my-cat"),
        ("my<|endoftext|>-cat", "my-cat"),
        ("bob\u2019s hat", "bob's"),
        (r"heart \(v2\)", "heart (v2)"),
        ("a\u0308", "ä"),
        ("画我的猫", "我的猫"),
    ],
)
def test_no_way_of_meaning_a_word_is_missed(reader: PromptReader, prompt: str, name: str) -> None:
    assert name in found(reader, prompt), "a word that the trainer finds"
    assert name in may_be_meant(NAMES, [prompt, ""])
    assert name in may_be_meant(NAMES, ["", prompt])


def test_other_words_stay_behind() -> None:
    assert may_be_meant(NAMES, ["a photo of my-cat", "dog"]) == ["my-cat", "cat"]
    assert may_be_meant(NAMES, [r"(zzzz1234:1.2), [fog] \(hm\)", ""]) == ["zzzz1234"]
    assert may_be_meant(NAMES, ["", ""]) == []


PIECES = st.sampled_from(
    [
        *NAMES,
        *"[]():|\\<>&; -",
        "my",
        "-",
        "ca",
        "t",
        "AND",
        "BREAK",
        ":0.5]",
        "<lora:x:1>",
        "\u2019",
        "\uff0d",
        "&#45;",
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=12).map("".join))
def test_whatever_the_trainer_finds_was_named(reader: PromptReader, prompt: str) -> None:
    try:
        words = found(reader, prompt)
    except PromptTooLong:
        return
    assert words <= set(may_be_meant(NAMES, [prompt, ""]))
