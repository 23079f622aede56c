"""Named parts of prompts."""

from bot.features.feature import Feature
from bot.features.styles.commands import delete_style_command, list_styles_command, save_style_command
from bot.features.styles.presses import PRESSES

FEATURE = Feature(
    groups={"style": (save_style_command, list_styles_command, delete_style_command)},
    presses=PRESSES,
)
