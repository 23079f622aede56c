"""An answer is tried until Discord takes it: whatever happens on its way, people get it, once, and no fault is told."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from typing import Any

import pytest
import pytest_asyncio

from sandbox.world.state import BOT_ID
from tests.acceptance.stage import Stage, stage, text_of
from tests.sandboxed import PATIENCE, Json

pytestmark = pytest.mark.asyncio(loop_scope="module")

FIRST = "POST /interactions/*/*/callback"
ORIGINAL = "/webhooks/*/*/messages/@original"
PASSING: dict[str, Json] = {
    "banned": {"kind": "ban", "seconds": 1, "times": 2},
    "cut off": {"kind": "reset", "times": 3},
    "a proxy's page": {"kind": "html", "status": 404, "times": 2},
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def played(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with stage(tmp_path_factory.mktemp("stage")) as playing:
        yield playing


def log_of(played: Stage) -> str:
    return (played.data.parent / "bot.log").read_text(encoding="utf-8")


async def until_logged(played: Stage, words: str, earlier: int = 0) -> None:
    """Until the log has these words more often than `earlier`: all tests here share one log."""
    async with asyncio.timeout(PATIENCE):
        while log_of(played).count(words) <= earlier:
            await asyncio.sleep(0.05)


async def answer(played: Stage, interaction: Json) -> Json:
    return await played.sandbox.message(interaction["message_id"])


async def test_a_first_answer_that_was_lost_but_arrived_is_no_fault(played: Stage) -> None:
    await played.sandbox.weather({"match": FIRST, "kind": "reset", "times": 1})
    shown = await answer(played, await played.sandbox.run("help"))
    await played.sandbox.weather({"match": FIRST, "kind": "reset", "times": 1})
    opened = await played.press(shown, "Draw")
    assert opened["modal"]
    await played.sandbox.weather({"match": FIRST, "kind": "reset", "times": 1})
    listed = await played.sandbox.run("embed list")
    assert "no words" in text_of(await answer(played, listed))
    assert "interaction failed" not in log_of(played)


async def test_an_interaction_that_is_unknown_after_all_but_was_heard_is_gone_on_from(played: Stage) -> None:
    lost = {"match": FIRST, "kind": "reset", "times": 1}
    await played.sandbox.weather(lost, {"match": FIRST, "kind": "status", "status": 404, "code": 10062, "times": 1})
    listed = await played.sandbox.run("embed list")
    assert "no words" in text_of(await answer(played, listed))
    assert "interaction failed" not in log_of(played)


@pytest.mark.parametrize("fault", PASSING)
async def test_what_follows_is_tried_until_it_is_taken(played: Stage, fault: str) -> None:
    await played.sandbox.weather({"match": f"PATCH {ORIGINAL}", **PASSING[fault]})
    before = {message["id"] for message in await played.sandbox.messages()}
    listed = await played.sandbox.run("embed list")
    assert "no words" in text_of(await answer(played, listed))
    refused = await played.sandbox.run("embed show", {"name": "nothing-like-it"})
    assert "Nothing here is called" in text_of(await answer(played, refused))
    said = [each for each in await played.sandbox.messages() if each["id"] not in before]
    assert len(said) == 2
    assert "interaction failed" not in log_of(played)


async def test_a_file_is_sent_again_whole(played: Stage) -> None:
    await played.create("again-oak", "tree", 1)
    await played.sandbox.weather({"match": f"PATCH {ORIGINAL}", "kind": "ban", "seconds": 0.5, "times": 2})
    sent = await played.sandbox.run("embed file", {"name": "again-oak"})
    (file,) = (await answer(played, sent))["attachments"]
    assert len(await played.sandbox.fetch(file["url"])) == file["size"]


@pytest.mark.parametrize("fault", PASSING)
async def test_what_says_that_the_bot_is_at_work_goes_when_the_card_is_there(played: Stage, fault: str) -> None:
    await played.sandbox.weather({"match": f"DELETE {ORIGINAL}", **PASSING[fault]})
    name = f"gone-{fault[:3].strip()}".replace(" ", "")
    asked = await played.sandbox.command("embed create", {"name": name, "from": "tree"})
    await played.sandbox.until_message("general", lambda message: f"**{name}** is ready" in text_of(message))
    found = await played.sandbox.interaction(asked)
    assert all(message["id"] != found.get("message_id") for message in await played.sandbox.messages())
    assert "interaction failed" not in log_of(played)


async def test_pictures_are_taken_away_although_discord_is_slow_to_do_it(played: Stage) -> None:
    await played.sandbox.weather()
    drawn = await played.draw("a red apple", steps=1)
    await played.sandbox.weather(
        {"match": "DELETE /channels/*/messages/*", "kind": "status", "status": 503, "times": 2}
    )
    await played.press(drawn, "Delete")
    await played.sandbox.until_message("general", lambda message: "deleted" in text_of(message).lower())
    assert drawn["id"] not in {message["id"] for message in await played.sandbox.messages()}
    assert "interaction failed" not in log_of(played)


async def test_what_is_said_beside_an_answer_is_said_once(played: Stage) -> None:
    """Nobody knows whether Discord has it when the connection breaks."""
    await played.sandbox.weather({"match": "POST /webhooks/*/*", "kind": "reset", "times": 1})
    await played.sandbox.run("embed create", {"name": "photo", "from": "tree"})
    warned = "a word that the model already knows"
    await played.sandbox.until_message("general", lambda message: warned in text_of(message))
    await played.sandbox.run("help")
    assert len([each for each in await played.sandbox.messages() if warned in text_of(each)]) == 1
    assert "interaction failed" not in log_of(played)


async def test_an_answer_whose_time_is_over_is_logged_and_nothing_else(played: Stage) -> None:
    dead = {"match": f"PATCH {ORIGINAL}", "kind": "status", "status": 401, "code": 50027, "times": 1000}
    await played.sandbox.weather(dead)
    earlier = log_of(played).count("could not answer")
    await played.sandbox.command("embed list")
    await until_logged(played, "could not answer", earlier)
    await played.sandbox.weather()
    await played.sandbox.run("help")
    struck = [each for each in await played.sandbox.traffic() if each["status"] == 401]
    assert len(struck) == 1
    assert "interaction failed" not in log_of(played)


async def test_who_waits_while_the_client_is_thrown_out_is_answered_by_the_next(played: Stage) -> None:
    await played.sandbox.weather({"match": f"PATCH {ORIGINAL}", "kind": "ban", "seconds": 2, "times": 1})
    earlier = log_of(played).count("sent again")
    asked = await played.sandbox.command("embed list")
    await until_logged(played, "sent again", earlier)
    await played.sandbox.weather({"match": "WS", "kind": "ws-close", "code": 4012})
    await until_logged(played, "connection to Discord lost")
    found = await played.sandbox.interaction(asked)
    assert "Your words" in text_of(await answer(played, found))
    assert "interaction failed" not in log_of(played)
    await played.sandbox.until_online()


async def test_who_was_heard_by_a_bot_that_died_at_that_moment_is_answered(played: Stage) -> None:
    """The acknowledgement arrives, and the bot never learns of it."""
    await played.sandbox.weather(
        {"match": FIRST, "kind": "reset", "times": 1}, {"match": FIRST, "kind": "slow", "seconds": 3600, "times": 1000}
    )
    asked = await played.sandbox.command("embed list")
    async with asyncio.timeout(PATIENCE):
        while int(asked) not in kept(played):
            await asyncio.sleep(0.02)
    await played.kill()
    await played.sandbox.weather()
    await played.start()
    found = await played.sandbox.interaction(asked)
    assert "Embedsmith was restarted" in text_of(await answer(played, found))


def kept(played: Stage) -> set[int]:
    """The interactions that the next life would answer."""
    with closing(sqlite3.connect(f"file:{played.data / 'embedsmith.sqlite3'}?mode=ro", uri=True)) as database:
        return {row[0] for row in database.execute("SELECT interaction_id FROM deferred")}


OF_ANOTHER_RELEASE = (
    "dance:1",
    "nonsense",
    "",
    "STOP:1",
    "stop:",
    "stop:-1",
    "stop:one",
    "stop:\N{ARABIC-INDIC DIGIT ONE}",
    f"stop:{2**63}",
    "edit:draft",
    "words:last:",
    "styles:last",
    "draw_made:x:heart",
)
NO_LONGER_HERE = (
    "stop:999",
    "pick:999.0",
    "pick:1.first",
    "test_grid:9:1:heart",
    "draw_made:999:heart",
    f"edit:{2**63 - 1}",
    "test_grid:1:999:heart",
)


async def test_buttons_of_another_release_are_answered_in_a_sentence(played: Stage) -> None:
    """They stay in the channels when a bot is brought up to date, or put back."""
    ids = [custom_id or " " for custom_id in (*OF_ANOTHER_RELEASE, *NO_LONGER_HERE)]
    rows = [ids[at : at + 5] for at in range(0, len(ids), 5)]
    buttons = [
        {"type": 1, "components": [{"type": 2, "style": 2, "label": "x", "custom_id": each} for each in row]}
        for row in rows
    ]
    choice = {"type": 3, "custom_id": "chosen:1", "options": [{"label": "a", "value": "a"}]}
    posted = await played.post(
        played.sandbox.channel_id("general"),
        {"content": "old", "components": [*buttons, {"type": 1, "components": [choice]}]},
    )
    for custom_id in ids:
        said = await said_of(played, posted, custom_id)
        expected = "belongs to another release" if custom_id.strip() in OF_ANOTHER_RELEASE else ""
        assert expected in said, custom_id
        assert "E-" not in said, custom_id
    said = await said_of(played, posted, "chosen:1", values=["a"], person="Lin")
    assert said.startswith("这属于机器人的另一个版本。")


async def said_of(played: Stage, message: Json, custom_id: str, person: str = "Ada", **how: Any) -> str:
    """What its person is told, in place of the acknowledgement or after it."""
    known = {each["id"] for each in await played.sandbox.messages(person=person)}
    await played.sandbox.interaction(await played.sandbox.click(message["id"], custom_id, person=person, **how))

    def is_told(each: Json) -> bool:
        return each["id"] not in known and bool(text_of(each))

    return text_of(await played.sandbox.until_message("general", is_told, person=person))


async def test_a_command_of_another_release_is_answered_in_a_sentence(played: Stage) -> None:
    """Discord shows it until the commands are registered anew."""
    guild = (await played.sandbox.world())["guild"]["id"]
    address = f"{played.sandbox.api}/applications/{BOT_ID}/guilds/{guild}/commands"
    commands = [{"name": "dance", "description": "of another release", "type": 1}]
    headers = {"Authorization": f"Bot {played.sandbox.token}"}
    async with played.sandbox.http.put(address, json=commands, headers=headers) as response:
        response.raise_for_status()
    said = text_of(await answer(played, await played.sandbox.run("dance")))
    assert "belongs to another release" in said
