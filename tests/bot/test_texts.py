"""The catalogues: complete in both languages, and within what Discord shows."""

import re
import unicodedata
from collections.abc import Iterator
from importlib.resources import files
from typing import Any, get_args

import pytest
from fluent.runtime.errors import FluentReferenceError
from fluent.syntax import FluentParser, ast
from fluent.syntax.visitor import Visitor

from bot import errors
from bot.errors import Refusal
from bot.texts.catalogue import CATALOGUES, Texts, loss, rate, texts_for
from tests.bot.refusals import leaves, parameters, sample
from trainer.protocol import FailureReason, FileNote, FileReason
from trainer.protocol.lr_schedule import Problem


def messages(language: str) -> dict[str, ast.Message]:
    text = files("bot.texts").joinpath(f"{language}.ftl").read_text(encoding="utf-8")
    found: dict[str, ast.Message] = {}
    for entry in FluentParser().parse(text).body:
        assert not isinstance(entry, ast.Junk), entry.content
        if isinstance(entry, ast.Message):
            assert entry.id.name not in found, f"{entry.id.name} stands twice in {language}"
            found[entry.id.name] = entry
    return found


class Variables(Visitor):
    """Names of the variables of a message, and the keys of those that it chooses by."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.keys: dict[str, set[str]] = {}

    def visit_VariableReference(self, node: ast.VariableReference) -> None:
        self.names.add(node.id.name)

    def visit_SelectExpression(self, node: ast.SelectExpression) -> None:
        if isinstance(node.selector, ast.VariableReference):
            keys = {variant.key.name for variant in node.variants if isinstance(variant.key, ast.Identifier)}
            self.keys.setdefault(node.selector.id.name, set()).update(keys)
        self.generic_visit(node)


def variables(message: ast.Message) -> Variables:
    found = Variables()
    found.visit(message)
    return found


MESSAGES = {language: messages(language) for language in CATALOGUES}
IDS = sorted(MESSAGES["en"])
PLURALS = {"zero", "one", "two", "few", "many", "other"}


def samples(text_id: str) -> Iterator[dict[str, Any]]:
    """Facts with which a message can be formatted: every variant that either language knows is met."""
    english, chinese = (variables(MESSAGES[language][text_id]) for language in CATALOGUES)
    plain: dict[str, Any] = {name.replace("-", "_"): 2 for name in english.names}
    yield plain
    yield dict.fromkeys(plain, 1)
    for name, keys in (*english.keys.items(), *chinese.keys.items()):
        for key in keys - PLURALS:
            yield plain | {name.replace("-", "_"): key}


def test_both_languages_say_the_same_things() -> None:
    assert set(MESSAGES["en"]) == set(MESSAGES["zh-CN"])


@pytest.mark.parametrize("text_id", IDS)
def test_both_languages_use_the_same_facts(text_id: str) -> None:
    assert variables(MESSAGES["en"][text_id]).names == variables(MESSAGES["zh-CN"][text_id]).names


@pytest.mark.parametrize("language", CATALOGUES)
def test_every_message_can_be_said(language: str) -> None:
    texts = Texts(language)
    for text_id in IDS:
        for facts in samples(text_id):
            said = texts(text_id, **facts)
            assert said.strip()
            assert "{" not in said.replace("{prompt}", ""), said  # which styles have in them


def test_each_language_is_written_in_its_script() -> None:
    """Catches a sentence left untranslated, or pasted into the wrong file."""

    def has_han(text: str) -> bool:
        return any("CJK" in unicodedata.name(character, "") for character in text)

    for text_id in IDS:
        facts = next(samples(text_id))
        assert not has_han(texts_for("en")(text_id, **facts)), text_id
        if re.search("[a-z]{3,}", texts_for("en")(text_id, **facts)) and not text_id.endswith("example"):
            assert has_han(texts_for("zh-CN")(text_id, **facts)), text_id


def test_an_unknown_message_is_an_error() -> None:
    with pytest.raises(KeyError):
        texts_for("en")("no-such-text")


def test_a_missing_fact_is_an_error() -> None:
    with pytest.raises(FluentReferenceError):
        texts_for("en")("refusal-name-taken")


@pytest.mark.parametrize(
    ("locale", "language"),
    [("en-US", "en"), ("en-GB", "en"), ("zh-CN", "zh-CN"), ("zh-TW", "zh-CN"), ("de", "en"), ("", "en")],
)
def test_locales_find_their_language(locale: str, language: str) -> None:
    assert texts_for(locale).language == language
    assert texts_for(locale) is texts_for(locale)


# Refusals --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("leaf", leaves())
def test_every_refusal_has_its_sentence(leaf: type[Refusal]) -> None:
    given = {name: sample(parameter) for name, parameter in parameters(leaf).items()}
    refusal = leaf(**given)
    assert refusal.facts == given
    assert variables(MESSAGES["en"][leaf.text_id]).names == set(given)
    for language in CATALOGUES:
        said = texts_for(language).refusal(refusal)
        assert "\n" not in said
        assert "@everyone" not in re.sub("`[^`]*`", "", said), "a person's own words stand between backticks"
        assert said.count("`") % 2 == 0


@pytest.mark.parametrize("leaf", leaves())
def test_every_reason_of_a_refusal_has_its_words(leaf: type[Refusal]) -> None:
    for name, parameter in parameters(leaf).items():
        if reasons := set(get_args(parameter.annotation)):
            for language in CATALOGUES:
                keys = variables(MESSAGES[language][leaf.text_id]).keys[name]
                assert reasons <= keys | {"unknown"}
                assert keys - {"other"} <= reasons


def test_every_sentence_of_refusal_is_used() -> None:
    assert {leaf.text_id for leaf in leaves()} == {text_id for text_id in IDS if text_id.startswith("refusal-")}


@pytest.mark.parametrize("leaf", leaves())
def test_the_tree_is_drawn_whole(leaf: type[Refusal]) -> None:
    assert re.search(rf"\b{leaf.__name__}\b", str(errors.__doc__))
    assert leaf.__doc__


@pytest.mark.parametrize("reason", get_args(FailureReason))
def test_every_failure_of_the_trainer_has_its_sentence(reason: str) -> None:
    assert f"failure-{reason.replace('_', '-')}" in IDS


def test_every_problem_of_a_schedule_can_be_told() -> None:
    assert set(get_args(errors.ScheduleFault)) == set(get_args(Problem))


@pytest.mark.parametrize("reason", get_args(FileReason))
def test_every_reason_of_a_reader_is_said_in_the_persons_language(reason: FileReason) -> None:
    """No word of the reader's own crosses over: a sentence of either language, and the names of formats in it."""
    refusal = errors.NotAnEmbedding(file="x.pt", reason=reason, name="y", count=3, other=4)
    english, chinese = (texts_for(language).refusal(refusal) for language in CATALOGUES)
    assert "x.pt" in english
    assert "x.pt" in chinese
    assert english.endswith(".")
    assert chinese.endswith("。")
    assert not re.search(r"[a-z]+ [a-z]+ [a-z]+", re.sub("`[^`]*`", "", chinese))


