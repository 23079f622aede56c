"""Events of one attempt on their way to the bot."""

from collections.abc import Callable
from itertools import count
from typing import Any

from trainer.protocol import Event, Told


class Teller:
    """Numbers an attempt's events from 1, so that the bot can tell a repeated one from a new one."""

    def __init__(self, attempt: str, send: Callable[[Told], None]) -> None:
        self.attempt = attempt
        self._send = send
        self._numbers = count(1)

    def __call__(self, kind: type[Event], **fields: Any) -> None:
        self._send(kind(attempt=self.attempt, n=next(self._numbers), **fields))
