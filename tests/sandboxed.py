"""Starts `python -m sandbox` as a child process and acts in it as a person, over the interface of docs/sandbox.md."""

import asyncio
import io
import json
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import aiohttp

Json = dict[str, Any]
# A file as (name, bytes).
File = tuple[str, bytes]

PATIENCE = 300.0
"""Seconds to wait for a fact. Only a hang takes so long: how fast things are is for bench/."""
LONGEST_EVENT = 1 << 24
"""Bytes; the list of commands comes in one."""
ANSWER_SECONDS = 60.0
"""What the bot may take for a first answer; see docs/sandbox.md for why it is not Discord's 3."""


class Refused(Exception):
    """The sandbox answered 4xx: the person could not do that."""

    def __init__(self, status: int, error: str) -> None:
        super().__init__(f"{status}: {error}")
        self.status = status
        self.error = error


@dataclass
class Sandbox:
    """One running sandbox; `person` arguments are names such as "Ada", `channel` names such as "general", or ids."""

    http: aiohttp.ClientSession
    page: str
    api: str
    gateway: str
    token: str
    key: str
    people: dict[str, str]
    channels: dict[str, str]

    @property
    def base(self) -> str:
        parts = urlsplit(self.page)
        return f"{parts.scheme}://{parts.netloc}"

    async def call(self, method: str, path: str, **options: Any) -> Any:
        """One request of the /sandbox interface; raises Refused."""
        headers = {"Authorization": f"Key {self.key}"}
        async with self.http.request(method, f"{self.base}/sandbox{path}", headers=headers, **options) as response:
            body = await response.json()
            if response.status >= 400:
                raise Refused(response.status, body["error"])
            return body

    async def world(self, person: str | None = None) -> Json:
        return await self.call("GET", "/world", params={"as": self.person_id(person)} if person else {})

    async def command(
        self,
        command: str,
        options: Json | None = None,
        files: Mapping[str, File] | None = None,
        *,
        person: str = "Ada",
        channel: str = "general",
        target: str | None = None,
    ) -> str:
        """Runs a slash or context menu command; answers the interaction's id."""
        payload = {
            "as": self.person_id(person),
            "channel_id": self.channel_id(channel),
            "command": command,
            "options": options or {},
            "target": target,
        }
        form = _form(payload, [(name, file) for name, file in (files or {}).items()])
        return (await self.call("POST", "/commands", data=form))["interaction_id"]

    async def run(self, command: str, *args: Any, wait: float = PATIENCE, **options: Any) -> Json:
        """A command and its answer, as `interaction` gives it."""
        return await self.interaction(await self.command(command, *args, **options), wait)

    async def autocomplete(
        self, command: str, options: Json, focused: str, *, person: str = "Ada", channel: str = "general"
    ) -> list[Json]:
        place = {"as": self.person_id(person), "channel_id": self.channel_id(channel)}
        payload = place | {"command": command, "options": options, "focused": focused}
        return (await self.call("POST", "/autocomplete", json=payload))["choices"]

    async def click(
        self, message_id: str, custom_id: str, values: Sequence[str] | None = None, *, person: str = "Ada"
    ) -> str:
        """Presses a button or chooses in a select; answers the interaction's id."""
        payload = {"as": self.person_id(person), "message_id": message_id, "custom_id": custom_id}
        chosen = {"values": list(values)} if values is not None else {}
        return (await self.call("POST", "/clicks", json=payload | chosen))["interaction_id"]

    async def submit(
        self,
        interaction_id: str,
        values: Json | None = None,
        files: Sequence[tuple[str, File]] = (),
        *,
        person: str = "Ada",
    ) -> str:
        """Sends the modal by which an interaction was answered; `files` are (custom_id, file)."""
        payload = {"as": self.person_id(person), "interaction_id": interaction_id, "values": values or {}}
        return (await self.call("POST", "/modals", data=_form(payload, files)))["interaction_id"]

    async def interaction(self, interaction_id: str, wait: float = PATIENCE) -> Json:
        """Waits until the bot has answered (state answered or failed), at most so many seconds."""
        until = asyncio.get_running_loop().time() + wait
        while True:
            left = max(0.0, until - asyncio.get_running_loop().time())
            found = await self.call("GET", f"/interactions/{interaction_id}", params={"wait": str(left)})
            if found["state"] in ("answered", "failed") or not left:
                return found

    async def messages(self, channel: str = "general", *, person: str = "Ada") -> list[Json]:
        path = f"/channels/{self.channel_id(channel)}/messages"
        return await self.call("GET", path, params={"as": self.person_id(person)})

    async def message(self, message_id: str, channel: str = "general", *, person: str = "Ada") -> Json:
        """One message as a person sees it; raises LookupError."""
        for message in await self.messages(channel, person=person):
            if message["id"] == message_id:
                return message
        raise LookupError(f"{person} sees no message {message_id} in {channel}")

    async def write(self, content: str, channel: str = "general", *, person: str = "Ada") -> Json:
        payload = {"as": self.person_id(person), "content": content}
        return await self.call("POST", f"/channels/{self.channel_id(channel)}/messages", json=payload)

    async def delete(self, message_id: str, *, person: str = "Ada") -> None:
        await self.call("DELETE", f"/messages/{message_id}", params={"as": self.person_id(person)})

    async def set_locale(self, person: str, locale: str) -> None:
        await self.call("PATCH", f"/people/{self.person_id(person)}", json={"locale": locale})

    async def edit_channel(self, channel: str, **changes: Any) -> Json:
        """`archived=True` for a thread, `denied=["CREATE_PUBLIC_THREADS"]` and `nsfw=True` for a text channel."""
        return await self.call("PATCH", f"/channels/{self.channel_id(channel)}", json=changes)

    async def open_direct(self, person: str) -> str:
        """The id of the direct channel between a person and the bot."""
        return (await self.call("POST", "/direct", json={"as": self.person_id(person)}))["id"]

    async def open_guild(self, name: str, channel: str, owner: str, *members: str) -> str:
        """A second server for the bot, with one channel; answers its id."""
        payload = {"name": name, "channel": channel, "as": self.person_id(owner)}
        payload["members"] = [self.person_id(member) for member in members]
        opened = await self.call("POST", "/guilds", json=payload)
        self.channels[channel] = opened["channel"]["id"]
        return opened["id"]

    async def violations(self) -> list[Json]:
        return await self.call("GET", "/violations")

    async def traffic(self) -> list[Json]:
        return await self.call("GET", "/traffic")

    async def weather(self, *faults: Json) -> None:
        """Replaces the weather; no fault means fine weather."""
        await self.call("PUT", "/weather", json=list(faults))

    async def advance(self, seconds: float) -> None:
        await self.call("POST", "/clock", json={"advance": seconds})

    async def fetch(self, url: str) -> bytes:
        """An attachment's bytes; raises aiohttp.ClientResponseError."""
        async with self.http.get(url, raise_for_status=True) as response:
            return await response.read()

    async def until_online(self, seconds: float = PATIENCE) -> None:
        """Returns when the bot is connected and has registered commands."""
        async with asyncio.timeout(seconds):
            while True:
                world = await self.world()
                if world["bot"]["online"] and world["commands"]:
                    return
                await asyncio.sleep(0.05)

    async def until_message(self, channel: str, wanted: Any, *, person: str = "Ada", seconds: float = PATIENCE) -> Json:
        """The first message, oldest first, for which `wanted(message)` is or becomes true."""
        async with asyncio.timeout(seconds):
            async for event in self.events(person):
                # The stream begins with the bot: from here on nothing is missed.
                here = [event["message"]] if event["type"] in ("message_create", "message_update") else []
                here = [message for message in here if message["channel_id"] == self.channel_id(channel)]
                for message in await self.messages(channel, person=person) if event["type"] == "bot" else here:
                    if wanted(message):
                        return message
        raise AssertionError("the sandbox ended")

    async def events(self, person: str = "Ada") -> AsyncIterator[Json]:
        """What the page is told, beginning with how the bot and the commands stand now."""
        address = f"{self.base}/sandbox/events"
        params = {"as": self.person_id(person), "key": self.key}
        endless = aiohttp.ClientTimeout(total=None)
        async with self.http.get(address, params=params, timeout=endless, read_bufsize=LONGEST_EVENT) as stream:
            async for line in stream.content:
                if line.startswith(b"data: "):
                    yield json.loads(line[6:])

    def person_id(self, name: str) -> str:
        return self.people.get(name, name)

    def channel_id(self, name: str) -> str:
        return self.channels.get(name, name)


