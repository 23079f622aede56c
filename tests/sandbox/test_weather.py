"""Faults on purpose, and the pace that Discord asks for."""

import asyncio
import json

import aiohttp
import discord
import pytest

from tests.sandbox.conftest import Rest
from tests.sandbox.gardener import Gardener
from tests.sandboxed import PATIENCE, Refused, Sandbox

SEND = "POST /channels/*/messages"


async def test_429_is_waited_out(sandbox: Sandbox, bot: Gardener) -> None:
    await sandbox.weather({"match": SEND, "kind": "429", "seconds": 0.05, "times": 2})
    await bot.channel(sandbox.channel_id("general")).send("patient")
    assert [message["content"] for message in await sandbox.messages()] == ["patient"]
    sent = [entry["status"] for entry in await sandbox.traffic() if entry["path"].endswith("/messages")]
    assert sent == [429, 429, 200]
    assert await sandbox.violations() == []


async def test_503_reaches_the_bot_after_as_many_as_were_let_pass(sandbox: Sandbox, bot: Gardener) -> None:
    channel = bot.channel(sandbox.channel_id("general"))
    await sandbox.weather({"match": SEND, "kind": "status", "status": 503, "after": 1})
    await channel.send("first")
    with pytest.raises(discord.DiscordServerError):
        await channel.send("second")
    await channel.send("third")
    assert [message["content"] for message in await sandbox.messages()] == ["first", "third"]
    assert await sandbox.violations() == []


async def test_reset_after_the_work_and_a_nonce_that_saves_it(sandbox: Sandbox, bot: Gardener) -> None:
    channel = bot.channel(sandbox.channel_id("general"))
    await sandbox.weather({"match": SEND, "kind": "reset"})
    with pytest.raises(aiohttp.ClientError):
        await channel.send("once", nonce="17-done")
    await channel.send("once", nonce="17-done")
    assert len(await sandbox.messages()) == 1


async def test_html_and_slow(sandbox: Sandbox, rest: Rest) -> None:
    await sandbox.weather(
        {"match": "GET /users/@me", "kind": "html", "status": 502},
        {"match": "GET /gateway", "kind": "slow", "seconds": 0.2},
    )
    async with sandbox.http.get(f"{sandbox.api}/users/@me") as response:
        assert (response.status, response.content_type) == (502, "text/html")
    before = asyncio.get_running_loop().time()
    assert (await rest("GET", "/gateway"))[0] == 200
    assert asyncio.get_running_loop().time() - before >= 0.2


@pytest.mark.parametrize("kind", ["ws-drop", "op7"])
async def test_lost_connection_is_resumed_with_what_was_missed(sandbox: Sandbox, bot: Gardener, kind: str) -> None:
    await sandbox.weather({"match": "WS", "kind": kind, "after": 1})
    answers = [await sandbox.run("hello") for _ in range(3)]
    assert [answer["state"] for answer in answers] == ["answered"] * 3
    await asyncio.wait_for(bot.resumed.wait(), PATIENCE)
    assert len(await sandbox.messages()) == 3
    assert await sandbox.violations() == []


async def test_drop_strikes_at_once(sandbox: Sandbox, bot: Gardener) -> None:
    await sandbox.weather({"match": "WS", "kind": "ws-drop"})
    await asyncio.wait_for(bot.resumed.wait(), PATIENCE)
    assert (await sandbox.world())["bot"]["online"]
    assert (await sandbox.run("hello"))["state"] == "answered"


async def test_a_connection_is_closed_with_the_code_that_was_asked_for(sandbox: Sandbox) -> None:
    async with sandbox.http.ws_connect(f"{sandbox.gateway}?v=10&encoding=json") as ws:
        properties = {"os": "linux", "browser": "test", "device": "test"}
        await ws.send_json({"op": 2, "d": {"token": sandbox.token, "intents": 1, "properties": properties}})
        while (await ws.receive_json()).get("t") != "READY":
            pass
        await sandbox.weather({"match": "WS", "kind": "ws-close", "code": 4012})
        async for _ in ws:
            pass
        assert ws.close_code == 4012


async def test_heartbeat_without_an_answer(sandbox: Sandbox) -> None:
    await sandbox.weather({"match": "WS", "kind": "no-ack"})
    async with sandbox.http.ws_connect(f"{sandbox.gateway}?v=10&encoding=json") as ws:
        assert (await ws.receive_json())["op"] == 10
        await ws.send_json({"op": 1, "d": None})
        await ws.send_json({"op": 1, "d": None})
        assert (await ws.receive_json())["op"] == 11
        with pytest.raises(TimeoutError):
            await ws.receive(timeout=0.2)


async def test_pace_of_messages(sandbox: Sandbox, rest: Rest) -> None:
    path = f"/channels/{sandbox.channel_id('general')}/messages"
    statuses = [(await rest("POST", path, {"content": str(n)}))[0] for n in range(6)]
    assert statuses == [200] * 5 + [429]
    headers = {"Authorization": f"Bot {sandbox.token}"}
    async with sandbox.http.post(sandbox.api + path, json={"content": "x"}, headers=headers) as response:
        assert response.headers["Via"]
        assert response.headers["X-RateLimit-Remaining"] == "0"
        assert 0 < (await response.json())["retry_after"] <= 5
    other = f"/channels/{sandbox.channel_id('gallery')}/messages"
    assert (await rest("POST", other, {"content": "x"}))[0] == 200
    await sandbox.advance(6)
    assert (await rest("POST", path, {"content": "x"}))[0] == 200
    assert await sandbox.violations() == []


async def test_discord_py_keeps_the_pace_by_itself(sandbox: Sandbox, bot: Gardener) -> None:
    channel = bot.channel(sandbox.channel_id("general"))
    await asyncio.gather(*(channel.send(str(n)) for n in range(6)))
    assert {entry["status"] for entry in await sandbox.traffic()} == {200}


@pytest.mark.parametrize(
    "fault",
    [
        {"match": SEND},
        {"match": SEND, "kind": "rain"},
        {"match": SEND, "kind": "op7"},
        {"match": "WS", "kind": "429"},
        {"match": SEND, "kind": "429", "times": "2"},
        {"match": SEND, "kind": "429", "often": 2},
    ],
)
async def test_fault_that_makes_no_sense(sandbox: Sandbox, fault: dict[str, object]) -> None:
    with pytest.raises(Refused) as refused:
        await sandbox.call("PUT", "/weather", data=json.dumps([fault]))
    assert refused.value.status == 400


async def test_an_answer_that_was_cut_off_may_be_given_again(sandbox: Sandbox, bot: Gardener) -> None:
    await sandbox.command("hand")
    interaction = await asyncio.wait_for(bot.told.get(), PATIENCE)
    assert isinstance(interaction, discord.Interaction)
    await sandbox.weather({"match": "POST /interactions/*/*/callback", "kind": "reset"})
    with pytest.raises(aiohttp.ClientError):
        await interaction.response.defer()
    with pytest.raises(discord.HTTPException) as again:
        await interaction.response.defer()
    assert again.value.code == 40060
    assert await sandbox.violations() == []
