"""Everything the sandbox holds, opened once and handed to every route."""

import asyncio
import secrets
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

from sandbox.faults import Fault, Weather
from sandbox.gateway.gateway import Gateway
from sandbox.ratelimits import RateLimits
from sandbox.rules.checks import Checks
from sandbox.rules.schema import Schema, load
from sandbox.world.attachments import Cdn
from sandbox.world.clock import Clock
from sandbox.world.feed import Feed
from sandbox.world.journal import Journal
from sandbox.world.state import World, new_world


@dataclass
class Server:
    port: int
    token: str
    key: str
    clock: Clock
    world: World
    feed: Feed
    journal: Journal
    weather: Weather
    limits: RateLimits
    schema: Schema
    checks: Checks
    cdn: Cdn
    gateway: Gateway
    answer_seconds: float
    """For the first answer to an interaction. Discord's is 3; tests on a busy machine give more."""
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def spawn(self, coroutine: Coroutine[Any, Any, None]) -> None:
        """Runs beside the requests until the server closes; a failure of ours is recorded as a violation."""
        task = asyncio.create_task(coroutine)
        self.tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self.tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            self.journal.violation(f"ours: {error!r}")

    def addresses(self) -> dict[str, str]:
        """The line that `python -m sandbox` prints."""
        return {
            "page": f"{self.base}/?key={self.key}",
            "api": f"{self.base}/api/v10",
            "gateway": self.gateway.url,
            "token": self.token,
            "key": self.key,
        }


def new_server(
    port: int, token: str | None, key: str | None, faults: list[Fault], *, people: int, answer_seconds: float
) -> Server:
    clock, feed, weather, schema = Clock(), Feed(), Weather(faults), load()
    world, journal = new_world(clock, people), Journal(clock, feed)
    checks = Checks(schema, journal)
    return Server(
        port=port,
        token=token or secrets.token_urlsafe(32),
        key=key or secrets.token_urlsafe(16),
        clock=clock,
        world=world,
        feed=feed,
        journal=journal,
        weather=weather,
        limits=RateLimits(clock),
        schema=schema,
        checks=checks,
        cdn=Cdn(clock, f"http://127.0.0.1:{port}"),
        gateway=Gateway(world, journal, feed, checks, weather, f"ws://127.0.0.1:{port}/gateway"),
        answer_seconds=answer_seconds,
    )
