"""Every text that the code names exists, and every button has an action."""

import re
from pathlib import Path

from bot.app import FEATURES
from bot.features.feature import forms_of, presses_of
from bot.texts.catalogue import texts_for

BOT = Path(__file__).parents[2] / "bot"
SOURCES = {path: path.read_text(encoding="utf-8") for path in BOT.rglob("*.py")}


def test_every_text_named_in_the_code_is_in_the_catalogue() -> None:
    catalogue = (BOT / "texts" / "en.ftl").read_text(encoding="utf-8")
    known = set(re.findall(r"^([a-z][a-z0-9-]*) =", catalogue, re.MULTILINE))
    named = {text_id for source in SOURCES.values() for text_id in re.findall(r'\btexts\(\s*"([a-z0-9-]+)"', source)}
    assert len(named) > 50
    assert named <= known


def test_every_verb_of_a_button_has_an_action() -> None:
    verbs = {verb for source in SOURCES.values() for verb in re.findall(r'f?"([a-z_]+):(?:\{|")', source)}
    verbs |= {
        verb for source in SOURCES.values() for verb in re.findall(r'press\("button-[a-z-]+", "([a-z_]+)"', source)
    }
    assert verbs == set(presses_of(FEATURES))


def test_every_verb_of_a_form_has_an_action() -> None:
    verbs = {verb for source in SOURCES.values() for verb in re.findall(r'open_form\(interaction, "([a-z_]+)"', source)}
    assert verbs == set(forms_of(FEATURES))


def test_the_catalogues_are_read() -> None:
    assert texts_for("en")("button-stop") != texts_for("zh-CN")("button-stop")
