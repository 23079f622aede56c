"""Captions that people put into file names."""

import re
from pathlib import PurePath

# The web UI's rule: what numbers a series ("000001-1-") is no part of the caption.
_SERIES_NUMBER = re.compile(r"^[-\d]+\s*")


def file_words(file_name: str) -> str:
    """Caption in a picture's file name: `000001-1-a man in suit.png` gives `a man in suit`."""
    return _SERIES_NUMBER.sub("", PurePath(file_name).stem)
