"""The page's own interface: its key, its events, its safety; and the process that serves it."""

import asyncio
import io
from typing import Any

import discord
import pytest
from yarl import URL

from sandbox.app import PEOPLE
from sandbox.server import Server
from sandbox.world.state import BOT_ID, GUILD_ID
from tests.sandbox.gardener import Gardener
from tests.sandboxed import PATIENCE, Refused, Sandbox, running_sandbox


async def status(sandbox: Sandbox, method: str, path: str, **options: Any) -> int:
    async with sandbox.http.request(method, sandbox.base + path, **options) as response:
        return response.status


@pytest.mark.parametrize(("method", "path"), [(method, path) for method, path, _ in PEOPLE])
async def test_every_call_needs_the_key(sandbox: Sandbox, method: str, path: str) -> None:
    path = path.replace("{", "").replace("}", "")
    assert await status(sandbox, method, path) == 403
    assert await status(sandbox, method, path, params={"key": "wrong"}) == 403
    assert await status(sandbox, method, path, headers={"Authorization": f"Bot {sandbox.token}"}) == 403


async def test_page_needs_the_key_and_runs_only_its_own_scripts(sandbox: Sandbox) -> None:
    assert await status(sandbox, "GET", "/") == 403
    async with sandbox.http.get(sandbox.page) as response:
        assert response.status == 200
        assert "script-src 'self'" in response.headers["Content-Security-Policy"]
        assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", ["/page/../app.py", "/page/%2e%2e/app.py", "/page/..%2fapp.py", "/page//etc/passwd"])
async def test_files_outside_the_page_stay_there(sandbox: Sandbox, path: str) -> None:
    async with sandbox.http.get(URL(sandbox.base + path, encoded=True)) as response:
        assert response.status == 404


async def test_other_names_for_this_machine_are_turned_away(sandbox: Sandbox) -> None:
    for path in ("/sandbox/world", "/api/v10/users/@me"):
        assert await status(sandbox, "GET", path, params={"key": sandbox.key}, headers={"Host": "evil.example"}) == 421


async def test_strangers_pages_do_not_run(sandbox: Sandbox, bot: Gardener) -> None:
    page = discord.File(io.BytesIO(b"<script>alert(1)</script>"), "evil.html")
    message = await bot.channel(sandbox.channel_id("general")).send(file=page)
    async with sandbox.http.get(message.attachments[0].url) as response:
        assert "sandbox" in response.headers["Content-Security-Policy"]
        assert response.headers["Content-Disposition"].startswith("attachment")


async def first_event(sandbox: Sandbox, person: str, kind: str, listening: asyncio.Semaphore) -> dict[str, Any]:
    async with asyncio.timeout(PATIENCE):
        async for event in sandbox.events(person):
            if event["type"] == "bot":  # how every stream begins
                listening.release()
            if event["type"] == kind:
                return event
    raise AssertionError(kind)


async def test_events_tell_each_person_what_they_may_see(sandbox: Sandbox, bot: Gardener) -> None:
    listening = asyncio.Semaphore(0)
    ada = asyncio.create_task(first_event(sandbox, "Ada", "message_create", listening))
    max_ = asyncio.create_task(first_event(sandbox, "Max", "message_create", listening))
    answer = asyncio.create_task(first_event(sandbox, "Ada", "interaction", listening))
    for _ in range(3):
        await listening.acquire()
    private = await sandbox.run("whisper", person="Ada")
    public = await sandbox.run("hello", person="Ada")
    assert (await ada)["message"]["id"] == private["message_id"]
    assert (await max_)["message"]["id"] == public["message_id"]
    assert (await answer)["interaction"]["kind"] == "command"


async def test_samples_are_served(sandbox: Sandbox) -> None:
    samples = {sample["folder"]: sample["files"] for sample in (await sandbox.world())["samples"]}
    assert "noto-white.png" in samples["owl"]
    path = "/sandbox/samples/owl/noto-white.png"
    async with sandbox.http.get(sandbox.base + path, params={"key": sandbox.key}) as response:
        assert response.content_type == "image/png"


async def test_people_and_channels_that_do_not_exist(sandbox: Sandbox) -> None:
    with pytest.raises(Refused, match="There is no person"):
        await sandbox.messages(person="Eve")
    with pytest.raises(Refused, match="There is no channel"):
        await sandbox.write("x", "cellar")
    with pytest.raises(Refused, match="2000"):
        await sandbox.write("x" * 2001)
    with pytest.raises(Refused, match="is not one of"):
        await sandbox.set_locale("Ada", "xx")


async def test_our_own_mistakes_are_violations_too(server: Server, sandbox: Sandbox) -> None:
    server.world.home.name = 7
    headers = {"Authorization": f"Bot {sandbox.token}"}
    assert await status(sandbox, "GET", f"/api/v10/guilds/{GUILD_ID}", headers=headers) == 200
    server.world.people.clear()
    assert await status(sandbox, "GET", "/api/v10/users/@me", headers=headers) == 500
    whats = sorted((violation["what"] for violation in await sandbox.violations()), reverse=True)
    assert whats == ["ours: reply name: 7 is not of type 'string'", f"ours: KeyError('{BOT_ID}')"]


async def test_process_with_given_token_key_and_faults(tmp_path: Any) -> None:
    faults = tmp_path / "faults.json"
    faults.write_text('[{"match": "GET /users/@me", "kind": "status", "status": 503}]')
    arguments = ("--bot-token", "T", "--key", "K", "--faults", str(faults))
    async with running_sandbox(*arguments) as sandbox:
        assert (sandbox.token, sandbox.key) == ("T", "K")
        assert sandbox.page == f"{sandbox.base}/?key=K"
        headers = {"Authorization": "Bot T"}
        assert await status(sandbox, "GET", "/api/v10/users/@me", headers=headers) == 503
        assert await status(sandbox, "GET", "/api/v10/users/@me", headers=headers) == 200
