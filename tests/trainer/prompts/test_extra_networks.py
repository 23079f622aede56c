import pytest
from hypothesis import given, settings, strategies as st

from tests.trainer.prompts.hostile import HOSTILE, WORDS
from trainer.protocol.extra_networks import ExtraNetwork, read_extra_networks


@pytest.mark.parametrize(
    ("text", "plain", "networks"),
    [
        ("a <hypernet:soft:0.5> cat", "a  cat", [("hypernet", "soft", ("0.5",))]),
        ("<lora:x>, <lora:y:1:0.2>", ", ", [("lora", "x", ()), ("lora", "y", ("1", "0.2"))]),
        ("<lora:a<b>c", "c", [("lora", "a<b", ())]),
        ("<unknown:x:te=1>", "", [("unknown", "x", ("te=1",))]),
        ("a < b > c <b> <:x> <a:> <a:b", "a < b > c <b> <:x> <a:> <a:b", []),
        ("<a:b\nc>", "", [("a", "b\nc", ())]),
    ],
)
def test_tags_are_set_aside(text: str, plain: str, networks: list[ExtraNetwork]) -> None:
    assert read_extra_networks(text) == (plain, tuple(networks))


@settings(deadline=None)
@given(st.lists(st.tuples(WORDS, st.sampled_from(["hypernet", "lora"]), st.integers(0, 200))))
def test_what_was_tagged_comes_apart(parts: list[tuple[str, str, int]]) -> None:
    text = "".join(f"{words}<{kind}:my name:{number / 100}>" for words, kind, number in parts)
    plain, networks = read_extra_networks(text)
    assert plain == "".join(words for words, _, _ in parts)
    assert networks == tuple(ExtraNetwork(kind, "my name", (str(number / 100),)) for _, kind, number in parts)


@settings(deadline=None)
@given(HOSTILE)
def test_text_without_tags_is_left_alone(text: str) -> None:
    plain, networks = read_extra_networks(text)
    assert networks or plain == text
