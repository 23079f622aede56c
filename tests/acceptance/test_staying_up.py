"""The bot stays up: whatever Discord, the network or one row does, it is there again by itself."""

import asyncio
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.settings import embedded_model
from tests.acceptance.stage import Stage, stage, text_of
from tests.sandboxed import PATIENCE, Json, Sandbox, running_sandbox

LOSSES: dict[str, Json] = {
    "503 at the login": {"match": "GET /users/@me", "kind": "status", "status": 503},
    "400 at the login": {"match": "GET /users/@me", "kind": "status", "status": 400},
    "a page of a proxy at the login": {"match": "GET /users/@me", "kind": "html", "status": 502},
    "a reset at the login": {"match": "GET /users/@me", "kind": "reset"},
    "503 when commands are read": {"match": "GET /applications/*/commands", "kind": "status", "status": 503},
    "503 when commands are registered": {"match": "PUT /applications/*/commands", "kind": "status", "status": 503},
    "400 when commands are registered": {"match": "PUT /applications/*/commands", "kind": "status", "status": 400},
    "a reset when commands are registered": {"match": "PUT /applications/*/commands", "kind": "reset"},
    "a gateway that refuses": {"match": "WS", "kind": "ws-refuse"},
    "a gateway that refuses twice": {"match": "WS", "kind": "ws-refuse", "times": 2},
    "an event that is no event": {"match": "WS", "kind": "ws-malformed"},
    "a dropped connection": {"match": "WS", "kind": "ws-drop"},
    "a session that is not known any more": {"match": "WS", "kind": "op9"},
}


async def until_spent(sandbox: Sandbox) -> None:
    """Returns when all the weather there was has come."""
    async with asyncio.timeout(60):
        while any(fault["times"] for fault in await sandbox.call("GET", "/weather")):
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("loss", LOSSES)
async def test_one_loss_is_only_a_loss(tmp_path: Path, loss: str) -> None:
    async with running_sandbox() as sandbox:
        await sandbox.weather(LOSSES[loss])
        played = Stage(sandbox, tmp_path / "data", {"EMBEDSMITH_LOG_FORMAT": "text"})
        played.data.mkdir()
        try:
            played.bot = await played.spawn()
            # A session that is lost before it is ready loses what it was told; so the loss comes first.
            await until_spent(sandbox)
            await sandbox.until_online(60)
            assert (await sandbox.run("help"))["state"] == "answered"
            assert await played.stop() == 0
        except BaseException as error:
            error.add_note(await played.transcript())
            raise
        finally:
            await played.close()


async def test_a_client_lost_in_the_middle_of_work_comes_back_and_the_work_is_told(tmp_path: Path) -> None:
    async with stage(tmp_path) as played:
        # An unknown close code, then a login that fails: the client is thrown out while a drawing runs.
        await played.sandbox.weather(
            {"match": "WS", "kind": "ws-drop"},
            {"match": "WS", "kind": "ws-refuse", "times": 3},
            {"match": "GET /users/@me", "kind": "status", "status": 503},
        )
        await played.sandbox.until_online(60)
        assert (await played.draw("a red apple", steps=2))["attachments"]


@pytest.mark.parametrize(
    ("request_", "words"), [('{"type":', "Something went wrong"), ('{"version": 99}', "by a newer release of the bot")]
)
async def test_a_damaged_row_costs_its_job_only_and_its_owner_is_told(
    tmp_path: Path, request_: str, words: str
) -> None:
    async with stage(tmp_path) as played:
        await played.agree()
        await played.train("my-owl", steps=5000)
        await played.kill()
        with closing(sqlite3.connect(played.data / "embedsmith.sqlite3")) as database, database:
            changed = database.execute("UPDATE jobs SET request = ? WHERE ended_at IS NULL", (request_,))
            assert changed.rowcount == 1
        await played.start()
        told = await played.sandbox.until_message("general", lambda message: "E-" in text_of(message))
        assert f"<@{played.sandbox.person_id('Ada')}>" in text_of(told)
        assert words in text_of(told)
        assert (await played.draw("a blue cup", person="Max", steps=2))["attachments"]
        assert "E-" in (tmp_path / "bot.log").read_text(encoding="utf-8")


