"""The whole program in the sandbox: how fast it answers, how much memory the bot takes, how soon it is there."""

import asyncio
import io
import json
import statistics
import tempfile
import time
from collections.abc import Coroutine
from pathlib import Path

from PIL import Image

from tests.acceptance.stage import Stage, buttons_of, pictures, stage
from tests.sandboxed import File, Json, Sandbox, running_sandbox

_COMMANDS: tuple[tuple[str, Json], ...] = (
    ("imagine", {"prompt": "a red heart", "steps": 1, "width": 64, "height": 64}),
    ("embed list", {}),
    ("queue", {}),
    ("help", {}),
    ("embed train", {}),
)
"""The last one opens a form."""
_PEOPLE, _ROUNDS, _LOOK_SECONDS = 200, 3, 1.0
_STARTS = 5
_LARGE = (6000, 5000)
_KIB_PER_MIB = 1024


def first_answer_p99() -> float:
    """Seconds to the first answer, 99th percentile, of 200 people at once while a run trains."""
    return asyncio.run(_first_answer_p99())


def bot_memory() -> float:
    """Peak resident megabytes of the bot process over uploads, one of them large, a run and drawings."""
    return asyncio.run(_bot_memory())


def bot_start() -> float:
    """Seconds from the start of the process to the gateway's READY, with an empty data folder."""
    return asyncio.run(_bot_start())


async def _first_answer_p99() -> float:
    with tempfile.TemporaryDirectory() as folder:
        async with stage(Path(folder), "--people", str(_PEOPLE)) as played:
            await played.agree()
            drawn = await played.draw("a red heart", steps=1)
            await played.train("my-owl", steps=20_000)
            seconds: list[float] = []
            for _ in range(_ROUNDS):
                seconds += await asyncio.gather(*_everybody(played.sandbox, drawn))
    return statistics.quantiles(seconds, n=100, method="inclusive")[98]


def _everybody(sandbox: Sandbox, drawn: Json) -> list[Coroutine[None, None, float]]:
    """Each person does one thing: a command, a form, a suggestion, a button."""
    asks: list[Coroutine[None, None, float]] = []
    for number, person in enumerate(sandbox.people):
        kind = number % (len(_COMMANDS) + 2)
        if kind == len(_COMMANDS):
            asks.append(_suggestion(sandbox, person))
        elif kind > len(_COMMANDS):
            asks.append(
                _first_answer(sandbox, sandbox.click(drawn["id"], buttons_of(drawn)["Settings"], person=person))
            )
        else:
            command, options = _COMMANDS[kind]
            asks.append(_first_answer(sandbox, sandbox.command(command, options, person=person)))
    return asks


async def _first_answer(sandbox: Sandbox, act: Coroutine[None, None, str]) -> float:
    """What follows, such as a card in its turn, is not waited for."""
    interaction = await act
    while (answer := await sandbox.interaction(interaction, wait=0))["seconds"] is None:
        if answer["state"] == "failed":
            raise RuntimeError(f"not answered: {answer}")
        await asyncio.sleep(_LOOK_SECONDS)
    return float(answer["seconds"])


async def _suggestion(sandbox: Sandbox, person: str) -> float:
    place = {"as": sandbox.person_id(person), "channel_id": sandbox.channel_id("general")}
    typed = {"command": "embed show", "options": {"name": "fir"}, "focused": "name"}
    return float((await sandbox.call("POST", "/autocomplete", json=place | typed))["seconds"])


async def _bot_memory() -> float:
    with tempfile.TemporaryDirectory() as folder:
        async with stage(Path(folder)) as played:
            await _use(played)
            assert played.bot is not None
            return _peak_mib(played.bot.pid)


async def _use(played: Stage) -> None:
    """A first training with its question of consent, ten pictures, a run, drawings and every list."""
    await played.agree()
    uploads = pictures("owl", 9) | {"picture10": _large_picture()}
    await played.sandbox.run("embed train", {"name": "my-owl", "steps": 30}, uploads, wait=60)
    await played.result("my-owl")
    for count in (1, 4):
        drawn = await played.draw("a photo of my-owl", count=count)
        await played.press(drawn, next(iter(buttons_of(drawn))))
    for command, options in _COMMANDS:
        await played.sandbox.run(command, options)
    await played.sandbox.run("embed file", {"name": "my-owl"})


def _large_picture() -> File:
    """A JPEG of 30 megapixels and about 8 MB."""
    data = io.BytesIO()
    Image.effect_noise(_LARGE, 24).convert("RGB").save(data, "JPEG", quality=60)
    return "large.jpg", data.getvalue()


def _peak_mib(process: int) -> float:
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    peak = next(row for row in status.splitlines() if row.startswith("VmHWM:"))
    return int(peak.split()[1]) / _KIB_PER_MIB


async def _bot_start() -> float:
    with tempfile.TemporaryDirectory() as folder:
        data = [_made(Path(folder) / str(number) / "data") for number in range(_STARTS)]
        async with running_sandbox() as sandbox:
            return statistics.median([await _one_start(sandbox, each) for each in data])


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder


async def _one_start(sandbox: Sandbox, data: Path) -> float:
    played = Stage(sandbox, data, {})
    online = asyncio.create_task(_online_at(sandbox))
    try:
        await sandbox.world()  # the listener's request came before this one's answer
        began = time.perf_counter()
        await played.start()
        return await online - began
    finally:
        await played.close()


async def _online_at(sandbox: Sandbox) -> float:
    """When the sandbox said READY to the bot."""
    headers, address = {"Authorization": f"Key {sandbox.key}"}, f"{sandbox.base}/sandbox/events"
    async with sandbox.http.get(address, params={"as": sandbox.person_id("Ada")}, headers=headers) as events:
        async for row in events.content:
            if row.startswith(b"data:") and json.loads(row[5:]) == {"type": "bot", "online": True}:
                return time.perf_counter()
    raise RuntimeError("the sandbox ended before the bot was there")
