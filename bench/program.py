"""The whole program in the sandbox: how fast it answers, how much memory the bot takes, how soon it is there."""

import asyncio
import io
import json
import statistics
import tempfile
import time
from pathlib import Path

from PIL import Image

from tests.acceptance.stage import Stage, buttons_of, pictures, stage
from tests.sandboxed import File, Json, Sandbox, running_sandbox

_COMMANDS: tuple[tuple[str, Json], ...] = (
    ("imagine", {"prompt": "a red heart"}),
    ("embed list", {}),
    ("queue", {}),
    ("help", {}),
)
_PEOPLE = ("Ada", "Lin", "Max")
_AT_ONCE, _ROUNDS, _PAUSE_SECONDS = 50, 4, 3.0
_STARTS = 5
_LARGE = (6000, 5000)
_KIB_PER_MIB = 1024


def first_answer_p99() -> float:
    """Seconds to the first answer, 99th percentile, of 50 commands at once while a run trains."""
    return asyncio.run(_first_answer_p99())


def bot_memory() -> float:
    """Peak resident megabytes of the bot process over uploads, one of them large, a run and drawings."""
    return asyncio.run(_bot_memory())


def bot_start() -> float:
    """Seconds from the start of the process to the gateway's READY, with an empty data folder."""
    return asyncio.run(_bot_start())


async def _first_answer_p99() -> float:
    with tempfile.TemporaryDirectory() as folder:
        async with stage(Path(folder), EMBEDSMITH_DRAWINGS_PER_PERSON="1000") as played:
            await played.agree()
            await played.train("my-owl", steps=20_000)
            seconds: list[float] = []
            for _ in range(_ROUNDS):
                seconds += await asyncio.gather(*(_first_answer(played.sandbox, n) for n in range(_AT_ONCE)))
                await asyncio.sleep(_PAUSE_SECONDS)
    return statistics.quantiles(seconds, n=100, method="inclusive")[98]


async def _first_answer(sandbox: Sandbox, number: int) -> float:
    command, options = _COMMANDS[number % len(_COMMANDS)]
    answer = await sandbox.run(command, options, person=_PEOPLE[number % len(_PEOPLE)], wait=30)
    if answer["state"] != "answered":
        raise RuntimeError(f"/{command} was not answered: {answer}")
    return answer["seconds"]


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