async def test_a_token_that_discord_does_not_accept_is_one_sentence(tmp_path: Path) -> None:
    async with running_sandbox() as sandbox:
        played = Stage(sandbox, tmp_path / "data", {"DISCORD_TOKEN": "wrong"})
        bot = await played.spawn()
        assert await bot.wait() == 78
        log = (tmp_path / "bot.log").read_text(encoding="utf-8")
        assert "Discord does not accept DISCORD_TOKEN" in log
        assert "Traceback" not in log
        await played.close()


async def test_without_a_network_it_keeps_trying(tmp_path: Path) -> None:
    async with running_sandbox() as first:
        port = first.base.rpartition(":")[2]
        arguments = ("--port", port, "--bot-token", first.token, "--key", first.key)
        lost = Sandbox(first.http, first.page, first.api, first.gateway, first.token, first.key, {}, {})
    played = Stage(lost, tmp_path / "data", {"EMBEDSMITH_LOG_FORMAT": "text"})
    played.bot = await played.spawn()
    try:
        async with asyncio.timeout(PATIENCE):
            while "connection to Discord lost" not in (tmp_path / "bot.log").read_text(encoding="utf-8"):
                await asyncio.sleep(0.05)
        async with running_sandbox(*arguments) as sandbox:
            await sandbox.until_online(100)
            assert (await sandbox.run("help"))["state"] == "answered"
            assert await played.stop() == 0
    finally:
        await played.close()


def unusable(folder: Path) -> dict[str, tuple[dict[str, str], str]]:
    """Settings with which no model can be loaded, and what is said of each."""
    empty, other, broken = folder / "empty.safetensors", folder / "model.onnx", folder / "broken"
    empty.write_bytes(b"")
    other.write_bytes(b"x")
    shutil.copytree(embedded_model(), broken)
    (broken / "unet" / "config.json").write_text("{", encoding="utf-8")
    return {
        "nowhere": ({"EMBEDSMITH_MODEL": "/nonexistent/sd15.safetensors"}, "there is no /nonexistent"),
        "empty": ({"EMBEDSMITH_MODEL": str(empty)}, "empty.safetensors"),
        "ending": ({"EMBEDSMITH_MODEL": str(other)}, "neither a folder nor a file that ends in"),
        "broken": ({"EMBEDSMITH_MODEL": str(broken)}, "EMBEDSMITH_MODEL cannot be used"),
        "hub": ({"EMBEDSMITH_MODEL": "owner/name"}, "downloads are not allowed"),
        "device": ({"EMBEDSMITH_DEVICE": "cuda"}, "EMBEDSMITH_DEVICE cannot be used"),
    }


@pytest.mark.parametrize("kind", ["nowhere", "empty", "ending", "broken", "hub", "device"])
async def test_a_model_that_cannot_be_loaded_is_one_sentence(tmp_path: Path, kind: str) -> None:
    settings, sentence = unusable(tmp_path)[kind]
    async with running_sandbox() as sandbox:
        played = Stage(sandbox, tmp_path / "data", {**settings, "CUDA_VISIBLE_DEVICES": ""})
        try:
            bot = await played.spawn()
            assert await bot.wait() == 78
        finally:
            await played.close()
    log = (tmp_path / "bot.log").read_text(encoding="utf-8")
    assert log.count("trainer started") == 1
    assert sentence in log
    assert "Traceback" not in log


async def test_a_stop_while_the_model_loads_waits_for_nothing(tmp_path: Path) -> None:
    async with running_sandbox() as sandbox:
        played = Stage(sandbox, tmp_path / "data", {})
        try:
            await played.start()
            assert "trainer ready" not in (tmp_path / "bot.log").read_text(encoding="utf-8")
            assert await played.stop() == 0
        finally:
            await played.close()
    log = (tmp_path / "bot.log").read_text(encoding="utf-8")
    assert "trainer ended" in log
    assert "did not save" not in log


async def test_the_data_folder_is_nobody_elses_and_swept(tmp_path: Path) -> None:
    left = tmp_path / "data" / "embeddings" / ".word.pt.part"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"half")
    async with running_sandbox() as sandbox:
        played = Stage(sandbox, tmp_path / "data", {})
        try:
            await played.start()
            assert not left.exists()
            await played.create("oak", "tree", 1)
            assert await played.stop() == 0
        finally:
            await played.close()
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700
    open_to_others = [p for p in (tmp_path / "data").rglob("*") if not p.is_symlink() and p.stat().st_mode & 0o007]
    assert set(open_to_others) <= {tmp_path / "data" / "embeddings"}  # the test's own
