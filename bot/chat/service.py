"""What commands and buttons call: the parts of the bot, handed down from the composition root."""

from dataclasses import dataclass

from bot.chat.drafts import Drafts
from bot.delivery.deferred import Deferred
from bot.delivery.fitting import Fitting
from bot.delivery.living import Living
from bot.delivery.outbox import Outbox
from bot.files.attachments import Attachments
from bot.files.looking import Looking
from bot.files.turns import OwnTurns
from bot.files.uploads import PictureStore
from bot.jobs.dispatch import Dispatch
from bot.jobs.submit import Submissions
from bot.library.embeddings import Library
from bot.library.hypernetworks import Hypernetworks
from bot.library.styles import Styles
from bot.library.upscalers import Upscalers


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
    living: Living
    drafts: Drafts
    deferred: Deferred
    fitting: Fitting
    library: Library
    styles: Styles
    upscalers: Upscalers
    hypernetworks: Hypernetworks
    pictures: PictureStore
    looking: Looking
    readings: OwnTurns
    """Taken before anything of a person's is fetched or copied: their many files fill neither disk nor budget."""
    limits: Limits
