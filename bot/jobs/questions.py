"""Questions to the trainer that are no jobs: asked, answered soon or not at all, forgotten with the trainer."""

import asyncio
from collections.abc import Sequence
from typing import TypeAlias

from bot.jobs.rows import new_attempt
from bot.workers.worker import Connection, WorkerLost
from trainer.protocol import Failed, Inspect, Inspected, Spell, Spelled

ANSWER_SECONDS = 60.0
"""A pass of a large model on a slow device may come first."""
_NAMES_AT_ONCE = 200
"""A message is one line, and shorter than the 64 KiB that a reader takes."""

Answer: TypeAlias = Inspected | Spelled | Failed


class Unanswered(Exception):
    """No trainer is there, it went away meanwhile, or it is too slow."""


class Questions:
    """Those that wait for their answer."""

    def __init__(self) -> None:
        self._waiting: dict[str, asyncio.Future[Answer]] = {}

    async def inspect(
        self, connection: Connection | None, name: str, path: str, initialization_text: str | None
    ) -> Inspected | Failed:
        """What the model makes of an embedding's file. Raises Unanswered."""
        question = Inspect(attempt=new_attempt(), name=name, path=path, initialization_text=initialization_text)
        answer = await self._ask(connection, question)
        assert not isinstance(answer, Spelled)
        return answer

    async def ordinary(self, connection: Connection | None, names: Sequence[str]) -> tuple[str, ...]:
        """Those of the names that are words of the model's vocabulary. Raises Unanswered."""
        found: tuple[str, ...] = ()
        for start in range(0, len(names), _NAMES_AT_ONCE):
            part = tuple(names[start : start + _NAMES_AT_ONCE])
            answer = await self._ask(connection, Spell(attempt=new_attempt(), names=part))
            if not isinstance(answer, Spelled):
                raise Unanswered
            found += answer.ordinary
        return found

    async def _ask(self, connection: Connection | None, question: Inspect | Spell) -> Answer:
        if connection is None:
            raise Unanswered
        attempt = question.attempt
        answer = self._waiting[attempt] = asyncio.get_running_loop().create_future()
        try:
            await connection.send(question)
            return await asyncio.wait_for(answer, ANSWER_SECONDS)
        except (TimeoutError, WorkerLost) as error:
            raise Unanswered from error
        finally:
            del self._waiting[attempt]

    def take(self, told: Answer) -> bool:
        """Hands an answer to who asked; False when nobody did."""
        answer = self._waiting.get(told.attempt)
        if answer is None or answer.done():
            return False
        answer.set_result(told)
        return True

    def lost(self) -> None:
        """The trainer is gone, and will not answer."""
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(WorkerLost("the trainer is gone"))
