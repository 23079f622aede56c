"""A bot that ends while it works on a request: the next life answers, and leads back to all that was given."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing, suppress

import psutil
import pytest
import pytest_asyncio

from tests.acceptance.stage import Stage, buttons_of, pictures, stage, text_of, values_of
from tests.sandboxed import PATIENCE, Json

pytestmark = pytest.mark.asyncio(loop_scope="module")

EDIT = "Edit and try again"
CDN: Json = {"match": "GET /attachments/*/*/*", "kind": "status", "status": 503, "times": 1000}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def played(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with stage(tmp_path_factory.mktemp("stage")) as playing:
        await playing.agree()
        yield playing


async def offered(played: Stage, message: Json, person: str = "Ada") -> Json:
    """The form behind the button that the next life shows in place of this answer."""
    async with asyncio.timeout(PATIENCE):
        while "was restarted" not in text_of(message):
            await asyncio.sleep(0.05)
            message = await played.sandbox.message(message["id"], person=person)
    assert list(buttons_of(message)) == [EDIT]
    return await played.press(message, EDIT, person=person)


def drafts(played: Stage) -> set[int]:
    with closing(sqlite3.connect(f"file:{played.data / 'embedsmith.sqlite3'}?mode=ro", uri=True)) as database:
        return {row[0] for row in database.execute("SELECT id FROM drafts")}


async def reader(played: Stage) -> psutil.Process:
    """The child that reads pictures, as soon as there is one."""
    assert played.bot is not None
    bot = psutil.Process(played.bot.pid)
    async with asyncio.timeout(PATIENCE):
        while True:
            for child in bot.children(recursive=True):
                with suppress(psutil.NoSuchProcess):
                    if any("decoding" in part for part in child.cmdline()):
                        return child
            await asyncio.sleep(0.005)


async def test_while_it_tells_how_many_pictures_are_read(played: Stage) -> None:
    await played.sandbox.command("embed train", {"name": "half-read", "from": "emoji"}, pictures("owl", 2))
    held = await reader(played)
    held.suspend()
    shown = await played.sandbox.until_message("general", lambda each: "Reading pictures" in text_of(each))
    await played.kill()
    with suppress(psutil.NoSuchProcess):
        held.kill()
    await played.start()
    assert values_of(await offered(played, shown))["name"] == "half-read"


async def test_just_after_the_consent(played: Stage) -> None:
    given = {"name": "of-max", "from": "emoji"}
    asked = await played.sandbox.run("embed train", given, pictures("owl", 2), person="Max")
    question = await played.sandbox.message(asked["message_id"], person="Max")
    earlier = drafts(played)
    await played.sandbox.weather(CDN)
    yes = buttons_of(question)["Yes, these are mine or I may use them"]
    press = await played.sandbox.click(question["id"], yes, person="Max")
    async with asyncio.timeout(PATIENCE):
        while int(yes.partition(":")[2]) in drafts(played):
            await asyncio.sleep(0.02)
    assert len(drafts(played)) == len(earlier)
    await played.kill()
    await played.sandbox.weather()
    await played.start()
    answer = await played.sandbox.interaction(press)
    message = await played.sandbox.message(answer["message_id"], person="Max")
    assert values_of(await offered(played, message, "Max"))["name"] == "of-max"
