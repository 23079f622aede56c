"""`/imagine`, and everything about a drawing."""

from bot.features.feature import Feature
from bot.features.imagine.card import DrawingMessages
from bot.features.imagine.command import imagine_command
from bot.features.imagine.presses import PRESSES
from bot.jobs.job import Kind

FEATURE = Feature(commands=(imagine_command,), presses=PRESSES, messages={Kind.DRAW: DrawingMessages})
