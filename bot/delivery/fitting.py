"""A message's files, made to fit: what is larger than Discord takes is sent as JPEG, smaller, or left out."""

import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any, NamedTuple

import discord
from discord import ui
from PIL import ExifTags, Image

from bot.delivery.file_names import TitledFile
from bot.delivery.outgoing import Outgoing, layout
from bot.texts.catalogue import Texts

FILE_LIMIT = 10 * 2**20
"""Bytes of a file where nothing else is known."""
MESSAGE_LIMIT = 25 * 2**20 - 2**18
"""Bytes of all files of a message; the rest of Discord's 25 MiB is for the message itself."""
SMALLER_LIMIT = 2 * 2**20
"""Bytes of all pictures of a message that was refused before."""

_QUALITIES: tuple[tuple[int, int], ...] = ((90, 1), (80, 1), (80, 2), (80, 4))
"""What is tried in turn: JPEG's quality, and by how much the sides are divided."""
_LONGEST_COMMENT = 30_000
"""Characters, of two bytes: a JPEG's EXIF has 64 KB."""
_PICTURES, _FILMS = (".png",), (".webp",)


class Fit(NamedTuple):
    """How a message's files are sent, by the names they were to have. Files that are not named go as they are."""

    renamed: dict[str, str]
    left_out: tuple[str, ...]
    made: dict[str, IO[bytes]]
    """Open and already unlinked, so that no copy of a picture outlives its message."""

    def close(self) -> None:
        for file in self.made.values():
            file.close()


