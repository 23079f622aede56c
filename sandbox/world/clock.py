"""A clock that scripts can move, and ids that carry its time."""

import asyncio
import time
from datetime import UTC, datetime

DISCORD_EPOCH_MS = 1_420_070_400_000


class Clock:
    """Unix time in seconds plus what has been skipped."""

    def __init__(self) -> None:
        self._skipped = 0.0
        self._moved = asyncio.Event()

    def now(self) -> float:
        return time.time() + self._skipped

    def advance(self, seconds: float) -> None:
        self._skipped += seconds
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()

    async def sleep(self, seconds: float) -> None:
        """Sleeps by this clock: a skip shortens the sleep."""
        deadline = self.now() + seconds
        while (left := deadline - self.now()) > 0:
            try:
                await asyncio.wait_for(self._moved.wait(), left)
            except TimeoutError:
                continue


class Snowflakes:
    """Rising ids that tell when they were made, as Discord's do."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = 0

    def next(self) -> str:
        at_least = (int(self._clock.now() * 1000) - DISCORD_EPOCH_MS) << 22
        self._last = max(self._last + 1, at_least)
        return str(self._last)


def iso(seconds: float) -> str:
    """A Unix time in Discord's notation."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="microseconds")
