"""Whatever a job, a name or a person says: what is sent fits Discord's limits, judged by the sandbox's own rules."""

import time
from pathlib import Path
from typing import Any, get_args

import pytest
from discord import ui
from hypothesis import HealthCheck, given, settings, strategies as st
from msgspec.structs import replace

from bot.access import Actor
from bot.delivery.file_names import file_name
from bot.delivery.fitting import Fit, adapt, shortened
from bot.delivery.outgoing import Outgoing, button, layout, row
from bot.errors import UnknownSampler
from bot.features.embeddings.card import creating_card
from bot.features.embeddings.inspecting import inspected_card
from bot.features.embeddings.words import word_card, words_card
from bot.features.imagine.card import drawing_card, picked_card
from bot.features.imagine.redrawing import redraw
from bot.features.pictures.picture_info import SHOWN_FACT, settings_card, text_card
from bot.features.queue.command import queue_card
from bot.features.styles.style_list import styles_card
from bot.features.train.card import preview_message, result_message, training_card
from bot.jobs.job import Job, Kind, Report, ShownPreview, State
from bot.library import embeddings as library
from bot.library.embeddings import Word as KeptWord
from bot.library.styles import Style
from bot.texts.catalogue import texts_for
from bot.texts.names import NAME_LIMIT, cut, escape
from sandbox.rules.message_rules import check_message
from sandbox.rules.schema import load
from sandbox.world.components import numbered
from sandbox.world.state import COMPONENTS_V2, Attachment, Message
from tests.bot.jobs import DRAW, TRAIN, job
from tests.bot.refusals import leaves, parameters, sample
from trainer.protocol import (
    CreateRequest,
    DrawnPicture,
    FailureReason,
    Inspected,
    InspectedVector,
    Neighbour,
    PictureSettings,
    ReadPart,
    ReadStage,
    SeenPicture,
    Word,
    upscalers_with,
)

ROUTE = "/channels/{channel_id}/messages"
PICTURE = Path(__file__)  # anything that exists
ANY = st.text(alphabet=st.one_of(st.characters(exclude_categories=("Cs",)), st.sampled_from("*_`\\<@>|~ ")))
LONG = st.one_of(ANY, st.builds(lambda part, times: (part * times)[:8000], ANY, st.integers(1, 4000)))
NAMES = st.one_of(
    st.text(alphabet=st.characters(categories=("L", "Nd")), min_size=1, max_size=NAME_LIMIT),
    st.integers(1, 16).map(lambda parts: "_".join(["a*b"] * parts)),
)
NUMBERS = st.one_of(st.none(), st.floats(0, 1e9))
LINES = st.builds(
    lambda text: f"{text}\nSteps: 4, Seed: 1, Model: {text}",
    LONG.map(lambda text: text[:4000]),
)
PICTURES = st.lists(st.builds(DrawnPicture, path=st.just(str(PICTURE)), seed=st.just(1), parameters=LINES), max_size=64)
WORDS = st.lists(st.builds(Word, name=NAMES, vectors=st.integers(1, 75), model=LONG, model_hash=NAMES), max_size=64)
BLOCKS = st.lists(st.tuples(st.tuples(LONG, st.floats(-9, 9))), max_size=9).map(tuple)
STAGES = st.lists(st.builds(ReadStage, first_step=st.just(1), last_step=st.just(9), blocks=BLOCKS), max_size=9)
FACTS = st.dictionaries(st.sampled_from(["error", "setting", "least", "most", "rate", "windows", "attempts"]), LONG)

