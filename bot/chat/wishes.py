"""What a person asked for, as they said it: the values of a command's options or of a form, before anything is checked.

A wish is kept in a row (`bot/chat/drafts.py`), so every field has a default and none is ever renamed.
"""

from typing import Literal

import msgspec

NO_START = "*"
"""The initialization text of who gave none; the web UI's own: a token that stands for nothing in particular."""
VECTORS = 4
BATCH_SIZE = 4
STRENGTH = 0.75
"""The web UI's denoising strength."""


class TrainingWish(msgspec.Struct, frozen=True):
    """What was left out is None or empty."""

    name: str = ""
    kind: str = "subject"
    start: str = ""
    """Initialization text."""
    vectors: int | None = None
    """A word of one's own has its own."""
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
    where: Literal["here", "me"] = "here"
    """Who sees it: the channel, or the person alone in their private chat with the bot."""


class DrawingWish(msgspec.Struct, frozen=True):
    prompt: str = ""
    negative_prompt: str = ""
    style: str = ""
    """Names of styles, with commas between them."""
    steps: int = 20
    sampler: str = "Euler a"
    cfg_scale: float = 7.0
    seed: int = -1
    """-1 is any."""
    size: str = ""
    """As `512x768`; empty for the model's own."""
    count: int = 1
    schedule: str = "Automatic"
    strength: float = STRENGTH
    settings: str = ""
    """A line of `bot/features/imagine/drawing_settings.py`."""
    over: str = ""
    """A picture that was drawn here, to be drawn over, as `job.index`."""
    words: tuple[str, ...] = ()
    """Names of words that the person has seen it drawn with, or that the form was about."""
