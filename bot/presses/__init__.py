"""What each button does, and each form that was filled in, by its verb."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from bot.answers import Interaction
from bot.forms import Filled
from bot.presses import drawings, opening, runs, styles, words
from bot.service import Service

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
