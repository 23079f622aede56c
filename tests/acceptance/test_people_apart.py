"""What is one person's or one server's stays theirs, whoever asks, and whenever it became theirs."""

from collections.abc import AsyncIterator

import numpy as np
import pytest
import pytest_asyncio
import safetensors.numpy

from tests.acceptance.stage import Stage, buttons_of, stage, text_of
from tests.sandboxed import Json

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
    answer = await played.sandbox.run(command, options, person=person, wait=30, **where)
    return await played.sandbox.message(answer["message_id"], where.get("channel", "general"), person=person)


async def take_in(played: Stage, name: str, person: str = "Ada") -> None:
    """A private word."""
    vectors = np.random.default_rng(1).normal(size=(2, WIDTH)).astype(np.float32)
    file = (f"{name}.safetensors", safetensors.numpy.save({"emb_params": vectors}))
    answer = await played.sandbox.run("embed import", {}, {"file1": file}, person=person, wait=30)
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
    await played.sandbox.run("imagine", {"prompt": "a long one", "steps": 150, "count": 9}, person="Lin")
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
