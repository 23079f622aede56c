"""What commands and buttons call: the parts of the bot, handed down from the composition root."""

from dataclasses import dataclass

from bot.attachments import Attachments
from bot.cards.fitting import Fitting
from bot.cards.outbox import Outbox
from bot.deferred import Deferred
from bot.drafts import Drafts
from bot.jobs.dispatch import Dispatch
from bot.jobs.submit import Submissions
from bot.library import Library
from bot.looking import Looking
from bot.styles import Styles
from bot.turns import OwnTurns
from bot.uploads import PictureStore


@dataclass(frozen=True)
class Limits:
    """What the operator has set that people meet."""

    steps_quick: int
    steps_balanced: int
    steps_thorough: int
    max_steps: int
    allow_concepts: bool


@dataclass(frozen=True)
class Service:
    submissions: Submissions
    attachments: Attachments
    dispatch: Dispatch
    outbox: Outbox
    drafts: Drafts
    deferred: Deferred
    fitting: Fitting
    library: Library
    styles: Styles
    pictures: PictureStore
    looking: Looking
    readings: OwnTurns
    """Taken before anything of a person's is fetched or copied: their many files fill neither disk nor budget."""
    limits: Limits
