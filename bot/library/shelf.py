"""Files of the embeddings folder: which of them are words, and which are not to be touched.

A word is a file with something in it, by its suffix, in no hidden folder. A link counts if it leads to such a file
inside the folder; a linked folder does not.
"""

import asyncio
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from bot.errors import EmbeddingTooHard, EmbeddingTooSlow, NotAnEmbedding, Refusal
from bot.files.folder_listing import FolderListing
from bot.files.looking import Looking

SUFFIXES = (".pt", ".safetensors", ".bin", ".pti")
"""In the order in which they are preferred where two files have one stem.

The trainer reads pictures as well; which of them carry a word, and which are mere previews, only a look inside tells.
"""
PICTURES = (".png", ".webp")
"""Pictures that the trainer looks into for a word."""
_AT_ONCE = 64
"""Files that one child looks into."""
_NOBODY = 0
"""Whose place such a look takes: no person waits for it."""


class _Stamp(NamedTuple):
    """A file as it was seen; another of these means other contents."""

    inode: int
    mtime_ns: int
    size: int


class Shelf:
    """Remembers which of the operator's files hold a program, or end their reader: nobody is shown or sent those."""

    def __init__(self, looking: Looking) -> None:
        self._looking = looking
        self._harmless: dict[Path, tuple[_Stamp, bool]] = {}
        self._one_look = asyncio.Lock()
        self._surveys: set[asyncio.Task[None]] = set()

    async def harmless(self, paths: Sequence[Path]) -> set[Path]:
        """Those of the files that may be shown; each is looked into once, and again when it has changed."""
        stamps = await asyncio.to_thread(_stamps, paths)
        if any(self._harmless.get(path, (None,))[0] != stamp for path, stamp in stamps.items()):
            survey = asyncio.create_task(self._survey(stamps))
            self._surveys.add(survey)
            survey.add_done_callback(self._surveys.discard)
            await asyncio.shield(survey)  # whoever waits no longer has begun what the next one needs
        return {path for path in stamps if self._harmless[path][1]}

    async def _survey(self, stamps: Mapping[Path, _Stamp]) -> None:
        async with self._one_look:
            new = [path for path, stamp in stamps.items() if self._harmless.get(path, (None,))[0] != stamp]
            for start in range(0, len(new), _AT_ONCE):
                for path, harmless in (await self._look(new[start : start + _AT_ONCE])).items():
                    self._harmless[path] = stamps[path], harmless

    async def _look(self, paths: Sequence[Path]) -> dict[Path, bool]:
        """One by one where a batch is stopped early or a file ends its reader."""
        looked = await self._looking.look(paths, person_id=_NOBODY)
        if len(paths) > 1 and any(_is_dangerous(refusal) for refusal in looked.refused):
            return {path: harmless for one in paths for path, harmless in (await self._look([one])).items()}
        return {path: not any(_is_dangerous(refusal) for refusal in looked.refused) for path in paths}


def _is_dangerous(refusal: Refusal) -> bool:
    if isinstance(refusal, NotAnEmbedding):
        return refusal.facts["reason"] in ("unsafe", "out_of_time", "left_unread")
    return isinstance(refusal, EmbeddingTooSlow | EmbeddingTooHard)


def files_in(listing: FolderListing, suffixes: Sequence[str] = SUFFIXES) -> list[tuple[str, Path]]:
    """Stems and files; of several with one stem, in whatever case, the preferred one comes first. For a thread."""
    inside = listing.folder.resolve()
    found = [path for path in listing.files() if _may_be_word(path, listing.folder, suffixes)]
    found = [path for path in found if _stays(path, inside) and _stamp(path)]
    found.sort(key=lambda path: (len(path.parts), suffixes.index(path.suffix.lower()), str(path)))
    return sorted(((path.stem, path) for path in found), key=lambda entry: entry[0].lower())


def _may_be_word(path: Path, root: Path, suffixes: Sequence[str]) -> bool:
    """By its suffix, in no hidden folder, and not one of the web UI's `x.preview.png`."""
    suffix = path.suffix.lower()
    if suffix not in suffixes or (suffix in PICTURES and path.stem.lower().endswith(".preview")):
        return False
    return all(_is_name(part) for part in path.relative_to(root).parts)


def _is_name(name: str) -> bool:
    """Not another program's unfinished copy, which begins with a dot, nor bytes that no text stands for."""
    return not name.startswith(".") and not any("\ud800" <= letter <= "\udfff" for letter in name)


def _stays(path: Path, inside: Path) -> bool:
    try:
        return not path.is_symlink() or path.resolve().is_relative_to(inside)
    except (OSError, RuntimeError):  # a link to itself
        return False


def _stamps(paths: Sequence[Path]) -> dict[Path, _Stamp]:
    return {path: stamp for path in paths if (stamp := _stamp(path)) is not None}


def _stamp(path: Path) -> _Stamp | None:
    """None for what is no file, or has nothing in it."""
    try:
        status = path.stat()
    except OSError:
        return None  # removed since it was listed, or a link to nothing
    if not stat.S_ISREG(status.st_mode) or not status.st_size:
        return None
    return _Stamp(status.st_ino, status.st_mtime_ns, status.st_size)
