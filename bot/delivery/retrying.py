"""Sending to Discord until it is taken, or it is too late: for what is the same when it arrives twice."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from bot.delivery.trouble import DISCORDS, LAST_WAIT, Trouble, told_seconds, trouble_of

log = structlog.get_logger(__name__)

FIRST_WAIT = 0.25
"""Seconds, doubled each time: somebody waits for it, and most faults are over at once."""

Taken = TypeVar("Taken")


class TooLate(Exception):
    """Discord does not take it any more: its time is over, or what it was about is gone."""


async def until_taken(send: Callable[[], Awaitable[Taken]], until: float, interaction_id: int) -> Taken:
    """What `send` gives, tried again up to `until` (monotonic seconds).

    Raises TooLate, and HTTPException for what Discord refuses, which it would refuse again.
    """
    wait = FIRST_WAIT
    while True:
        try:
            return await send()
        except DISCORDS as error:
            pause = max(wait, told_seconds(error) or 0.0)
            trouble = trouble_of(error)
            if trouble is Trouble.REFUSED:
                raise
            if trouble is Trouble.GONE or time.monotonic() + pause > until:
                raise TooLate from error
            log.info("sent again", interaction=interaction_id, error=repr(error), again_in=pause)
        await asyncio.sleep(pause)
        wait = min(LAST_WAIT, wait * 2)
