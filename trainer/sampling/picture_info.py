"""The child process that looks into strangers' pictures: `python -m trainer.sampling.picture_info FILE`.

Prints one JSON line: `SeenPicture`, or `RefusedFile` for what is no picture or a broken one. It decodes no pixels,
imports no torch, and limits its own memory and time.
"""

import sys
from pathlib import Path

import msgspec

from trainer.embeddings.limits import limit_process
from trainer.protocol import PictureSettings, RefusedFile, SeenPicture
from trainer.sampling.infotext import has_settings, parse_parameters
from trainer.sampling.picture_text import UnreadablePicture, read_text

_MEMORY = 500_000_000
"""Bytes of address space; the largest upload is 25 MB."""
_SECONDS = 10


def main(file: str) -> None:
    """Look into one picture."""
    limit_process(memory=_MEMORY, seconds=_SECONDS)
    sys.stdout.buffer.write(msgspec.json.encode(look(Path(file))) + b"\n")


def look(path: Path) -> SeenPicture | RefusedFile:
    """What the picture says of itself."""
    try:
        text = read_text(path)
    except (UnreadablePicture, OSError) as error:
        return RefusedFile(file=str(path), reason=str(error))
    return SeenPicture(file=str(path), text=text, settings=_settings(text) if text else None)


def _settings(text: str) -> PictureSettings | None:
    if not has_settings(text):
        return None
    return msgspec.convert(parse_parameters(text), PictureSettings, from_attributes=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
