"""Discord's pace: 5 messages and 5 edits in 5 s a channel, 3 edits in 6 s of old messages, 50 requests a second in all.

The figures of the channel buckets are not documented; people measured these (Discord.Net#2375, api-docs#4413).
"""

from dataclasses import dataclass, field

from sandbox.world.clock import Clock


@dataclass(frozen=True)
class Limit:
    name: str
    uses: int
    seconds: float


GLOBAL = Limit("global", 50, 1.0)
OLD_EDITS = Limit("old-edits", 3, 6.0)
BY_ROUTE = {
    ("POST", "/channels/{channel_id}/messages"): Limit("send", 5, 5.0),
    ("PATCH", "/channels/{channel_id}/messages/{message_id}"): Limit("edit", 5, 5.0),
}


@dataclass
class Window:
    limit: Limit
    ends: float
    used: int = 0


@dataclass(frozen=True)
class Standing:
    """Where a bucket stands after one more use; `retry_after` is None while within the limit."""

    limit: Limit
    remaining: int
    ends: float
    reset_after: float
    retry_after: float | None

    def headers(self) -> dict[str, str]:
        return {
            "X-RateLimit-Limit": str(self.limit.uses),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": f"{self.ends:.3f}",
            "X-RateLimit-Reset-After": f"{self.reset_after:.3f}",
            "X-RateLimit-Bucket": f"sandbox-{self.limit.name}",
        }


@dataclass
class RateLimits:
    clock: Clock
    _windows: dict[tuple[str, str], Window] = field(default_factory=dict)

    def use(self, limit: Limit, key: str) -> Standing:
        """Counts one use of a bucket; a refused use is not counted."""
        now = self.clock.now()
        window = self._windows.get((limit.name, key))
        if window is None or window.ends <= now:
            window = self._windows[limit.name, key] = Window(limit, now + limit.seconds)
        left = window.ends - now
        if window.used >= limit.uses:
            return Standing(limit, 0, window.ends, left, left)
        window.used += 1
        return Standing(limit, limit.uses - window.used, window.ends, left, None)
