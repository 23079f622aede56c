"""Ways to enlarge a picture: those that need nothing, and the networks that the operator has put into a folder."""

import asyncio
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
