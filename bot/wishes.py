"""What a person asked for, as they said it: the values of a command's options or of a form, before anything is checked.

A wish is kept in a row (`bot/drafts.py`), so every field has a default and none is ever renamed.
"""

import msgspec

VECTORS = 4
BATCH_SIZE = 4


class TrainingWish(msgspec.Struct, frozen=True):
    """What was left out is None or empty."""

    name: str = ""
    kind: str = "subject"
    start: str = ""
    """Initialization text."""
    vectors: int = VECTORS
    thoroughness: str = "balanced"
    steps: int | None = None
    """Takes the place of `thoroughness`."""
    learning_rate: str = ""
    template: str = ""
    """The name of one that ships; empty for the one of `kind`."""
    own_template: str = ""
    """The person's own lines; they take the place of `template`."""
    preview_prompt: str = ""
    batch_size: int = BATCH_SIZE
    tuning: str = ""
    continues: str = ""
    """The name of a word of the person's own that is trained further; `name` then does not count."""
