"""What the chat page hears: one queue a listener, told only what its person may see."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sandbox.errors import Json


@dataclass
class Feed:
    _listeners: list[tuple[str, asyncio.Queue[Json]]] = field(default_factory=list)

    @contextmanager
    def listen(self, person_id: str) -> Iterator[asyncio.Queue[Json]]:
        listener = (person_id, asyncio.Queue[Json]())
        self._listeners.append(listener)
        try:
            yield listener[1]
        finally:
            self._listeners.remove(listener)

    def publish(self, event: Json, seen_by: Callable[[str], bool] = lambda _: True) -> None:
        for person_id, queue in self._listeners:
            if seen_by(person_id):
                queue.put_nowait(event)