def _form(payload: Json, files: Sequence[tuple[str, File]]) -> aiohttp.FormData:
    form = aiohttp.FormData(quote_fields=False)  # names of files go as they are, as a browser sends them
    form.add_field("payload_json", json.dumps(payload), content_type="application/json")
    for name, (filename, data) in files:
        form.add_field(name, io.BytesIO(data), filename=filename, content_type="application/octet-stream")
    return form


@asynccontextmanager
async def acting_in(addresses: Json) -> AsyncIterator[Sandbox]:
    """A client for a sandbox that runs; `addresses` is the line it printed."""
    everybody = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=everybody, timeout=aiohttp.ClientTimeout(PATIENCE)) as http:
        sandbox = Sandbox(http, **addresses, people={}, channels={})
        world = await sandbox.world()
        sandbox.people = {person["name"]: person["id"] for person in world["people"]}
        sandbox.channels = {channel["name"]: channel["id"] for channel in world["channels"]}
        yield sandbox


@asynccontextmanager
async def running_sandbox(*arguments: str) -> AsyncIterator[Sandbox]:
    """`python -m sandbox` on a free port, ended when the block ends."""
    patient = ("--answer-seconds", str(ANSWER_SECONDS))
    command = (sys.executable, "-m", "sandbox", *patient, *arguments)
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    try:
        assert process.stdout
        line = await asyncio.wait_for(process.stdout.readline(), PATIENCE)
        async with acting_in(json.loads(line)) as sandbox:
            yield sandbox
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
