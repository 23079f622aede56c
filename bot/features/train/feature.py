"""`/embed train`, and everything about a run."""

from bot.features.feature import Feature
from bot.features.train.card import TrainingMessages
from bot.features.train.command import train_command
from bot.features.train.presses import FORMS, PRESSES
from bot.jobs.job import Kind

FEATURE = Feature(
    groups={"embed": (train_command,)},
    presses=PRESSES,
    forms=FORMS,
    messages={Kind.TRAIN: lambda *_: TrainingMessages()},
)