REPORTS = st.builds(
    Report,
    phase=st.sampled_from(["waiting", "preparing", "working"]),
    step=st.integers(0, 10**9),
    steps=st.integers(0, 10**9),
    loss=NUMBERS,
    learning_rate=NUMBERS,
    seconds_per_step=NUMBERS,
    sharing=st.integers(0, 9),
    norm=NUMBERS,
    held_back=st.one_of(st.none(), st.integers(0, 64)),
    previews=st.lists(st.just(ShownPreview(5, str(PICTURE))), max_size=3).map(tuple),
    snapshot=st.sampled_from([None, str(PICTURE)]),
    strip=st.sampled_from([None, str(PICTURE)]),
    best=st.sampled_from([None, str(PICTURE)]),
    curve=st.sampled_from([None, str(PICTURE)]),
    failure=st.one_of(st.none(), st.sampled_from(get_args(FailureReason)), st.just("of another release")),
    facts=FACTS,
    recovered=st.booleans(),
    pictures=PICTURES.map(tuple),
    tokens=st.integers(0, 10**6),
    windows=st.integers(0, 99),
    words=WORDS.map(tuple),
    unreadable=st.lists(NAMES, max_size=32).map(tuple),
    reading=st.lists(st.builds(ReadPart, weight=st.floats(-9, 9), stages=STAGES.map(tuple)), max_size=4).map(tuple),
    not_used=st.lists(LONG, max_size=9).map(tuple),
    model=st.one_of(st.none(), LONG),
    model_hash=st.one_of(st.none(), LONG),
)
ME = Actor(1, 5)
MAYBE = st.one_of(st.none(), LONG)
COUNTS = st.one_of(st.none(), st.integers(1, 10**9))
LIBRARY = st.builds(
    library.Word,
    name=NAMES,
    owner_id=st.sampled_from([None, 1, 2]),
    shared_with=st.frozensets(st.integers(1, 10**19), max_size=30),
    vectors=COUNTS,
    step=COUNTS,
    model=MAYBE,
    model_hash=MAYBE,
    job_id=COUNTS,
    origin=MAYBE,
    note=MAYBE,
)
NEIGHBOURS = st.lists(st.builds(Neighbour, token=LONG, similarity=st.floats(-1, 1)), max_size=5).map(tuple)
VECTORS = st.builds(InspectedVector, norm=st.floats(0, 1e9), nearest=NEIGHBOURS, moved=NUMBERS)
PAIRS = st.lists(st.tuples(LONG, LONG), max_size=9).map(tuple)
SETTINGS = st.builds(
    PictureSettings,
    prompt=LONG,
    negative_prompt=LONG,
    sampler=LONG,
    schedule=LONG,
    model=LONG,
    model_hash=LONG,
    ti_hashes=PAIRS,
    hires_upscaler=LONG,
    rng=LONG,
    emphasis=LONG,
    others=PAIRS,
    version=LONG,
)
LOCALES = st.sampled_from(["en-US", "zh-CN"])
MANY = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def judge(outgoing: Outgoing) -> None:
    """As Discord would: by its description, and by what its documentation says beyond."""
    components: Any = outgoing.view.to_components()
    body = {"components": components, "flags": COMPONENTS_V2}
    assert load().request("POST", ROUTE, "application/json", body) is None
    files = [Attachment("1", name, b"", "") for name, _ in outgoing.files]
    check_message(
        Message("1", "2", "3", time.time(), flags=COMPONENTS_V2, components=numbered(components), attachments=files)
    )


def judge_in_every_form(outgoing: Outgoing, locale: str) -> None:
    judge(outgoing)
    texts = texts_for(locale)
    judge(shortened(outgoing, texts("short-drawing"), row([button("1", "pick:1.0")])))
    left_out = tuple(name for name, _ in outgoing.files)
    adapt(outgoing.view, Fit({}, left_out, {}), texts)
    judge(outgoing._replace(files=()))


def of(kind: Kind, state: State, report: Report) -> Job:
    return job(7, state, kind=kind, report=report, started_at=1.0, ended_at=2.0)


@MANY
@given(REPORTS, st.sampled_from(State), LONG, NAMES, LOCALES)
def test_cards_of_drawings_fit(report: Report, state: State, prompt: str, name: str, locale: str) -> None:
    texts, request = texts_for(locale), replace(DRAW, prompt=prompt)
    drawn = of(Kind.DRAW, state, report)
    misses = [(f"{name}{number}", name) for number in range(20)]
    judge_in_every_form(drawing_card(drawn, request, texts, "3rd in line", misses, 8), locale)
    if report.pictures:
        judge_in_every_form(picked_card(drawn, 0, texts), locale)


@MANY
@given(REPORTS, st.sampled_from(State), NAMES, LONG, LOCALES)
def test_messages_about_runs_fit(report: Report, state: State, name: str, start: str, locale: str) -> None:
    texts = texts_for(locale)
    request = replace(TRAIN, name=name, initialization_text=start)
    run = replace(of(Kind.TRAIN, state, report), request=request)
    judge_in_every_form(training_card(run, request, texts, "3rd in line", 8), locale)
    if run.ended:
        judge_in_every_form(result_message(run, request, texts, 8), locale)
    if (preview := preview_message(run, 5, texts, 8)) is not None:
        judge_in_every_form(preview, locale)
    made = CreateRequest(name=name, initialization_text=start, vectors_per_token=4)
    judge_in_every_form(creating_card(replace(run, request=made), made, texts, "3rd in line", 8), locale)


@MANY
@given(st.lists(LONG, min_size=1, max_size=60), LONG)
def test_what_says_too_much_is_cut(said: list[str], name: str) -> None:
    blocks: list[Any] = [ui.TextDisplay(escape(each, 4000) or "…") for each in said]
    blocks += row([button(name or "…", f"draw_word:{number}:{name}") for number in range(12)])
    judge(Outgoing(layout(*blocks)))


@MANY
@given(st.lists(LIBRARY, max_size=25), st.integers(0, 9), LONG.map(lambda text: text[:6000]), LOCALES)
def test_the_list_of_words_fits(words: list[library.Word], page: int, search: str, locale: str) -> None:
    for searched in ("", search):
        judge(Outgoing(words_card(words, ME, page, searched, texts_for(locale))))


