"""Names of embeddings, and people's text made harmless."""

import unicodedata

import pytest
from hypothesis import given, strategies as st

from bot.errors import BadName
from bot.texts.names import NAME_LIMIT, SHOWN_LIMIT, check_name, escape, in_block, in_code

GOOD = {
    "my-cat": "my-cat",
    "  my cat ": "my cat",
    "usada pekora": "usada pekora",
    "zzzz1234": "zzzz1234",
    "猫": "猫",
    "ｍｙ－ｃａｔ": "my-cat",
    "cat_v1.5": "cat_v1.5",
    "e\u0301tude": "étude",
    "-x": "-x",
    "console": "console",
    "and": "and",
    "BRAND": "BRAND",
    "BREAKFAST": "BREAKFAST",
}
BAD = {
    "": "empty",
    " \t ": "empty",
    "x" * 65: "long",
    "\U00020000" * 60: "long",
    "my:cat": "characters",
    "(cat)": "characters",
    "[cat|dog]": "characters",
    "<lora>": "characters",
    "a/b": "characters",
    "..\\b": "characters",
    "a\nb": "characters",
    "cat\u202egnp": "characters",
    "cat`": "characters",
    "@everyone": "characters",
    "\ud800": "characters",
    ".hidden": "leading-dot",
    "..": "leading-dot",
    "cat.": "trailing-dot",
    "---": "wordless",
    "_ _": "wordless",
    "CON": "device",
    "con.v2": "device",
    "lpt1": "device",
    "ＮＵＬ": "device",
    "COM¹": "device",
    "AND": "prompt-word",
    "cats AND dogs": "prompt-word",
    "tea-BREAK": "prompt-word",
}


@pytest.mark.parametrize(("text", "name"), GOOD.items())
def test_a_good_name_is_normalised(text: str, name: str) -> None:
    assert check_name(text) == name


@pytest.mark.parametrize(("text", "reason"), BAD.items())
def test_a_bad_name_is_refused_with_its_reason(text: str, reason: str) -> None:
    with pytest.raises(BadName) as refused:
        check_name(text)
    assert refused.value.facts["reason"] == reason


def test_characters_are_named_once_and_visibly() -> None:
    with pytest.raises(BadName) as refused:
        check_name("a:b(c):\n`\u202e")
    assert refused.value.facts["characters"] == ": ( ) U+000A U+0060 U+202E"


@given(st.text(max_size=80))
def test_what_is_taken_is_a_stable_file_name(text: str) -> None:
    try:
        name = check_name(text)
    except BadName:
        return
    assert check_name(name) == name == unicodedata.normalize("NFKC", name)
    assert 1 <= len(name) <= NAME_LIMIT
    assert not set(name) & set('/\\:*?"<>|\0()[],`@#')


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("my_cat **bold**", "my\\_cat \\*\\*bold\\*\\*"),
        ("@everyone", "@\u200beveryone"),
        ("<@123456789012345678>", "\\<@\u200b123456789012345678>"),
        ("<#123> <t:1> <:a:1>", "\\<#123> \\<t:1> \\<:a:1>"),
        ("a\n# b\n> c", "a # b > c"),
        ("# b", "\\# b"),
        ("[here](https://evil.example)", "\\[here](https://evil.example)"),
        ("safe\u202egnp.exe", "safegnp.exe"),
        ("```x```", "\\`\\`\\`x\\`\\`\\`"),
    ],
)
def test_text_is_shown_as_typed(text: str, shown: str) -> None:
    assert escape(text) == shown


def test_long_text_is_cut_before_it_is_escaped() -> None:
    assert escape("*" * 1000) == "\\*" * (SHOWN_LIMIT - 1) + "…"
    assert in_code("x" * 1000) == "x" * (SHOWN_LIMIT - 1) + "…"


@given(st.text())
def test_nothing_ends_a_code_span(text: str) -> None:
    shown = in_code(text)
    assert shown
    assert "`" not in shown
    assert len(shown.splitlines()) == 1 or shown == " "


@given(st.text())
def test_nobody_is_mentioned(text: str) -> None:
    assert "@everyone" not in escape(text + "@everyone")
    assert "\n" not in escape(text)


@pytest.mark.parametrize("text", ["a\n```\n@everyone", "`" * 500, "\n" * 500, "a\u202eb\n\n  c  d", "\x0b\u2028" * 300])
def test_a_block_of_code_holds_every_text(text: str) -> None:
    before, inside, after = in_block(text, 100).split("```")
    assert (before, after) == ("", "")
    assert len(inside.strip("\n")) <= 100
    assert "\u202e" not in inside
