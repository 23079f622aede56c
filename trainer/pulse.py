"""The sign of life: told by the work itself as it goes on, so that it ends where the work hangs."""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Lock

from trainer.protocol import Alive, Loading, LoadingStep, Told

_EVERY_SECONDS = 0.5
_SLOW_SECONDS = 0.25
"""Work of so long is told of in its backward pass too; quicker work is spared the hooks."""


class Pulse:
    """Called wherever something takes long: between passes, by the model's blocks within one, while a model loads.

    It has no thread of its own, which would outlive a hang; the hub's downloading threads and autograd's call it too.
    """

    def __init__(self, tell: Callable[[Told], None]) -> None:
        self._tell = tell
        self._message: Alive | Loading = Alive()
        self._began = self._told_at = -math.inf
        self._lock = Lock()

    def __call__(self) -> None:
        """Something was done. Tells of it, but not more often than is worth telling. Raises Closed."""
        if time.monotonic() - self._told_at < _EVERY_SECONDS or not self._lock.acquire(blocking=False):
            return
        try:
            self._say(self._message)
        finally:
            self._lock.release()

    @property
    def slow(self) -> bool:
        """Whether the work at hand takes longer than a moment."""
        return time.monotonic() - self._began > _SLOW_SECONDS

    def work_on(self, attempts: Sequence[str]) -> None:
        """From now on work is done for these attempts: told at once when they are others than before."""
        self._began = time.monotonic()
        message = Alive(attempts=tuple(attempts))
        if message == self._message:
            self()
        else:
            self._say(message)

    def load(self, step: LoadingStep) -> None:
        """Begin what may be silent for long: told at once."""
        self._say(Loading(step=step))

    @contextmanager
    def loading(self, step: LoadingStep) -> Iterator[None]:
        """The same in the midst of other work, which goes on afterwards."""
        before = self._message
        self.load(step)
        yield
        self._say(before)

    def _say(self, message: Alive | Loading) -> None:
        self._message, self._told_at = message, time.monotonic()
        self._tell(message)


def silent() -> Pulse:
    """For whoever loads a model and tells nobody."""
    return Pulse(lambda _told: None)
