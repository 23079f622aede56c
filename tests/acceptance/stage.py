"""The whole program on one machine: the sandbox, the bot as a process of its own, its trainer, its data folder."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import psutil

from tests.sandboxed import PATIENCE, File, Json, Sandbox, running_sandbox

PICTURES = Path(__file__).parents[2] / "sandbox" / "demo_images"


def pictures(subject: str, count: int = 10) -> dict[str, File]:
    """Demo pictures as the attachment options of `/embed train`."""
    files = sorted((PICTURES / subject).iterdir())[:count]
    return {f"picture{n}": (file.name, file.read_bytes()) for n, file in enumerate(files, start=1)}


def components(message: Json) -> list[Json]:
    """Every component of a message, from the outside in."""
    found, waiting = [], list(message.get("components", []))
    while waiting:
        part = waiting.pop(0)
        found.append(part)
        waiting += part.get("components", [])
    return found


def text_of(message: Json) -> str:
    """All that a message says."""
    return "\n".join([message.get("content", ""), *(part.get("content", "") for part in components(message))]).strip()


def buttons_of(message: Json) -> dict[str, str]:
    """The custom_id of each button, by its label."""
    return {part["label"]: part["custom_id"] for part in components(message) if part["type"] == 2}


def values_of(opened: Json) -> dict[str, str]:
    """What stands in the text fields of an opened form."""
    fields = [part["component"] for part in opened["modal"]["components"]]
    return {field["custom_id"]: field.get("value", "") for field in fields if field["type"] == 4}


class Stage:
    """Acts and waits. `bot` is the process that runs now."""

    def __init__(self, sandbox: Sandbox, data: Path, settings: dict[str, str], program: str = "bot") -> None:
        self.sandbox = sandbox
        self.data = data
        self._settings = settings
        self._program = program
        self.bot: asyncio.subprocess.Process | None = None
        self._log = (data.parent / "bot.log").open("ab")

    async def start(self) -> None:
        """Starts the bot, after another one or for the first time."""
        self.bot = await self.spawn()
        await self.sandbox.until_online()

    async def spawn(self) -> asyncio.subprocess.Process:
        environment = {
            **os.environ,
            "DISCORD_TOKEN": self.sandbox.token,
            "EMBEDSMITH_DISCORD_API": self.sandbox.api,
            "EMBEDSMITH_DISCORD_GATEWAY": self.sandbox.gateway,
            "EMBEDSMITH_DATA_FOLDER": str(self.data),
            **self._settings,
        }
        command = (sys.executable, "-m", self._program, "run")
        return await asyncio.create_subprocess_exec(*command, env=environment, stdout=self._log, stderr=self._log)

    async def kill(self) -> None:
        """kill -9 of the bot; returns when it is gone."""
        assert self.bot is not None
        self.bot.kill()
        await self.bot.wait()

    async def stop(self) -> int:
        """SIGTERM; returns the exit code."""
        assert self.bot is not None
        if self.bot.returncode is None:
            self.bot.send_signal(signal.SIGTERM)
        return await self.bot.wait()

    def trainer(self) -> psutil.Process | None:
        """The trainer of the bot that runs now."""
        assert self.bot is not None
        for child in psutil.Process(self.bot.pid).children():
            try:
                if "trainer" in child.cmdline():
                    return child
            except psutil.NoSuchProcess:  # it died while we looked
                continue
        return None

    async def agree(self, person: str = "Ada") -> None:
        """Gives the consent that the first training asks for, and ends that training."""
        answer = await self.sandbox.run("embed train", {"name": f"first-{person}"}, pictures("owl", 1), person=person)
        question = await self.sandbox.message(answer["message_id"], person=person)
        button, _no = buttons_of(question).values()
        await self.sandbox.interaction(await self.sandbox.click(question["id"], button, person=person))
        card = await self.card(f"first-{person}")
        await self.press(card, "Cancel", "Stop", person=person)
        await self.sandbox.until_message("general", self._ended(f"first-{person}"))

    async def create(self, name: str, start: str, vectors: int, person: str = "Ada") -> Json:
        """Makes an untrained word; answers its card."""
        await self.sandbox.run("embed create", {"name": name, "from": start, "vectors": vectors}, person=person)
        return await self.sandbox.until_message("general", lambda message: f"**{name}** is ready" in text_of(message))

    def word_file(self, name: str, person: str = "Ada") -> Path:
        """Of one of a person's own words."""
        return self.data / "words" / self.sandbox.person_id(person) / f"{name}.pt"

    async def train(self, name: str, subject: str = "owl", person: str = "Ada", **options: Any) -> Json:
        """Starts a run; answers its card."""
        given = {"name": name, "start": "emoji", **options}
        await self.sandbox.run("embed train", _named(given), pictures(subject), person=person)
        return await self.card(name)

    async def card(self, name: str, seconds: float = PATIENCE) -> Json:
        """The card of the run of this word."""

        def is_card(message: Json) -> bool:
            return f"**{name}**" in text_of(message) and "<@" not in text_of(message)

        return await self.sandbox.until_message("general", is_card, seconds=seconds)

    async def result(self, name: str, seconds: float = PATIENCE) -> Json:
        """The message that hands over what was learned."""

        def is_result(message: Json) -> bool:
            return f"**{name}**" in text_of(message) and text_of(message).startswith("<@")

        return await self.sandbox.until_message("general", is_result, seconds=seconds)

    async def draw(self, prompt: str, person: str = "Ada", seconds: float = PATIENCE, **options: Any) -> Json:
        """Draws; answers the card with its pictures."""
        known = {message["id"] for message in await self.sandbox.messages()}
        await self.sandbox.run("imagine", {"prompt": prompt, **options}, person=person)

        def is_drawn(message: Json) -> bool:
            return message["id"] not in known and bool(message["attachments"]) and prompt[:100] in text_of(message)

        return await self.sandbox.until_message("general", is_drawn, seconds=seconds)

    async def press(self, message: Json, *labels: str, person: str = "Ada") -> Json:
        """Presses the button of a message that has one of these labels; answers the interaction."""
        newest = await self.sandbox.message(message["id"], message["channel_id"], person=person)
        button = next(custom_id for label, custom_id in buttons_of(newest).items() if label in labels)
        interaction = await self.sandbox.click(newest["id"], button, person=person)
        return await self.sandbox.interaction(interaction)

    def _ended(self, name: str) -> Callable[[Json], bool]:
        return lambda message: (
            f"**{name}** · cancelled" in text_of(message) or f"**{name}** · stopped" in text_of(message)
        )

    async def post(self, channel_id: str, body: Json) -> Json:
        """A message in the bot's name that only a test makes up; the bot posts beside, so the pace is as told."""
        address = f"{self.sandbox.api}/channels/{channel_id}/messages"
        while True:
            headers = {"Authorization": f"Bot {self.sandbox.token}"}
            async with self.sandbox.http.post(address, json=body, headers=headers) as response:
                told = await response.json()
            if response.status != 429:
                response.raise_for_status()
                return told
            await asyncio.sleep(told["retry_after"])

    async def transcript(self) -> str:
        """What Ada sees, and the end of the bot's log: for whoever reads why a test failed."""
        shown = [f"[{text_of(message)}]" for message in await self.sandbox.messages()]
        log = (self.data.parent / "bot.log").read_text(encoding="utf-8").splitlines()
        return "\n".join(["--- the channel", *shown, "--- the log", *log[-30:]])

    async def close(self) -> None:
        if self.bot is not None and self.bot.returncode is None:
            await self.kill()
        self._log.close()


def _named(options: Json) -> Json:
    """Option names as people see them."""
    return {"from" if key == "start" else key: value for key, value in options.items()}


@asynccontextmanager
async def stage(folder: Path, *sandbox_arguments: str, program: str = "bot", **settings: str) -> AsyncIterator[Stage]:
    """Everything started and, at the end, the promise kept that Discord would have refused nothing."""
    quick = {"EMBEDSMITH_CARD_SECONDS": "1", "EMBEDSMITH_LOG_FORMAT": "text"}
    async with running_sandbox(*sandbox_arguments) as sandbox:
        played = Stage(sandbox, folder / "data", {**quick, **settings}, program)
        played.data.mkdir()
        try:
            await played.start()
            yield played
            assert await sandbox.violations() == []
        except BaseException as error:
            error.add_note(await played.transcript())
            raise
        finally:
            await played.close()
