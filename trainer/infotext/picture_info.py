"""The child process that looks into strangers' pictures: `python -m trainer.infotext.picture_info -- FILE`.

Prints one JSON line: `SeenPicture`, or `RefusedFile` for what is no picture or a broken one. It imports no torch
 and limits its own memory and time.
"""

import argparse
import sys
from pathlib import Path

import msgspec

from trainer.child_limits import limit_process
from trainer.infotext.picture_text import UnreadablePicture, read_texts
from trainer.infotext.programs import read_info
from trainer.protocol import FileFault, RefusedFile, SeenPicture
from trainer.protocol.picture_formats import PILLOW_FORMATS, all_formats

_MEMORY = 500_000_000
"""Bytes of address space; the largest upload is 25 MB."""
_SECONDS = 10
_LONGEST_TEXT = 2**16
"""Characters that are told on."""


def main(arguments: list[str]) -> None:
    """Look into one picture."""
    parser = argparse.ArgumentParser(prog="python -m trainer.infotext.picture_info")
    parser.add_argument("file", type=Path)
    options = parser.parse_args(arguments)
    limit_process(memory=_MEMORY, seconds=_SECONDS)
    sys.stdout.buffer.write(msgspec.json.encode(look(options.file, all_formats())) + b"\n")


def look(path: Path, formats: tuple[str, ...] = PILLOW_FORMATS) -> SeenPicture | RefusedFile:
    """What the picture says of itself."""
    try:
        reading = read_info(read_texts(path, formats))
    except (UnreadablePicture, OSError):
        return RefusedFile(file=str(path), fault=FileFault(reason="picture_damaged"))
    if reading is None:
        return SeenPicture(file=str(path), program="", text=None, settings=None)
    text = reading.text[:_LONGEST_TEXT]
    return SeenPicture(file=str(path), program=reading.program, text=text, settings=reading.parameters)


if __name__ == "__main__":
    main(sys.argv[1:])
