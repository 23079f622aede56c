"""What each button does, and each form that was filled in, by its verb."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from bot.chat.answers import Interaction
from bot.chat.forms import Filled
from bot.chat.service import Service
from bot.features.embeddings import presses as words
from bot.features.help import presses as opening
from bot.features.imagine import presses as drawings
from bot.features.styles import presses as styles
from bot.features.train import presses as runs

PressAction: TypeAlias = Callable[[Interaction, Service, str], Awaitable[None]]
FormAction: TypeAlias = Callable[[Interaction, Service, str, Filled], Awaitable[None]]

PRESSES: dict[str, PressAction] = {
    **runs.PRESSES,
    **drawings.PRESSES,
    **words.PRESSES,
    **styles.PRESSES,
    **opening.PRESSES,
}

FORMS: dict[str, FormAction] = {
    **runs.FORMS,
    **opening.FORMS,
}
