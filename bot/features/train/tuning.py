"""What most people leave as it is when a word is trained: `flip, cosine, warmup 20, min-snr 5`."""

from bot.chat.setting_lines import in_lines, read_settings
from trainer.protocol import TRAINING, Tuning

SETTINGS = in_lines(TRAINING)


def read_tuning(text: str) -> Tuning:
    """Raises BadSetting that names the first part that cannot be read."""
    return Tuning(**read_settings(text, SETTINGS))
