"""Ways to enlarge a picture: those that need nothing, and the networks that the operator has put into a folder."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from bot.files.folder_listing import FolderListing
from trainer.protocol import Upscaler, upscalers_with


class Upscalers:
    """Lists the folder anew whenever it has changed. Whether a file can be used, the trainer finds out."""

    def __init__(self, folder: Path) -> None:
        self._listing = FolderListing(folder)

    async def known(self) -> tuple[Upscaler, ...]:
        """Those that need nothing first; networks by name."""
        return upscalers_with(await asyncio.to_thread(self._listing.files))


def best(upscalers: Sequence[Upscaler]) -> str:
    """The name of the first network; without one, of the best of the others."""
    return next((each.name for each in upscalers if each.network is not None), "Lanczos")
