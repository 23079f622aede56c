"""What happens to the bot: kill -9 of it and of its trainer, bad weather; and a supervisor that starts it again."""

import asyncio
import random
from contextlib import suppress

import psutil

from tests.acceptance.stage import Stage
from tests.sandboxed import Json

MIB = 1 << 20
LOOK_SECONDS = 0.25
SEND, EDIT = "POST /channels/*/messages", "PATCH /channels/*/messages/*"
ANSWER, ORIGINAL = "POST /interactions/*/*/callback", "/webhooks/*/*/messages/@original"
FAULTS: tuple[Json, ...] = (
    {"match": SEND, "kind": "429", "seconds": 1.0},
    {"match": SEND, "kind": "status", "status": 503},
    {"match": SEND, "kind": "reset"},
    {"match": SEND, "kind": "slow", "seconds": 2.0},
    {"match": EDIT, "kind": "429", "seconds": 1.0},
    {"match": EDIT, "kind": "status", "status": 502},
    {"match": EDIT, "kind": "reset"},
    {"match": ANSWER, "kind": "status", "status": 503},
    {"match": ANSWER, "kind": "reset"},
    {"match": ANSWER, "kind": "slow", "seconds": 1.0},
    {"match": f"PATCH {ORIGINAL}", "kind": "status", "status": 500},
    {"match": f"DELETE {ORIGINAL}", "kind": "html", "status": 502},
    {"match": "POST /channels/*/messages/*/threads", "kind": "status", "status": 503},
    {"match": "GET /attachments/*/*/*", "kind": "status", "status": 503},
    {"match": "GET /users/@me", "kind": "status", "status": 503},
    {"match": "GET /applications/*/commands", "kind": "status", "status": 503},
)
DROPS: tuple[Json, ...] = (
    {"match": "WS", "kind": "ws-drop"},
    {"match": "WS", "kind": "op7"},
    {"match": "WS", "kind": "op9"},
)


class Supervisor:
    """Starts the bot again whenever it has ended, as a service manager would, and notes why and how large it was."""

    def __init__(self, played: Stage) -> None:
        self._played = played
        self._killed: set[int] = set()
        self.exits: list[int] = []
        """Exit codes with which the bot ended by itself."""
        self.megabytes: list[list[float]] = [[]]
        """Of resident memory, look by look, of each life."""
        self.bots_killed = self.trainers_killed = 0

    async def run(self) -> None:
        while True:
            bot = self._played.bot
            assert bot is not None
            if bot.returncode is not None:
                if bot.pid not in self._killed:
                    self.exits.append(bot.returncode)
                self._played.bot = await self._played.spawn()
                self.megabytes.append([])
            else:
                with suppress(psutil.NoSuchProcess):
                    self.megabytes[-1].append(psutil.Process(bot.pid).memory_info().rss / MIB)
            await asyncio.sleep(LOOK_SECONDS)

    def kill_bot(self) -> None:
        bot = self._played.bot
        if bot is not None and bot.returncode is None:
            self._killed.add(bot.pid)
            bot.kill()
            self.bots_killed += 1

    def kill_trainer(self) -> None:
        with suppress(psutil.NoSuchProcess):
            if (trainer := self._played.trainer()) is not None:
                trainer.kill()
                self.trainers_killed += 1


async def kill_now_and_then(supervisor: Supervisor, seed: int, bots_for: float, seconds: float) -> None:
    """Every few seconds the bot or its trainer; after the first `bots_for` seconds the trainer alone, half as often.

    A trainer takes some seconds to start, more where others work beside it: killed before that every time, it would
    only be seen to start.
    """
    chance, clock = random.Random(f"{seed} kills"), asyncio.get_running_loop().time
    began = clock()
    while clock() - began < seconds:
        await asyncio.sleep(chance.uniform(3, 8))
        if chance.random() < 0.5:
            supervisor.kill_trainer()
        elif clock() - began < bots_for:
            supervisor.kill_bot()


async def change_the_weather(played: Stage, seed: int) -> None:
    """A few faults at a time, and now and then the gateway's, for ever."""
    chance = random.Random(f"{seed} weather")
    while True:
        faults = [{**fault, "times": chance.randint(1, 2)} for fault in chance.sample(FAULTS, 4)]
        faults += chance.sample(DROPS, chance.random() < 0.3)
        await played.sandbox.weather(*faults)
        await asyncio.sleep(chance.uniform(1, 5))
