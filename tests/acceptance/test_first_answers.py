"""Whatever people do is acknowledged before the bot reads or writes anything: also while it can do neither.

Discord gives a bot three seconds. A disk may take longer, and so may another program that holds the database.
"""

import asyncio
import fcntl
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import closing, contextmanager

import pytest
import pytest_asyncio

from bot.app import FEATURES
from bot.features.feature import presses_of
from tests.acceptance.stage import Stage, buttons_of, pictures, stage
from tests.sandboxed import File, Json

pytestmark = pytest.mark.asyncio(loop_scope="module")

WORD, RUN, DRAWING = "first-word", "2", "3"
"""A word, and the numbers of the jobs that follow it."""
TEXT, WHOLE, ATTACHMENT = 3, 4, 11
SUB_COMMAND, GROUP = 1, 2
BUTTONS_IN_A_ROW, ROWS = 5, 5
FIRST_LOCK, LOCKS = 120, 8
"""Bytes of the `-shm` file by which SQLite locks: for writing, checkpoints, recovery, and five for reading."""
AT_ONCE = {"deferred", "deferred update"}
FILLED_IN = {
    "change",
    "draw_made",
    "draw_over",
    "draw_word",
    "edit",
    "edit_drawing",
    "train_further",
    "train_made",
    "train_word",
}
"""Buttons whose forms are filled in from a row: what cannot be read soon is a word about it."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def played(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with stage(tmp_path_factory.mktemp("stage"), EMBEDSMITH_DRAWINGS_PER_PERSON="1000") as playing:
        await playing.create(WORD, "tree", 1)
        await playing.agree()
        await playing.draw("an owl", steps=1, count=2)
        yield playing


@contextmanager
def held(played: Stage) -> Iterator[None]:
    """The database's file can be neither read nor written: every lock of its write-ahead log is another's."""
    with (played.data / "embedsmith.sqlite3-shm").open("r+b") as shared:
        fcntl.lockf(shared, fcntl.LOCK_EX, LOCKS, FIRST_LOCK)
        yield
        fcntl.lockf(shared, fcntl.LOCK_UN, LOCKS, FIRST_LOCK)


@contextmanager
def written(played: Stage) -> Iterator[None]:
    """Another program is writing into the database, and may be read beside."""
    with closing(sqlite3.connect(played.data / "embedsmith.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


async def first_answer(played: Stage, interaction_id: str) -> Json:
    """The interaction when the bot has acknowledged it, or has let its time go by."""
    while (found := await played.sandbox.interaction(interaction_id, wait=0))["state"] == "waiting":
        await asyncio.sleep(0.05)
    return found


async def first_answers(played: Stage, acts: dict[str, Callable[[], Awaitable[str]]]) -> dict[str, str]:
    """The kind of the first answer to each act, all of them done at once while the database is held."""

    async def answered(act: Callable[[], Awaitable[str]]) -> str:
        return (await first_answer(played, await act()))["answer"] or "none"

    with held(played):
        return dict(zip(acts, await asyncio.gather(*(answered(act) for act in acts.values())), strict=True))


def leaves(commands: list[Json]) -> Iterator[tuple[str, list[Json]]]:
    """Every command that can be called, with its options."""
    for command in commands:
        inner = [option for option in command.get("options", []) if option["type"] in (SUB_COMMAND, GROUP)]
        for name, options in leaves(inner):
            yield f"{command['name']} {name}", options
        if not inner:
            yield command["name"], command.get("options", [])


def given(options: list[Json]) -> tuple[Json, dict[str, File]]:
    """Something for every option that must be given."""
    values: Json = {}
    files: dict[str, File] = {}
    (picture,) = pictures("owl", 1).values()
    for option in (option for option in options if option.get("required")):
        if option["type"] == ATTACHMENT:
            files[option["name"]] = picture
        else:
            choices = option.get("choices")
            values[option["name"]] = choices[0]["value"] if choices else {TEXT: WORD, WHOLE: 1}[option["type"]]
    return values, files


async def test_every_command(played: Stage) -> None:
    commands = dict(leaves((await played.sandbox.world())["commands"]))
    assert len(commands) > 10

    def run(name: str) -> Callable[[], Awaitable[str]]:
        return lambda: played.sandbox.command(name, *given(commands[name]))

    named: Callable[[], Awaitable[str]] = lambda: played.sandbox.command("embed train", {"name": "other-word"})  # noqa: E731
    answers = await first_answers(played, {name: run(name) for name in commands} | {"a form with a name": named})
    assert answers.pop("help") == "message"
    assert answers.pop("embed train") == "modal"
    assert answers.pop("a form with a name") in ("modal", "message"), "where the word was shown before is read first"
    assert set(answers.values()) <= AT_ONCE, answers


async def test_every_suggestion(played: Stage) -> None:
    suggesting = [
        (name, option["name"])
        for name, options in leaves((await played.sandbox.world())["commands"])
        for option in options
        if option.get("autocomplete")
    ]
    assert len(suggesting) > 5
    with held(played):
        # Raises Refused when there is no answer in time; none to choose from is an answer.
        await asyncio.gather(*(played.sandbox.autocomplete(name, {each: "f"}, each) for name, each in suggesting))


async def test_every_button(played: Stage) -> None:
    """Of a run, of a drawing, of its second picture, of a word: whichever of them a verb is about."""
    custom_ids = [f"{verb}:{about}" for verb in presses_of(FEATURES) for about in (RUN, DRAWING, f"{DRAWING}.1", WORD)]
    messages = await posted(played, custom_ids)

    def press(custom_id: str) -> Callable[[], Awaitable[str]]:
        return lambda: played.sandbox.click(messages[custom_id], custom_id)

    answers = await first_answers(played, {custom_id: press(custom_id) for custom_id in custom_ids})
    for custom_id, kind in answers.items():
        filled_in = custom_id.partition(":")[0] in FILLED_IN
        assert kind in {*AT_ONCE, "modal"} or (filled_in and kind == "message"), custom_id


async def test_every_form(played: Stage) -> None:
    forms = ["teach:", "draw:", f"draw_word:{WORD}"]
    messages = await posted(played, forms)
    opened = [await played.sandbox.interaction(await played.sandbox.click(messages[form], form)) for form in forms]
    values: Json = {"name": "other-word", "prompt": "an owl", "kind": ["subject"], "thoroughness": ["quick"]}

    def send(form: Json) -> Callable[[], Awaitable[str]]:
        known = str(form["modal"])
        filled = {field: value for field, value in values.items() if f"'{field}'" in known}
        files = [("pictures", file) for file in pictures("owl", 1).values()] if "'pictures'" in known else []
        return lambda: played.sandbox.submit(form["id"], filled, files)

    answers = await first_answers(played, {form["id"]: send(form) for form in opened})
    assert set(answers.values()) <= AT_ONCE, answers


async def test_what_is_read_does_not_wait_for_what_is_written(played: Stage) -> None:
    drawn = await played.draw("a cactus", steps=1)
    button = buttons_of(drawn)["Use as start"]
    with written(played):
        await first_answer(played, await played.sandbox.command("imagine", {"prompt": "a robot", "steps": 1}))
        form = await first_answer(played, await played.sandbox.click(drawn["id"], button))
        assert form["answer"] == "modal"
        assert await played.sandbox.autocomplete("embed show", {"name": "first"}, "name") != []


async def posted(played: Stage, custom_ids: list[str]) -> dict[str, str]:
    """The message, posted in the bot's name, on which each of these buttons is."""
    found = {}
    for start in range(0, len(custom_ids), BUTTONS_IN_A_ROW * ROWS):
        here = custom_ids[start : start + BUTTONS_IN_A_ROW * ROWS]
        buttons: list[Json] = [{"type": 2, "style": 2, "label": "x", "custom_id": custom_id} for custom_id in here]
        rows = [buttons[n : n + BUTTONS_IN_A_ROW] for n in range(0, len(buttons), BUTTONS_IN_A_ROW)]
        # Another channel than that of the bot's cards, whose pace is not to be disturbed.
        gallery = played.sandbox.channel_id("gallery")
        message = await played.post(gallery, {"components": [{"type": 1, "components": row} for row in rows]})
        found |= dict.fromkeys(here, message["id"])
    return found