@pytest.mark.parametrize("note", get_args(FileNote))
def test_so_is_every_remark(note: FileNote) -> None:
    chinese = texts_for("zh-CN")("import-note", file="x.pt", note=note, name="y")
    assert chinese.endswith("。")
    assert not re.search(r"[a-z]+ [a-z]+ [a-z]+", chinese)


# What Discord shows ----------------------------------------------------------------------------------------------


LIMITS = {
    r"command-.*-description|option-.*-description": 100,
    r"button-.*|.*-button": 80,
    r"form-.*title": 45,
    r"form-(?!.*(title|description|example|choice)).*": 45,
    r"form-.*(description|example|choice)": 100,
    r"choice-.*": 100,
    r".*": 2000,
}
NAME = re.compile(r"(command|option)-(?!.*description).*")


@pytest.mark.parametrize("language", CATALOGUES)
@pytest.mark.parametrize("pattern", LIMITS)
def test_texts_fit_where_they_are_shown(language: str, pattern: str) -> None:
    fitting = [text_id for text_id in IDS if re.fullmatch(pattern, text_id)]
    assert fitting
    for text_id in fitting:
        for facts in samples(text_id):
            assert len(texts_for(language)(text_id, **facts)) <= LIMITS[pattern], text_id


@pytest.mark.parametrize("language", CATALOGUES)
def test_names_of_commands_and_options_follow_discords_rule(language: str) -> None:
    names = [texts_for(language)(text_id) for text_id in IDS if NAME.fullmatch(text_id)]
    assert len(names) > 20
    for name in names:
        assert 1 <= len(name) <= 32
        assert name == name.lower()
        assert all(character in "-_'" or unicodedata.category(character)[0] in "LN" for character in name), name


