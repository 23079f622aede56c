"""What is one person's or one server's stays theirs, whoever asks, and whenever it became theirs."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from typing import Any, NamedTuple

import numpy as np
import pytest
import pytest_asyncio
import safetensors.numpy

from bot.access import Verdict, verdict
from bot.errors import NothingCalled, Refusal
from bot.texts.catalogue import texts_for
from tests.acceptance.stage import Stage, buttons_of, stage, text_of, values_of
from tests.bot.doors import BUTTONS, COMMANDS, THINGS, Door, Kind, Where, Who, actor
from tests.sandboxed import PATIENCE, Json

pytestmark = pytest.mark.asyncio(loop_scope="module")

WIDTH = 96
"""Of the demo model."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def played(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """One program for all; it draws one picture at a time, so that there is a line."""
    async with stage(tmp_path_factory.mktemp("stage"), EMBEDSMITH_DRAWINGS_AT_ONCE="1") as playing:
        await playing.create("heart", "red heart", 1)  # returns when the model is loaded
        yield playing


async def answered(played: Stage, command: str, options: Json, person: str = "Ada", **where: str) -> Json:
    """The answer that only the person sees."""
    answer = await played.sandbox.run(command, options, person=person, **where)
    return await played.sandbox.message(answer["message_id"], where.get("channel", "general"), person=person)


async def take_in(played: Stage, name: str, person: str = "Ada") -> None:
    """A private word."""
    vectors = np.random.default_rng(1).normal(size=(2, WIDTH)).astype(np.float32)
    file = (f"{name}.safetensors", safetensors.numpy.save({"emb_params": vectors}))
    answer = await played.sandbox.run("embed import", {}, {"file1": file}, person=person)
    assert f"**{name}**" in text_of(await played.sandbox.message(answer["message_id"], person=person))


async def press_shown(played: Stage, name: str, label: str, person: str = "Ada") -> str:
    """Presses a button of `/embed show`; what it says."""
    shown = await answered(played, "embed show", {"name": name}, person)
    pressed = await played.press(shown, label, person=person)
    return text_of(await played.sandbox.message(pressed["message_id"], person=person))


async def test_what_a_waiting_prompt_may_use_is_decided_when_it_starts(played: Stage) -> None:
    await take_in(played, "made-private")
    await press_shown(played, "made-private", "Share with this server")
    await take_in(played, "made-public")
    long = {"prompt": "a long one", "steps": 150, "count": 9, "width": 192, "height": 192}
    await played.sandbox.run("imagine", long, person="Lin")
    prompt = "made-later made-private made-public"
    await played.sandbox.run("imagine", {"prompt": prompt, "steps": 1}, person="Max")
    await take_in(played, "made-later")
    assert "yours alone" in await press_shown(played, "made-private", "Make it private")
    await press_shown(played, "made-public", "Share with this server")
    queue = await answered(played, "queue", {}, "Lin")
    assert len(buttons_of(queue)) == 1, "the long one is still drawn"
    await played.press(queue, *buttons_of(queue), person="Lin")
    drawn = await played.sandbox.until_message(
        "general", lambda message: prompt in text_of(message) and bool(message["attachments"])
    )
    (used,) = [line for line in text_of(drawn).splitlines() if "words:" in line]
    assert "made-public (2 vectors)" in used
    assert "made-later" not in used
    assert "made-private" not in used


# The table, pressed ------------------------------------------------------------------------------------------------

PLACES = (
    ("Max", "general", Who.MEMBER, Where.HERE),
    ("Max", "benches", Who.MODERATOR_ELSEWHERE, Where.ELSEWHERE),
    ("Max", "private", Who.MODERATOR_ELSEWHERE, Where.PRIVATE),
    ("Ada", "general", Who.MODERATOR_HERE, Where.HERE),
    ("Ada", "private", Who.MODERATOR_HERE, Where.PRIVATE),
)
"""All things are Lin's. Ada owns the server where they are, Max another one, which Lin and he are members of."""
RUN = (
    "stop",
    "pause",
    "resume",
    "change",
    "preview",
    "run_file",
    "prompts",
    "train_again",
    "train_further",
    "take_new",
    "take_before",
)
DRAWING = ("draw_again", "delete")
MADE = ("draw_made", "share_made", "train_made")
PICTURE = ("pick", "variations", "larger", "draw_over", "edit_drawing", "settings")
LOADING = 128


