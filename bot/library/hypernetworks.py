"""The hypernetworks that the operator has put into a folder: everybody's, by their files' stems."""

import asyncio
from pathlib import Path

from bot.files.folder_listing import FolderListing
from bot.files.hashes import FileHashes
from bot.texts.spelling import key
from trainer.protocol import HYPERNETWORK, LARGEST_HYPERNETWORK_FILE, HypernetworkFile, read_extra_networks

_SUFFIX = ".pt"
"""The web UI's, which looks at no others."""


class Hypernetworks:
    """Lists the folder anew whenever it has changed. Whether a file can be used, the trainer finds out."""

    def __init__(self, folder: Path) -> None:
        self._listing = FolderListing(folder)
        self._hashes = FileHashes()

    async def names(self) -> list[str]:
        """As the files are called; of those that differ in case only the first."""
        found: dict[str, str] = {}
        for path in await asyncio.to_thread(self._files):
            found.setdefault(key(path.stem), path.stem)
        return list(found.values())

    async def meant(self, prompt: str) -> tuple[HypernetworkFile, ...]:
        """The files that a prompt's tags name, each as it is now. Of one name's the first counts."""
        wanted = {key(tag.name) for tag in read_extra_networks(prompt)[1] if tag.kind == HYPERNETWORK}
        return await asyncio.to_thread(self._named, wanted) if wanted else ()

    async def sha256_of(self, name: str) -> str | None:
        """64 hexadecimal digits, none of a file that cannot be read; None where there is no such hypernetwork."""
        return next((file.sha256 for file in await asyncio.to_thread(self._named, {key(name)})), None)

    def _named(self, keys: set[str]) -> tuple[HypernetworkFile, ...]:
        paths = [path for path in self._files() if key(path.stem) in keys]
        return tuple(HypernetworkFile(name=path.stem, path=str(path), sha256=self._sha256(path)) for path in paths)

    def _files(self) -> list[Path]:
        """Not another program's unfinished copies, which begin with a dot."""
        files = self._listing.files()
        fitting = [path for path in files if path.suffix.lower() == _SUFFIX and not path.name.startswith(".")]
        return sorted(fitting, key=lambda path: (key(path.stem), str(path)))

    def _sha256(self, path: Path) -> str:
        """Nothing for a file that the trainer will not read either, and says why."""
        try:
            return self._hashes.of(path) if path.stat().st_size <= LARGEST_HYPERNETWORK_FILE else ""
        except OSError:
            return ""