@MANY
@given(LIBRARY, REPORTS, LONG, st.lists(LONG, max_size=6), LOCALES)
def test_what_is_shown_of_a_word_fits(
    word: library.Word, report: Report, start: str, said: list[str], locale: str
) -> None:
    texts = texts_for(locale)
    run = replace(of(Kind.TRAIN, State.SUCCEEDED, report), request=replace(TRAIN, initialization_text=start))
    seen = [texts("library-not-readable", reason=escape(each)) for each in said]
    for made, pictured in ((run, run), (run, None), (None, None)):
        judge_in_every_form(word_card(word, made, pictured, seen, ME, texts), locale)


@MANY
@given(NAMES, st.lists(VECTORS, max_size=75), LOCALES)
def test_the_inside_of_a_word_fits(name: str, vectors: list[InspectedVector], locale: str) -> None:
    inspected = Inspected(attempt="a", vectors=tuple(vectors), median_norm=1.0, tokens=3)
    judge(Outgoing(inspected_card(KeptWord(name=name, id=2**31), inspected, texts_for(locale))))


@MANY
@given(st.lists(st.tuples(NAMES, st.sampled_from(State), st.sampled_from(Kind), st.booleans()), max_size=60), LOCALES)
def test_the_queue_fits(waiting: list[tuple[str, State, Kind, bool]], locale: str) -> None:
    jobs = []
    for number, (name, state, kind, mine) in enumerate(waiting):
        request = replace(TRAIN, name=name) if kind is Kind.TRAIN else DRAW
        owner = ME.person_id if mine else 2
        jobs.append(replace(job(number, state, owner, kind), request=request))
    judge(Outgoing(queue_card(jobs, ME, texts_for(locale))))


@MANY
@given(st.lists(st.builds(Style, NAMES, st.integers(1, 2), LONG, LONG), max_size=12), st.integers(0, 3), LOCALES)
def test_the_list_of_styles_fits(styles: list[Style], page: int, locale: str) -> None:
    judge(Outgoing(styles_card(styles, ME.person_id, page, texts_for(locale))))


@MANY
@given(SETTINGS, LONG, LONG, st.lists(LONG, max_size=6), st.sampled_from(["", "ComfyUI"]), LOCALES)
def test_what_a_picture_says_fits(
    said: PictureSettings, text: str, name: str, noted: list[str], program: str, locale: str
) -> None:
    texts, request = texts_for(locale), redraw(said, 1, upscalers_with(()))
    seen = SeenPicture(file="1.png", program=program, text=text, settings=said)
    notes = [texts("info-words-missing", words=escape(each, SHOWN_FACT)) for each in noted]
    judge(Outgoing(text_card(name, seen, texts)))
    for draft in (10**19, UnknownSampler(name=text)):
        judge(Outgoing(settings_card(name, seen, request, notes, draft, texts)))


@MANY
@given(LONG, LOCALES, st.data())
def test_every_refusal_fits(said: str, locale: str, data: st.DataObject) -> None:
    leaf = data.draw(st.sampled_from(list(leaves())))
    facts = {name: sample(parameter, said) for name, parameter in parameters(leaf).items()}
    words = texts_for(locale).refusal(leaf(**facts))
    assert load().request("POST", ROUTE, "application/json", {"content": words}) is None
    check_message(Message("1", "2", "3", time.time(), content=words))


@MANY
@given(LONG, st.integers(1, 4000))
def test_a_text_is_cut_cleanly(text: str, limit: int) -> None:
    short = cut(escape(text, 4000), limit)
    assert len(short) <= limit
    if short.endswith("…") and len(escape(text, 4000)) > limit:
        assert not short[:-1].endswith("\\")


@MANY
@given(NAMES, NAMES)
def test_two_words_never_leave_under_one_name(one: str, other: str) -> None:
    if one.casefold() != other.casefold():
        assert file_name(one, ".pt").casefold() != file_name(other, ".pt").casefold()


@pytest.mark.parametrize("ending", ["-best", "-further", "_2"])
@pytest.mark.parametrize("name", ["my-cat", "my cat", "猫"])
def test_no_word_is_called_as_a_file_of_another(name: str, ending: str) -> None:
    plain, other = file_name(name, ".pt").removesuffix(".pt"), file_name(name, f"{ending}.pt")
    assert other == f"{plain}{ending}.pt"
    for word in (f"{plain}{ending}", f"{plain}{ending.upper()}", f"{name}{ending}", plain):
        if word != name:
            assert file_name(word, ".pt").casefold() != other.casefold(), word
            assert file_name(word, ".pt").casefold() != file_name(name, ".pt").casefold(), word


@pytest.mark.parametrize("locale", ["en", "zh-CN"])
def test_a_failure_whose_facts_fit_no_sentence_has_one_all_the_same(locale: str) -> None:
    texts = texts_for(locale)
    tuning = Report(failure="bad_tuning", facts={"setting": "warmup", "least": "0", "most": "9"})
    assert "`warmup`" in str(drawing_card(of(Kind.DRAW, State.FAILED, tuning), DRAW, texts, "").view.to_components())
    for told in (Report(failure="bad_tuning"), Report(failure="of another release")):
        assert "7" in str(training_card(of(Kind.TRAIN, State.FAILED, told), TRAIN, texts, "").view.to_components())