class Things(NamedTuple):
    run: str
    drawing: str
    draft: str
    words: dict[Kind, str]
    style: str
    numbers: dict[str, int]
    """Of the words, by their names."""
    made: dict[Kind, str]
    """Behind the verb of a button on a word's own card: the job that made it, and its name."""

    def called(self, kind: Kind) -> str:
        """By which name a command asks for one."""
        return {**self.words, Kind.JOB: "lins-run", Kind.STYLE: self.style}[kind]

    def abouts(self, verb: str) -> list[tuple[Kind, str]]:
        """What stands behind the verb in a button's custom_id, for each thing that it could be about.

        A word by its number, and as earlier releases wrote it, by its name.
        """
        if verb in RUN or verb in DRAWING or verb in PICTURE:
            return [(Kind.JOB, self.run if verb in RUN else self.drawing + ".0" * (verb in PICTURE))]
        if Kind.DRAFT in BUTTONS[verb].kinds:
            return [(Kind.DRAFT, self.draft)]
        if verb in MADE:
            return list(self.made.items())
        before = "1:" * (verb == "test_grid")
        named = [(kind, before + name) for kind, name in self.words.items()]
        return named + [(kind, f"{before}{self.numbers[name]}:{name}") for kind, name in self.words.items()]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def things(played: Stage) -> Things:
    """Lin's, one of each kind; her run is paused, and so it stays."""
    await played.sandbox.set_locale("Lin", "en-US")
    await played.sandbox.open_guild("The workshop", "benches", "Max", "Lin")
    for name in ("lins-secret", "lins-shared"):
        await take_in(played, name, "Lin")
    await press_shown(played, "lins-shared", "Share with this server", "Lin")
    await answered(played, "style save", {"name": "lins-style", "prompt": "grainy"}, "Lin")
    drawn = await played.draw("two of a kind", "Lin", steps=1, count=2)
    picture = await played.sandbox.fetch(drawn["attachments"][0]["url"])
    read = await played.sandbox.run("picture info", {}, {"picture": ("a.png", picture)}, person="Lin")
    offered = buttons_of(await played.sandbox.message(read["message_id"], person="Lin"))
    made = {}
    for kind, name in ((Kind.WORD, "lin-made"), (Kind.SHARED_WORD, "lin-made-shared")):
        made[kind] = buttons_of(await played.create(name, "red heart", 1, "Lin"))["Train"].partition(":")[2]
    await press_shown(played, "lin-made-shared", "Share with this server", "Lin")
    await played.agree("Lin")
    card = await played.train("lins-run", person="Lin", steps=2000)
    await until_it_says(played, card, "loss")
    await played.press(card, "Pause", person="Lin")
    await until_it_says(played, card, "paused")
    words = {Kind.WORD: "lins-secret", Kind.SHARED_WORD: "lins-shared"}
    run, drawing, draft = (
        next(custom_id for label, custom_id in buttons.items() if label == wanted).partition(":")[2]
        for buttons, wanted in (
            (await buttons_now(played, card), "Stop"),
            (buttons_of(drawn), "Again"),
            (offered, "Draw this"),
        )
    )
    return Things(run, drawing, draft, words, "lins-style", numbers(played), made)


def numbers(played: Stage) -> dict[str, int]:
    with closing(sqlite3.connect(played.data / "embedsmith.sqlite3")) as database:
        return dict(database.execute("SELECT name, id FROM embeddings").fetchall())


async def buttons_now(played: Stage, card: Json) -> dict[str, str]:
    return buttons_of(await played.sandbox.message(card["id"]))


async def until_it_says(played: Stage, card: Json, words: str) -> None:
    await played.sandbox.until_message("general", lambda shown: shown["id"] == card["id"] and words in text_of(shown))


async def channel_of(played: Stage, person: str, place: str) -> str:
    return await played.sandbox.open_direct(person) if place == "private" else played.sandbox.channel_id(place)


