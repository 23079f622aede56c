"""The child that looks into files, with a reader that some files get the better of: `python -m tests.bot.deadly_look`.

The real reader has no such fault that is known; what the bot does about one has to hold all the same.
"""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from trainer.embeddings import look
from trainer.embeddings.reading import read_embeddings

DIES = b"dies"
HANGS = b"hangs"
OPENED = ".opened"
"""Ending of the mark that a file leaves beside it when it is opened."""

contents: Callable[[Path], bytes] = look._contents


def noting(path: Path) -> bytes:
    path.with_name(path.name + OPENED).touch()
    return contents(path)


def reading(data: bytes, file_name: str) -> Any:
    if data == DIES:
        os._exit(1)
    while data == HANGS:
        time.sleep(3600)
    return read_embeddings(data, file_name)


if __name__ == "__main__":
    vars(look).update(read_embeddings=reading, _contents=noting)
    look.main(sys.argv[1:])
