"""A word that is trained further: nothing that was learned before is lost, and what became of it is told."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.acceptance.stage import Stage, stage, text_of

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def played(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with stage(tmp_path_factory.mktemp("stage")) as playing:
        await playing.agree()
        yield playing


async def test_a_run_that_had_to_begin_again_says_so(played: Stage) -> None:
    """Its checkpoints are gone: what it had learned is, too, and nobody may be told otherwise."""
    card = await played.train("my-phoenix", "owl", steps=3000)
    await played.sandbox.until_message(
        "general", lambda message: message["id"] == card["id"] and "loss " in text_of(message), seconds=60
    )
    await saved(played)
    await played.kill()
    for checkpoint in (played.data / "runs").glob("*/checkpoint-*"):
        checkpoint.unlink()
    await played.start()
    again = await played.sandbox.until_message(
        "general", lambda message: "begin again from step 0" in text_of(message), seconds=60
    )
    assert again["id"] == card["id"]
    assert "were lost" in text_of(again) or "was lost" in text_of(again)
    assert "Nothing was lost" not in text_of(again)
    await played.press(again, "Stop")
    await played.result("my-phoenix")


async def saved(played: Stage) -> Path:
    """The first checkpoint, once it is there."""
    async with asyncio.timeout(60):
        while not (found := list((played.data / "runs").glob("*/checkpoint-*"))):
            await asyncio.sleep(0.02)
    return found[0]
