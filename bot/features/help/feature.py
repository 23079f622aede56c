"""`/help`, and a person's first contact: the forms that teach and draw, consent, and what follows a refusal."""

from bot.features.feature import Feature
from bot.features.help.command import help_command
from bot.features.help.presses import FORMS, PRESSES

FEATURE = Feature(commands=(help_command,), presses=PRESSES, forms=FORMS)
