"""Heavy work, shared between people: one piece each, so that nobody waits for another's queue."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary


class OwnTurns:
    """Each person's work goes one after another, in its order; nobody waits for another's."""

    def __init__(self) -> None:
        self._own: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def turn(self, person_id: int) -> AsyncIterator[None]:
        """The person's turn, held to the end of the context."""
        own = self._own.get(person_id) or asyncio.Lock()
        self._own[person_id] = own
        async with own:
            yield


class Turns(OwnTurns):
    """A few places in all, at most one of them a person's at any time."""

    def __init__(self, places: int) -> None:
        super().__init__()
        self._places = asyncio.Semaphore(places)

    @asynccontextmanager
    async def turn(self, person_id: int) -> AsyncIterator[None]:
        """A place, held to the end of the context."""
        async with super().turn(person_id), self._places:
            yield
