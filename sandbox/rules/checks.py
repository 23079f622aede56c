"""Our own replies and events held against Discord's description, when nobody is waiting.

A bot has 3 seconds for its answers; they should not be spent on proofs of ours.
"""

import asyncio
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from sandbox.errors import Json
from sandbox.rules.schema import Schema
from sandbox.world.journal import Journal

# Checks begin after so many seconds without anything new, and then come one at a time.
QUIET_SECONDS = 0.2
PAUSE_SECONDS = 0.005


@dataclass(frozen=True)
class Sent:
    """A reply (with its route and status) or an event (with its name)."""

    name: str
    path: str
    body: Any
    template: str = ""
    status: int = 0


@dataclass
class Checks:
    schema: Schema
    journal: Journal
    _waiting: deque[Sent] = field(default_factory=deque)
    _timer: asyncio.TimerHandle | None = None

    def reply(self, method: str, template: str, status: int, path: str, body: Any) -> None:
        self._add(Sent(method, path, body, template, status))

    def event(self, name: str, data: Json) -> None:
        self._add(Sent(name, "/gateway", data))

    def finish(self) -> None:
        """Checks everything that still waits, now."""
        while self._waiting:
            self._check(self._waiting.popleft())

    def _add(self, sent: Sent) -> None:
        self._waiting.append(sent)
        self._after(QUIET_SECONDS)

    def _after(self, seconds: float) -> None:
        if self._timer:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(seconds, self._next)

    def _next(self) -> None:
        if self._waiting:
            self._check(self._waiting.popleft())
            self._after(PAUSE_SECONDS)

    def _check(self, sent: Sent) -> None:
        if sent.template:
            found = self.schema.reply(sent.name, sent.template, sent.status, sent.body)
        else:
            found = self.schema.event(sent.name, sent.body)
        if found:
            what = "reply" if sent.template else "event"
            self.journal.violation(f"ours: {what} {found.path}: {found.message}", sent.name, sent.path, sent.body)