def kept(played: Stage) -> list[Any]:
    """What must not change: the jobs with their wishes, the words and with whom they are shared, the styles."""
    queries = (
        "SELECT id, owner_id, state, stop_wanted, pause_wanted, request FROM jobs ORDER BY id",
        "SELECT name, owner_id FROM embeddings ORDER BY name",
        "SELECT * FROM shares ORDER BY embedding_id, guild_id",
        "SELECT shelf, name, owner_id FROM styles",
        "SELECT id, owner_id FROM drafts ORDER BY id",
    )
    with closing(sqlite3.connect(played.data / "embedsmith.sqlite3")) as database:
        return [database.execute(query).fetchall() for query in queries]


def refusal(door: Door, found: Verdict, name: str) -> str:
    """The whole answer. It is the same words for what does not exist, since it knows only what was asked for."""
    leaf = door.refused if found is Verdict.REFUSED else door.unseen
    assert leaf is not None
    refused: Refusal = leaf(name=name) if "name" in leaf.__init__.__annotations__ else leaf()
    return texts_for("en-US").refusal(refused)


async def boards(played: Stage, channel: str, custom_ids: list[str]) -> dict[str, str]:
    """Messages of the bot with these buttons, as only a test makes them up: each button and its message."""
    found: dict[str, str] = {}
    for start in range(0, len(custom_ids), 25):
        some = custom_ids[start : start + 25]
        pressable = [{"type": 2, "style": 2, "label": "press", "custom_id": custom_id} for custom_id in some]
        rows = [{"type": 1, "components": pressable[row : row + 5]} for row in range(0, len(pressable), 5)]
        board = await played.post(channel, {"content": "board", "components": rows})
        found |= dict.fromkeys(some, board["id"])
    return found


async def said_by(played: Stage, message: str, custom_id: str, person: str, channel: str) -> str:
    """What the person is told after a press: the first message that is new to them."""
    known = {shown["id"] for shown in await played.sandbox.messages(channel, person=person)}
    await played.sandbox.click(message, custom_id, person=person)
    told = await played.sandbox.until_message(
        channel, lambda shown: shown["id"] not in known and not shown["flags"] & LOADING, person=person
    )
    return text_of(told)


@pytest.mark.parametrize(("person", "place", "who", "where"), PLACES)
async def test_no_button_lets_another_do_what_is_not_theirs_to_do(
    played: Stage, things: Things, person: str, place: str, who: Who, where: Where
) -> None:
    channel = await channel_of(played, person, place)
    expected = {}
    for verb, door in BUTTONS.items():
        for kind, about in things.abouts(verb) if door.refused else ():
            found = verdict(actor(who, where), door.act, THINGS[kind])
            if found is not Verdict.ALLOWED:
                expected[f"{verb}:{about}"] = refusal(door, found, about.rpartition(":")[2])
    before = kept(played)
    for custom_id, message in (await boards(played, channel, list(expected))).items():
        assert (custom_id, await said_by(played, message, custom_id, person, channel)) == (
            custom_id,
            expected[custom_id],
        )
    assert kept(played) == before


@pytest.mark.parametrize(("person", "place", "who", "where"), PLACES)
async def test_no_command_lets_another_do_what_is_not_theirs_to_do(
    played: Stage, things: Things, person: str, place: str, who: Who, where: Where
) -> None:
    channel = await channel_of(played, person, place)
    before = kept(played)
    for command, door in COMMANDS.items():
        for kind in set(door.kinds) & {*things.words, Kind.JOB, Kind.STYLE} if door.refused else ():
            found = verdict(actor(who, where), door.act, THINGS[kind])
            name = things.called(kind)
            if found is Verdict.ALLOWED:
                continue
            options = {"name": name} | ({"new_name": "mine"} if command in ("embed copy", "embed rename") else {})
            answer = await answered(played, command, options, person, channel=channel)
            assert (command, text_of(answer)) == (command, refusal(door, found, name))
    assert kept(played) == before


