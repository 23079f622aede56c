"""`/picture info`: what an uploaded picture says of itself."""

from bot.features.feature import Feature
from bot.features.pictures.command import info_command

FEATURE = Feature(groups={"picture": (info_command,)})
