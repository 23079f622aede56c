"""What happened: every request of the bot, and everything real Discord would have refused."""

import json
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from sandbox.errors import Json
from sandbox.world.clock import Clock
from sandbox.world.feed import Feed

LONGEST_BODY = 4000  # characters of a body kept beside a violation
TRAFFIC_KEPT = 50_000


@dataclass
class Journal:
    clock: Clock
    feed: Feed
    violations: list[Json] = field(default_factory=list)
    traffic: deque[Json] = field(default_factory=lambda: deque(maxlen=TRAFFIC_KEPT))

    def violation(self, what: str, method: str = "", path: str = "", body: Any = None) -> None:
        entry = {"at": self.clock.now(), "what": what, "method": method, "path": path, "body": _short(body)}
        self.violations.append(entry)
        self.feed.publish({"type": "violation", "violation": entry})

    def request(self, method: str, path: str, status: int, seconds: float) -> None:
        entry = {"at": self.clock.now(), "method": method, "path": path, "status": status, "seconds": seconds}
        self.traffic.append(entry)


def _short(body: Any) -> Any:
    text = json.dumps(body, default=repr)
    return body if len(text) <= LONGEST_BODY else text[:LONGEST_BODY] + "…"
