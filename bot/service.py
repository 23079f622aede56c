"""What commands and buttons call: the parts of the bot, handed down from the composition root."""

from dataclasses import dataclass

from bot.cards.outbox import Outbox
from bot.jobs.dispatch import Dispatch
from bot.jobs.submit import Submissions
from bot.library import Library
from bot.uploads import PictureStore


@dataclass(frozen=True)
class Limits:
    """The operator's numbers that people meet."""

    steps_quick: int
    steps_balanced: int
    steps_thorough: int
    max_steps: int


@dataclass(frozen=True)
class Service:
    submissions: Submissions
    dispatch: Dispatch
    outbox: Outbox
    library: Library
    pictures: PictureStore
    limits: Limits