@pytest.mark.parametrize(("person", "place", "who", "where"), [*PLACES, ("Lin", "private", Who.OWNER, Where.PRIVATE)])
async def test_nothing_is_listed_or_suggested_but_what_one_may_use_here(
    played: Stage, things: Things, person: str, place: str, who: Who, where: Where
) -> None:
    channel = await channel_of(played, person, place)
    usable = {
        name
        for kind, name in things.words.items()
        if verdict(actor(who, where), COMMANDS["embed list"].act, THINGS[kind]) is Verdict.ALLOWED
    }
    for command in ("show", "file", "inspect", "copy", "rename", "delete"):
        offered = await played.sandbox.autocomplete(
            f"embed {command}", {"name": "lins"}, "name", person=person, channel=channel
        )
        assert {choice["value"] for choice in offered} - {"first-Lin"} == usable
    listed = text_of(await answered(played, "embed list", {}, person, channel=channel))
    assert {name for name in things.words.values() if name in listed} == usable
    offered = await played.sandbox.autocomplete("embed stop", {"name": "lins"}, "name", person=person, channel=channel)
    assert [choice["value"] for choice in offered] == (["lins-run"] if who is Who.OWNER else [])
    queue = text_of(await answered(played, "queue", {}, person, channel=channel))
    assert ("lins-run" in queue) == (who is Who.OWNER)
    deletable = await played.sandbox.autocomplete("style delete", {"name": ""}, "name", person=person, channel=channel)
    assert [choice["value"] for choice in deletable] == (
        ["lins-style"] if who is Who.MODERATOR_HERE and where is Where.HERE else []
    )


async def test_anothers_word_is_plain_text_and_that_is_said(played: Stage, things: Things) -> None:
    drawn = await played.draw("a lins-secret beside lins-shared", "Lin", steps=1)
    assert "lins-secret (2 vectors)" in text_of(drawn)
    known = {shown["id"] for shown in await played.sandbox.messages(person="Max")}

    def is_told(shown: Json) -> bool:
        return shown["id"] not in known and "Read as plain text" in text_of(shown)

    await played.press(drawn, "Again", person="Max")
    told = await played.sandbox.until_message("general", is_told, person="Max")
    assert text_of(told).endswith("yours to use here: lins-secret")
    again = await played.sandbox.until_message(
        "general", lambda shown: shown["id"] not in known and bool(shown["attachments"])
    )
    assert "lins-shared (2 vectors)" in text_of(again)
    assert "lins-secret (2 vectors)" not in text_of(again)
    # A form about a word can be left from before it was made private, or deleted: the same words for both.
    for name, label in (("lins-hidden", "Make it private"), ("lins-deleted", "Delete")):
        await take_in(played, name, "Lin")
        await press_shown(played, name, "Share with this server", "Lin")
        opened = await played.press(
            await answered(played, "embed show", {"name": name}, "Max"), "Draw with it", person="Max"
        )
        said = await press_shown(played, name, label, "Lin")
        if label == "Delete":
            question = await played.sandbox.until_message(
                "general", lambda shown, said=said: text_of(shown) == said, person="Lin"
            )
            await played.press(question, "Delete for good", person="Lin")
        known |= {shown["id"] for shown in await played.sandbox.messages(person="Max")}
        await played.sandbox.submit(opened["id"], person="Max")
        told = await played.sandbox.until_message("general", is_told, person="Max")
        assert text_of(told).endswith(f"yours to use here: {name}")


async def test_a_word_is_shared_with_the_server_where_the_button_is_pressed(played: Stage, things: Things) -> None:
    await take_in(played, "lins-other", "Lin")
    direct = await played.sandbox.open_direct("Lin")
    shown = await answered(played, "embed show", {"name": "lins-other"}, "Lin", channel=direct)
    assert "private" in text_of(shown)
    pressed = await played.press(shown, "Share with this server", person="Lin")
    told = text_of(await played.sandbox.message(pressed["message_id"], direct, person="Lin"))
    assert told.startswith("A word is shared with a server. Use `/embed show` with `lins-other`")
    shown = await answered(played, "embed show", {"name": "lins-other"}, "Lin", channel="benches")
    await played.press(shown, "Share with this server", person="Lin")
    assert "**lins-other**" in text_of(
        await answered(played, "embed show", {"name": "lins-other"}, "Max", channel="benches")
    )
    elsewhere = await answered(played, "embed show", {"name": "lins-other"}, "Max")
    assert text_of(elsewhere) == "Nothing here is called `lins-other`."
    shown = await answered(played, "embed show", {"name": "lins-other"}, "Lin")
    assert "shared with 1 other server" in text_of(shown)
    await played.press(shown, "Make it private", person="Lin")
    gone = await answered(played, "embed show", {"name": "lins-other"}, "Max", channel="benches")
    assert text_of(gone) == text_of(elsewhere)


