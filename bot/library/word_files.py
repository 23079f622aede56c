"""Where the files of words lie: each person's in a folder of their own, the operator's in the one for everybody."""

from collections.abc import Sequence
from pathlib import Path

from bot.files.folder_listing import FolderListing
from bot.library.shelf import SUFFIXES, files_in


class WordFiles:
    """Its methods read the disk: for a thread."""

    def __init__(self, data: Path) -> None:
        """`data` is the data folder."""
        self._data = data
        self._everybodys = FolderListing(self.folder_of(None))

    def folder_of(self, owner_id: int | None) -> Path:
        """Of a person, or of everybody. What lies in a person's folder is a word only where there is a row of it."""
        return self._data / "embeddings" if owner_id is None else self._data / "words" / str(owner_id)

    def of(self, owner_id: int | None, suffixes: Sequence[str] = SUFFIXES) -> list[tuple[str, Path]]:
        """Stems and files; of several with one stem, in whatever case, the preferred one comes first."""
        listing = self._everybodys if owner_id is None else FolderListing(self.folder_of(owner_id))
        return files_in(listing, suffixes)
