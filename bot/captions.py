"""Captions that come as text files beside the pictures they are about: `cat.txt` says what `cat.png` shows."""

from collections.abc import Sequence
from pathlib import PurePath

import discord
from msgspec.structs import replace

from bot.errors import StrayCaption, UnreadableCaption
from trainer.protocol import LONGEST_PROMPT, TrainingPicture

_MOST_BYTES = 4 * LONGEST_PROMPT  # of UTF-8


def apart(uploads: Sequence[discord.Attachment]) -> tuple[list[discord.Attachment], list[discord.Attachment]]:
    """Captions, and everything else."""
    captions = [upload for upload in uploads if PurePath(upload.filename).suffix.lower() == ".txt"]
    return captions, [upload for upload in uploads if upload not in captions]


async def read_captions(captions: Sequence[discord.Attachment], pictures: Sequence[str]) -> dict[str, str]:
    """Texts by the stem of their file; `pictures` are file names. Raises StrayCaption and UnreadableCaption."""
    stems = {PurePath(name).stem.casefold() for name in pictures}
    said = {}
    for caption in captions:
        stem = PurePath(caption.filename).stem
        if stem.casefold() not in stems:
            raise StrayCaption(file=caption.filename, stem=stem)
        said[stem.casefold()] = await _text(caption)
    return said


def with_captions(pictures: Sequence[TrainingPicture], said: dict[str, str]) -> tuple[TrainingPicture, ...]:
    return tuple(
        replace(picture, caption=said.get(PurePath(picture.file_name).stem.casefold())) for picture in pictures
    )


async def _text(caption: discord.Attachment) -> str:
    if caption.size > _MOST_BYTES:
        raise UnreadableCaption(file=caption.filename, limit=LONGEST_PROMPT)
    try:
        return (await caption.read()).decode("utf-8-sig")[:LONGEST_PROMPT]
    except UnicodeDecodeError:
        raise UnreadableCaption(file=caption.filename, limit=LONGEST_PROMPT) from None
