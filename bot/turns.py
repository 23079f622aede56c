"""Places for heavy work, shared between people: one each, so that nobody waits for another's queue."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary


class Turns:
    """A few places in all, at most one of them a person's at any time. Each person's work goes in its order."""

    def __init__(self, places: int) -> None:
        self._places = asyncio.Semaphore(places)
        self._own: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def turn(self, person_id: int) -> AsyncIterator[None]:
        """A place, held to the end of the context."""
        own = self._own.get(person_id) or asyncio.Lock()
        self._own[person_id] = own
        async with own, self._places:
            yield
