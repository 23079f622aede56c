"""What a bot may send to the gateway, and what it hears."""

import asyncio
from typing import Any

import aiohttp
import pytest

from tests.sandboxed import PATIENCE, Sandbox

PROPERTIES = {"os": "x", "browser": "x", "device": "x"}


async def connect(sandbox: Sandbox) -> aiohttp.ClientWebSocketResponse:
    ws = await sandbox.http.ws_connect(f"{sandbox.gateway}?v=10&encoding=json")
    assert (await ws.receive_json())["d"] == {"heartbeat_interval": 41250}
    return ws


async def identify(sandbox: Sandbox, intents: int = 1) -> tuple[aiohttp.ClientWebSocketResponse, dict[str, Any]]:
    ws = await connect(sandbox)
    await ws.send_json({"op": 2, "d": {"token": sandbox.token, "intents": intents, "properties": PROPERTIES}})
    return ws, (await ws.receive_json())["d"]


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({"op": 2, "d": {"token": "wrong", "intents": 1, "properties": PROPERTIES}}, 4004),
        ({"op": 2, "d": {"token": "TOKEN", "intents": 1 << 15, "properties": PROPERTIES}}, 4014),
        ({"op": 2, "d": {"token": "TOKEN", "intents": -1, "properties": PROPERTIES}}, 4013),
        ({"op": 3, "d": {}}, 4003),
        ({"op": 1, "d": "x" * 4096}, 4002),
        ([1], 4002),
    ],
)
async def test_gateway_closes_on_what_it_does_not_allow(sandbox: Sandbox, payload: Any, code: int) -> None:
    ws = await connect(sandbox)
    if isinstance(payload, dict) and isinstance(payload["d"], dict) and payload["d"].get("token") == "TOKEN":
        payload = payload | {"d": payload["d"] | {"token": sandbox.token}}
    await ws.send_json(payload)
    await ws.receive(timeout=PATIENCE)
    assert ws.close_code == code
    (violation,) = await sandbox.violations()
    assert violation["what"].startswith(f"{code} ")


async def test_other_versions_of_the_gateway(sandbox: Sandbox) -> None:
    async with sandbox.http.ws_connect(f"{sandbox.gateway}?v=9&encoding=json") as ws:
        await ws.receive(timeout=PATIENCE)
        assert ws.close_code == 4012


async def test_only_intents_asked_for_and_no_content_of_others(sandbox: Sandbox) -> None:
    quiet, _ = await identify(sandbox, intents=1)
    curious, _ = await identify(sandbox, intents=1 | 1 << 9)
    for ws in (quiet, curious):
        assert (await ws.receive_json())["t"] == "GUILD_CREATE"
    written = await sandbox.write("a secret")
    event = await curious.receive_json(timeout=PATIENCE)
    assert (event["t"], event["d"]["id"], event["d"]["content"]) == ("MESSAGE_CREATE", written["id"], "")
    with pytest.raises(TimeoutError):
        await quiet.receive(timeout=0.2)


async def test_resume_replays_in_order(sandbox: Sandbox) -> None:
    ws, ready = await identify(sandbox, intents=1 | 1 << 9)
    assert (await ws.receive_json())["s"] == 2
    await ws.close(code=4000)
    for n in range(3):
        await sandbox.write(str(n))
    again = await connect(sandbox)
    await again.send_json({"op": 6, "d": {"token": sandbox.token, "session_id": ready["session_id"], "seq": 2}})
    events = [await again.receive_json(timeout=PATIENCE) for _ in range(4)]
    assert [event["t"] for event in events] == ["MESSAGE_CREATE"] * 3 + ["RESUMED"]
    assert [event["s"] for event in events] == [3, 4, 5, 6]


async def test_session_that_is_unknown_or_over(sandbox: Sandbox) -> None:
    ws, ready = await identify(sandbox)
    await ws.close(code=1000)
    await asyncio.sleep(0)
    again = await connect(sandbox)
    await again.send_json({"op": 6, "d": {"token": sandbox.token, "session_id": ready["session_id"], "seq": 2}})
    assert await again.receive_json(timeout=PATIENCE) == {"op": 9, "d": False, "s": None, "t": None}
    assert not (await sandbox.world())["bot"]["online"]


async def test_too_many_payloads(sandbox: Sandbox) -> None:
    ws = await connect(sandbox)
    for _ in range(121):
        await ws.send_json({"op": 1, "d": None})
    while not ws.closed:
        await ws.receive(timeout=PATIENCE)
    assert ws.close_code == 4008


async def test_invalidated_session_is_gone(sandbox: Sandbox) -> None:
    ws, ready = await identify(sandbox)
    assert (await ws.receive_json())["t"] == "GUILD_CREATE"
    await sandbox.weather({"match": "WS", "kind": "op9"})
    assert (await ws.receive_json(timeout=PATIENCE))["op"] == 9
    again = await connect(sandbox)
    await again.send_json({"op": 6, "d": {"token": sandbox.token, "session_id": ready["session_id"], "seq": 2}})
    assert (await again.receive_json(timeout=PATIENCE))["op"] == 9
    await again.send_json({"op": 2, "d": {"token": sandbox.token, "intents": 1, "properties": PROPERTIES}})
    assert (await again.receive_json(timeout=PATIENCE))["t"] == "READY"
