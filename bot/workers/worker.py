"""What a place for a trainer must offer. The trainer does not notice where it runs."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from trainer.protocol import Control, Told


class WorkerLost(Exception):
    """The trainer is gone: it died, was killed for its silence, or closed its end."""

    def __init__(self, reason: str, *, from_outside: bool = False) -> None:
        """`from_outside` says that the end came from elsewhere than the trainer's own work."""
        super().__init__(reason)
        self.from_outside = from_outside


class Connection(Protocol):
    """One life of a trainer."""

    async def send(self, control: Control) -> None:
        """Raises WorkerLost."""
        ...

    def told(self) -> AsyncIterator[Told]:
        """What it says, in order; raises WorkerLost when it is gone or has been silent for too long."""
        ...


class Worker(Protocol):
    """A place where a trainer can be started again and again."""

    def live(self) -> AbstractAsyncContextManager[Connection]:
        """Starts a trainer; at the end lets it save and go, and kills it when it does not."""
        ...
