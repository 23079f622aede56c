"""What is said about a picture: a caption of its own, or the words of its file's name."""

import re
from pathlib import PurePath

import regex
import torch

from trainer.protocol import TrainingPicture, Tuning

# The web UI's rule: what numbers a series ("000001-1-") is no part of the caption.
_SERIES_NUMBER = re.compile(r"^[-\d]+\s*")
_SECONDS = 0.5
"""For all that a person's own pattern finds in one name; some patterns would never end."""


class BadWordRegex(Exception):
    """A pattern for file words cannot be used."""


def file_words(file_name: str, word_regex: str = "", word_join: str = " ") -> str:
    """Caption in a picture's file name: `000001-1-a man in suit.png` gives `a man in suit`.

    With the pattern `\\w+` and the joint `, ` it gives `a, man, in, suit`. Raises BadWordRegex.
    """
    words = _SERIES_NUMBER.sub("", PurePath(file_name).stem)
    if not word_regex:
        return words
    try:
        found = [match[0] for match in regex.finditer(word_regex, words, timeout=_SECONDS)]
    except regex.error as error:
        raise BadWordRegex(f"{word_regex} is not a pattern: {error}") from error
    except TimeoutError as error:
        raise BadWordRegex(f"{word_regex} takes too long") from error
    return word_join.join(found)


def caption(picture: TrainingPicture, tuning: Tuning) -> str:
    """A caption written for the picture wins over its name. Raises BadWordRegex."""
    if picture.caption is not None:
        return " ".join(picture.caption.split())
    return file_words(picture.file_name, tuning.word_regex, tuning.word_join)


def varied(words: str, tuning: Tuning, generator: torch.Generator) -> str:
    """The words with their parts between commas shuffled or partly left out, as the run was told.

    A part with `[name]` stays: without the word a prompt teaches nothing.
    """
    tags = [tag.strip() for tag in words.split(",")]
    kept = torch.rand(len(tags), generator=generator) >= tuning.drop_tags
    order = torch.randperm(len(tags), generator=generator) if tuning.shuffle_tags else torch.arange(len(tags))
    return ", ".join(tags[i] for i in order.tolist() if kept[i] or "[name]" in tags[i])
