"""What most people leave as it is when a word is trained: `flip, cosine, warmup 20, min-snr 5`."""

from collections.abc import Mapping

from bot.chat.setting_lines import Setting, flag, read_settings
from trainer.protocol import Tuning

SETTINGS: Mapping[str, Setting] = {
    "accumulation": Setting("accumulation", int, "accumulation 2"),
    "alpha": Setting("alpha_weights", flag, "alpha"),
    "clip": Setting("clip_norm", float, "clip 1"),
    "cosine": Setting("cosine", flag, "cosine"),
    "decay": Setting("weight_decay", float, "decay 0.01"),
    "drop": Setting("drop_tags", float, "drop 0.1"),
    "flip": Setting("flip", flag, "flip"),
    "join": Setting("word_join", str, 'join ", "'),
    "last": Setting("average", lambda value: not flag(value), "last"),
    "min-snr": Setting("min_snr_gamma", float, "min-snr 5"),
    "patience": Setting("patience", int, "patience 4"),
    "shuffle": Setting("shuffle_tags", flag, "shuffle"),
    "warmup": Setting("warmup", int, "warmup 20"),
    "words": Setting("word_regex", str, r"words \w+"),
}
"""docs/users.md lists them."""


def read_tuning(text: str) -> Tuning:
    """Raises BadSetting that names the first part that cannot be read."""
    return Tuning(**read_settings(text, SETTINGS))
