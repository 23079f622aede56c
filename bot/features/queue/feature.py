"""`/queue`: what runs and what waits."""

from bot.features.feature import Feature
from bot.features.queue.command import queue_command

FEATURE = Feature(commands=(queue_command,))
