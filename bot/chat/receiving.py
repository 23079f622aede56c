"""Pictures that a person attaches, fetched and stored in their turn."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from bot.chat.drafts import KeptPicture
from bot.chat.service import Service
from bot.errors import Refusal
from bot.files.attachments import SentFile
from bot.files.uploads import LARGEST_UPLOAD, UploadedFile, check_size


class Received(NamedTuple):
    """What became of uploads; equal pictures are kept once."""

    pictures: tuple[KeptPicture, ...]
    refused: tuple[Refusal, ...]


async def receive(service: Service, files: Sequence[SentFile], each_read: Callable[[], None]) -> Received:
    """Fetches and stores pictures, in their person's turn, within what the whole bot may have of them at a time.

    Raises NoSpace.
    """
    pictures: dict[str, KeptPicture] = {}
    refused: list[Refusal] = []
    for group in _groups(files):
        async with service.attachments.budget.share(sum(file.size for file in group)):
            with service.pictures.inbox() as inbox:
                fates = await asyncio.gather(
                    *(_fetched(service, file, inbox / str(place)) for place, file in enumerate(group))
                )
                kept = await service.pictures.keep(
                    [fate for fate in fates if isinstance(fate, UploadedFile)], each_read
                )
        refused += [fate for fate in fates if isinstance(fate, Refusal)]
        refused += kept.refused
        for picture in kept.pictures:
            alpha = picture.alpha.stem if picture.alpha is not None else ""
            pictures.setdefault(picture.sha256, KeptPicture(picture.sha256, picture.file_name, alpha))
    return Received(tuple(pictures.values()), tuple(refused))


async def _fetched(service: Service, file: SentFile, path: Path) -> UploadedFile | Refusal:
    try:
        check_size(file.name, file.size, LARGEST_UPLOAD)
        await service.attachments.to_file(file, path)
    except Refusal as refusal:
        return refusal
    return UploadedFile(file.name, path)


def _groups(files: Sequence[SentFile]) -> list[list[SentFile]]:
    """As many at a time as one largest upload has bytes, so that each child process has something to do."""
    groups: list[list[SentFile]] = []
    size = 0
    for file in files:
        if not groups or size + file.size > LARGEST_UPLOAD:
            groups.append([])
            size = 0
        groups[-1].append(file)
        size += file.size
    return groups
