"""What a failed request to Discord means, and when the next one may follow. Sends nothing itself."""

import time
from enum import Enum

import aiohttp
import discord

UNKNOWN_CHANNEL, UNKNOWN_GUILD, UNKNOWN_MESSAGE = 10003, 10004, 10008
UNKNOWN_WEBHOOK, UNKNOWN_INTERACTION, INVALID_TOKEN = 10015, 10062, 50027
"""What an interaction is answered with when its time is over."""
THREAD_ARCHIVED = 50083
_GONE = (UNKNOWN_CHANNEL, UNKNOWN_GUILD, UNKNOWN_MESSAGE, UNKNOWN_WEBHOOK, UNKNOWN_INTERACTION, INVALID_TOKEN)

FIRST_WAIT, LAST_WAIT = 1.0, 60.0
"""Seconds after a fault of the way to Discord, doubled each time."""
FIRST_CLOSED_WAIT, LAST_CLOSED_WAIT = 5.0, 300.0
"""The same where we may not enter: Discord counts refused requests, and bans for 10,000 in ten minutes."""
BAN_SECONDS = 300.0
"""Cloudflare bans for minutes, and does not always say for how many."""

DISCORDS = (discord.HTTPException, discord.RateLimited, aiohttp.ClientError, OSError)
"""All that a request to Discord raises."""


class Trouble(Enum):
    PASSING = "the way to Discord, or its pace"
    CLOSED = "we may not, for now"
    ASLEEP = "the thread is archived"
    GONE = "the message or its channel was deleted, or an interaction's time is over"
    REFUSED = "what we sent is wrong or too large: the same is refused again"


def trouble_of(error: BaseException) -> Trouble:
    """One of `DISCORDS`, by Discord's own codes: a 404 without one of them may be a proxy's, and is not for good."""
    if not isinstance(error, discord.HTTPException) or error.status == 429 or error.status >= 500:
        return Trouble.PASSING
    if error.code == THREAD_ARCHIVED:
        return Trouble.ASLEEP
    if error.code in _GONE:
        return Trouble.GONE
    return Trouble.CLOSED if error.status in (401, 403, 404) else Trouble.REFUSED


class Tries:
    """How often in a row one message failed, and when it may be tried again. Times are monotonic seconds."""

    def __init__(self) -> None:
        self._failed = 0
        self._until = float("-inf")
        self._closed_since: float | None = None

    def due(self) -> bool:
        return time.monotonic() >= self._until

    def failed(self, trouble: Trouble) -> None:
        closed = trouble in (Trouble.CLOSED, Trouble.ASLEEP)
        first, last = (FIRST_CLOSED_WAIT, LAST_CLOSED_WAIT) if closed else (FIRST_WAIT, LAST_WAIT)
        self._until = time.monotonic() + min(last, first * 2.0 ** min(self._failed, 10))
        self._failed += 1
        if closed and self._closed_since is None:
            self._closed_since = time.monotonic()

    def closed_for(self) -> float:
        """Seconds since we were shut out."""
        return 0.0 if self._closed_since is None else time.monotonic() - self._closed_since


class Routes:
    """Which of Discord's routes are to be left alone, and how long. A route is (method, channel)."""

    def __init__(self) -> None:
        self._until: dict[tuple[str, int], float] = {}
        self._all_until = float("-inf")

    def open(self, method: str, channel_id: int) -> bool:
        return time.monotonic() >= max(self._all_until, self._until.get((method, channel_id), float("-inf")))

    def heed(self, method: str, channel_id: int, error: BaseException) -> None:
        """Does as a 429 told; other errors tell nothing about the route."""
        now = time.monotonic()
        self._until = {route: until for route, until in self._until.items() if until > now}
        if isinstance(error, discord.RateLimited):
            self._until[method, channel_id] = now + error.retry_after
        elif isinstance(error, discord.HTTPException) and error.status == 429:
            seconds = told_seconds(error)
            until = now + (FIRST_CLOSED_WAIT if seconds is None else seconds)
            if error.response.headers.get("Via"):
                self._until[method, channel_id] = until
            else:  # Cloudflare, which bans the whole address
                self._all_until = until


def told_seconds(error: Exception) -> float | None:
    """How long Discord asks us to wait, where it does; minutes for a ban that does not say."""
    if isinstance(error, discord.RateLimited):
        return error.retry_after
    if not isinstance(error, discord.HTTPException):
        return None
    try:
        return float(error.response.headers["Retry-After"])
    except (KeyError, ValueError):
        return BAN_SECONDS if error.status == 429 and not error.response.headers.get("Via") else None