class Fitting:
    """Makes files smaller, one at a time: a decoded picture may take 12 MB."""

    def __init__(self) -> None:
        self._one = asyncio.Lock()

    async def fit(self, files: Sequence[tuple[str, Path]], limit: int, *, smaller: bool = False) -> Fit:
        """`limit` is for one file, in bytes; `smaller` is asked for when Discord refused what we thought would fit."""
        sizes = {name: await asyncio.to_thread(_size, path) for name, path in files}
        pictures = {name: path for name, path in files if path.suffix in _PICTURES}
        room = MESSAGE_LIMIT - sum(size for name, size in sizes.items() if _is_kept(name, sizes, limit))
        if smaller:
            room = min(room, SMALLER_LIMIT, sum(sizes[name] for name in pictures) // 4)
        left_out = [name for name, path in files if path.suffix not in (*_PICTURES, *_FILMS) and sizes[name] > limit]
        left_out += self._films_left_out(files, sizes, room, limit, smaller=smaller)
        room -= sum(sizes[name] for name, path in files if path.suffix in _FILMS and name not in left_out)
        renamed: dict[str, str] = {}
        made: dict[str, IO[bytes]] = {}
        for name, share in _shares({name: sizes[name] for name in pictures}, room, limit).items():
            async with self._one:
                copy = await asyncio.to_thread(_as_jpeg, pictures[name], share)
            if copy is None:
                left_out.append(name)
            else:
                renamed[name] = f"{Path(name).stem}.jpg"
                made[name] = copy
        return Fit(renamed, tuple(left_out), made)

    def _films_left_out(
        self, files: Sequence[tuple[str, Path]], sizes: dict[str, int], room: int, limit: int, *, smaller: bool
    ) -> list[str]:
        """A film is the first to go: its pictures stand in the run's thread."""
        films = [name for name, path in files if path.suffix in _FILMS]
        others = sum(sizes[name] for name, path in files if path.suffix in _PICTURES)
        return [name for name in films if smaller or sizes[name] > limit or sizes[name] + others > room]


def adapt(view: ui.LayoutView, fit: Fit, texts: Texts) -> None:
    """Names the files in a card as they are sent, takes away what is not, and says so."""
    if not (fit.renamed or fit.left_out):
        return
    parents: list[Any] = [view, *(item for item in view.walk_children() if isinstance(item, ui.Container))]
    for parent in parents:
        for item in list(parent.children):
            if isinstance(item, ui.MediaGallery):
                _adapt_gallery(parent, item, fit)
            elif isinstance(item, ui.File) and item.url.removeprefix("attachment://") in fit.left_out:
                parent.remove_item(item)
    notes = [texts("fitted-jpeg", pictures=len(fit.renamed))] if fit.renamed else []
    notes += [texts("fitted-left-out", files=len(fit.left_out))] if fit.left_out else []
    _add_text(view, "\n".join(f"-# {note}" for note in notes))


def shortened(outgoing: Outgoing, line: str, more: Sequence[ui.Item[Any]] = (), mark: int | None = None) -> Outgoing:
    """What is sent when Discord takes the message in no other form: its first words, a line, its buttons."""
    items = list(outgoing.view.walk_children())
    words = next((item.content for item in items if isinstance(item, ui.TextDisplay)), "")
    rows = [item for item in items if isinstance(item, ui.ActionRow)]
    blocks: list[ui.Item[Any]] = [ui.TextDisplay(words[:1000].rstrip("\\")), ui.TextDisplay(line), *more, *rows]
    return Outgoing(layout(*blocks, mark=mark), ping=outgoing.ping)


def discord_files(outgoing: Outgoing, fit: Fit) -> list[discord.File]:
    """Opens them, as they are to be sent."""
    sent = [(name, path) for name, path in outgoing.files if name not in fit.left_out]
    return [
        TitledFile(fit.made.get(name, path), fit.renamed.get(name, name), outgoing.titles.get(name))
        for name, path in sent
    ]


def _add_text(view: ui.LayoutView, text: str) -> None:
    container = next((item for item in view.children if isinstance(item, ui.Container)), None)
    (container or view).add_item(ui.TextDisplay(text))


def _adapt_gallery(parent: Any, gallery: ui.MediaGallery[Any], fit: Fit) -> None:
    shown = []
    for item in gallery.items:
        name = item.media.url.removeprefix("attachment://")
        if name in fit.left_out:
            continue
        if name in fit.renamed:
            item.media = discord.UnfurledMediaItem(f"attachment://{fit.renamed[name]}")
        shown.append(item)
    if shown:
        gallery.items = shown
    else:
        parent.remove_item(gallery)


def _is_kept(name: str, sizes: dict[str, int], limit: int) -> bool:
    """Neither picture nor film: an embedding's file, which goes as it is or not at all."""
    return Path(name).suffix not in (*_PICTURES, *_FILMS) and sizes[name] <= limit


def _shares(sizes: dict[str, int], room: int, limit: int) -> dict[str, int]:
    """Pictures that must become smaller, and the bytes each may take; small ones leave their room to the others."""
    too_large: dict[str, int] = {}
    left, waiting = room, sorted(sizes, key=lambda name: sizes[name])
    while waiting:
        share = min(limit, max(0, left) // len(waiting))
        name = waiting.pop(0)
        if sizes[name] > share:
            too_large[name] = share
        left -= min(sizes[name], share)
    return too_large


def _as_jpeg(path: Path, room: int) -> IO[bytes] | None:
    """The best JPEG of at most `room` bytes, with the text that the PNG carries; None where none is small enough."""
    try:
        with Image.open(path, formats=("PNG",)) as picture:
            exif = _exif(picture.info.get("parameters"))
            pixels = picture.convert("RGB")
    except (OSError, SyntaxError, ValueError):  # damaged
        return None
    for quality, divisor in _QUALITIES:
        # Beside the original, so that it takes no room in memory where /tmp is memory.
        copy = tempfile.TemporaryFile(dir=path.parent)  # noqa: SIM115 - closed when it was sent
        size = (max(1, pixels.width // divisor), max(1, pixels.height // divisor))
        (pixels if divisor == 1 else pixels.resize(size)).save(copy, "JPEG", quality=quality, exif=exif)
        if copy.tell() <= room:
            copy.seek(0)
            return copy
        copy.close()
    return None


def _exif(parameters: str | None) -> Image.Exif:
    """Where the web UI, and `/picture info`, look for the text of a JPEG: the user comment (EXIF 2.32, table 9)."""
    exif = Image.Exif()
    if parameters:
        text = parameters[:_LONGEST_COMMENT].encode("utf-16-be", errors="replace")
        exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.UserComment] = b"UNICODE\0" + text
    return exif


def _size(path: Path) -> int:
    return path.stat().st_size