# Numbers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "english", "chinese"),
    [
        (-5, "a few seconds", "几秒"),
        (4, "a few seconds", "几秒"),
        (8, "about 10 s", "约 10 秒"),
        (52, "about 50 s", "约 50 秒"),
        (58, "about 1 min", "约 1 分钟"),
        (250, "about 4 min", "约 4 分钟"),
        (59.6 * 60, "about 1 h", "约 1 小时"),
        (5400, "about 1.5 h", "约 1.5 小时"),
        (86_400 * 2, "about 2 days", "约 2 天"),
    ],
)
def test_durations(seconds: float, english: str, chinese: str) -> None:
    assert texts_for("en").duration(seconds) == english
    assert texts_for("zh-CN").duration(seconds) == chinese


@pytest.mark.parametrize(
    ("seconds", "english"),
    [(0.2, "1 s"), (52.4, "52 s"), (59.7, "1 min 0 s"), (112, "1 min 52 s"), (7500, "2 h 5 min")],
)
def test_time_that_passed(seconds: float, english: str) -> None:
    assert texts_for("en").took(seconds) == english


@pytest.mark.parametrize(
    ("place", "english"),
    [
        (1, "1st in line"),
        (2, "2nd in line"),
        (3, "3rd in line"),
        (4, "4th in line"),
        (11, "11th in line"),
        (22, "22nd in line"),
    ],
)
def test_places_in_line(place: int, english: str) -> None:
    assert texts_for("en").place_in_line(place) == english
    assert texts_for("zh-CN").place_in_line(place) == f"排在第 {place} 位"


@pytest.mark.parametrize(
    ("seconds_per_step", "english"),
    [
        (1 / 12, "12 steps a second"),
        (1.0, "1 step a second"),
        (0.4, "2.5 steps a second"),
        (3.21, "3.2 s a step"),
        (45.0, "45 s a step"),
    ],
)
def test_speed(seconds_per_step: float, english: str) -> None:
    assert texts_for("en").speed(seconds_per_step) == english


def test_losses_and_rates() -> None:
    assert [loss(value) for value in (0.104, 0.1, 0.00123)] == ["0.104", "0.100", "0.00123"]
    assert [rate(value) for value in (0.005, 1e-5, 0.00012345)] == ["0.005", "1e-5", "0.000123"]
    assert texts_for("en")("training-loss", loss=loss(0.1)) == "loss 0.100"


@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
@pytest.mark.parametrize("steps", [10**30, -(10**30), 1e30])
def test_a_number_that_no_picture_took_is_told_as_it_is(steps: float, locale: str) -> None:
    assert str(steps) in texts_for(locale)("info-steps", steps=steps)


def test_a_number_is_grouped_for_as_long_as_it_can_be() -> None:
    assert "1,000,000,000,000,000,000,000,000 steps" in texts_for("en-US")("info-steps", steps=10**24)