async def test_a_moderator_takes_jobs_of_their_own_server_away(played: Stage, things: Things) -> None:
    card = await played.card("lins-run")
    await played.press(card, "Resume", person="Ada")
    await until_it_says(played, card, "●")
    answer = await answered(played, "embed stop", {"name": "lins-run"}, "Ada")
    assert "It stops after this step" in text_of(answer)
    await until_it_says(played, card, "stopped at step")
    drawn = await played.sandbox.until_message("general", lambda shown: "two of a kind" in text_of(shown))
    await played.press(drawn, "Delete", person="Ada")
    async with asyncio.timeout(PATIENCE):
        while drawn["id"] in [shown["id"] for shown in await played.sandbox.messages()]:
            await asyncio.sleep(0.02)


# A name goes to somebody else -------------------------------------------------------------------------------------


def prompt_of(opened: Json) -> str:
    return values_of(opened)["prompt"]


async def with_old_buttons(played: Stage, card: Json, *custom_ids: str) -> None:
    """The card as an earlier release posted it."""
    pressable = [{"type": 2, "style": 2, "label": custom_id, "custom_id": custom_id} for custom_id in custom_ids]
    path = f"{played.sandbox.api}/channels/{card['channel_id']}/messages/{card['id']}"
    rows = {"components": [{"type": 1, "components": pressable}]}
    headers = {"Authorization": f"Bot {played.sandbox.token}"}
    while True:
        async with played.sandbox.http.patch(path, json=rows, headers=headers) as edited:
            if edited.status != 429:
                edited.raise_for_status()
                return
            told = await edited.json()
        await asyncio.sleep(told["retry_after"])


@pytest.mark.parametrize("release", ["this", "an earlier one"])
async def test_buttons_follow_a_word_and_never_its_name(played: Stage, release: str) -> None:
    await played.sandbox.set_locale("Lin", "en-US")
    old, new = f"leaf-{release[:2]}", f"leaf-{release[:2]}-later"
    draw, share, train = "Draw with it", "Share with this server", "Train"
    card = await played.create(old, "red heart", 1)
    if release != "this":
        draw, share, train = f"draw_word:{old}", f"share:{old}", f"train_word:{old}"
        await with_old_buttons(played, card, draw, share, train)
    shown = await answered(played, "embed show", {"name": old})
    await answered(played, "embed rename", {"name": old, "new_name": new})
    # Somebody takes the old name, and lets everybody here use it.
    await take_in(played, old, "Max")
    await press_shown(played, old, "Share with this server", "Max")
    for person, label in (("Max", draw), ("Lin", draw), ("Max", share)):
        refused = await played.press(card, label, person=person)
        said = text_of(await played.sandbox.message(refused["message_id"], person=person))
        assert said == texts_for("en-US").refusal(NothingCalled(name=old)), "nor is the new name told"
    assert prompt_of(await played.press(card, draw)) == f"portrait of {new}"
    assert new in (await played.press(card, train))["modal"]["title"]
    pressed = await played.press(card, share)
    assert f"{new}" in text_of(await played.sandbox.message(pressed["message_id"]))
    assert prompt_of(await played.press(card, draw, person="Lin")) == f"portrait of {new}"
    # What `/embed show` had offered before, too.
    assert prompt_of(await played.press(shown, "Draw with it")) == f"portrait of {new}"
    asked = await played.press(shown, "Delete")
    question = await played.sandbox.message(asked["message_id"])
    assert new in text_of(question)
    await answered(played, "embed rename", {"name": new, "new_name": f"{new}-still"})
    await take_in(played, new)
    await played.press(question, "Delete for good")
    await played.sandbox.until_message("general", lambda m: f"{new}-still" in text_of(m) and "deleted" in text_of(m))
    assert f"**{new}**" in text_of(await answered(played, "embed show", {"name": new}))
    gone = await played.press(card, draw)
    said = text_of(await played.sandbox.message(gone["message_id"]))
    assert said == texts_for("en-US").refusal(NothingCalled(name=old))
