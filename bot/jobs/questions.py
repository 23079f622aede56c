"""Questions to the trainer that are no jobs: asked, answered soon or not at all, forgotten with the trainer."""

import asyncio

from bot.jobs.rows import new_attempt
from bot.workers.worker import Connection, WorkerLost
from trainer.protocol import Failed, Inspect, Inspected

ANSWER_SECONDS = 60.0
"""A pass of a large model on a slow device may come first."""


class Unanswered(Exception):
    """No trainer is there, it went away meanwhile, or it is too slow."""


class Questions:
    """Those that wait for their answer."""

    def __init__(self) -> None:
        self._waiting: dict[str, asyncio.Future[Inspected | Failed]] = {}

    async def ask(
        self, connection: Connection | None, name: str, path: str, initialization_text: str | None
    ) -> Inspected | Failed:
        """Raises Unanswered."""
        if connection is None:
            raise Unanswered
        attempt = new_attempt()
        answer = self._waiting[attempt] = asyncio.get_running_loop().create_future()
        question = Inspect(attempt=attempt, name=name, path=path, initialization_text=initialization_text)
        try:
            await connection.send(question)
            return await asyncio.wait_for(answer, ANSWER_SECONDS)
        except (TimeoutError, WorkerLost) as error:
            raise Unanswered from error
        finally:
            del self._waiting[attempt]

    def take(self, told: Inspected | Failed) -> bool:
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
