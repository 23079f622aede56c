"""Words that one has: made, imported, shown, shared, renamed, taken away."""

from bot.features.embeddings.card import CreatingMessages
from bot.features.embeddings.commands import create_command, file_command, list_command, show_command, stop_command
from bot.features.embeddings.import_command import import_command
from bot.features.embeddings.keeping_commands import copy_command, delete_command, inspect_command, rename_command
from bot.features.embeddings.presses import PRESSES
from bot.features.feature import Feature
from bot.jobs.job import Kind

FEATURE = Feature(
    groups={
        "embed": (
            *(create_command, list_command, show_command, file_command, stop_command),
            *(import_command, rename_command, copy_command, delete_command, inspect_command),
        )
    },
    presses=PRESSES,
    messages={Kind.CREATE: lambda *_: CreatingMessages()},
)
