"""A stranger's bytes → a verified, upright, metadata-free picture, stored by content hash."""

import asyncio
import errno
import hashlib
import math
import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import assert_never

import msgspec

from bot.errors import (
    EmptyFile,
    FileTooBig,
    KindNotTaken,
    NoSpace,
    PictureTooBig,
    PictureTooHard,
    PictureTooNarrow,
    PictureTooSlow,
    PictureTooSmall,
    Refusal,
)
from bot.files.children import CHILDREN_AT_ONCE, child
from bot.files.decoding import SHORTEST_SIDE, Decoded, Outcome, Rejected
from bot.files.kinds import foreign

_OUTCOME: msgspec.json.Decoder[Outcome] = msgspec.json.Decoder(Outcome)
MEGABYTE = 1_000_000
MEGAPIXEL = 1_000_000
LARGEST_UPLOAD = 25 * MEGABYTE
"""Bytes of one picture."""
_HEAD = 1024


@dataclass(frozen=True)
class Upload:
    """A file as it came."""

    file_name: str
    data: bytes

    @property
    def size(self) -> int:
        return len(self.data)

    def put_at(self, path: Path) -> None:
        path.write_bytes(self.data)

    def head(self) -> bytes:
        """Enough of it to tell what it is."""
        return self.data


@dataclass(frozen=True)
class UploadedFile:
    """A file as it came, on the store's disk: so a large one is never in memory."""

    file_name: str
    path: Path

    @property
    def size(self) -> int:
        return self.path.stat().st_size

    def put_at(self, path: Path) -> None:
        path.hardlink_to(self.path)

    def head(self) -> bytes:
        """Enough of it to tell what it is."""
        with self.path.open("rb") as file:
            return file.read(_HEAD)


@dataclass(frozen=True)
class StoredPicture:
    """An RGB PNG without metadata; `file_name` is what its person called it, pixels are after turning and reducing."""

    sha256: str
    path: Path
    width: int
    height: int
    file_name: str
    alpha: Path | None = None
    """Its opacity as a grey PNG; None where it is the same everywhere."""


@dataclass(frozen=True)
class Kept:
    """What became of a batch, each part in the order of the uploads; equal pictures are kept once."""

    pictures: tuple[StoredPicture, ...]
    refused: tuple[Refusal, ...]


class PictureStore:
    """Pictures at `<folder>/<first two digits>/<sha256>.png`; the same pixels twice are one file."""

    def __init__(
        self, folder: Path, *, max_bytes: int = LARGEST_UPLOAD, max_pixels: int = 40_000_000, seconds: float = 20
    ) -> None:
        """`seconds` is what one picture may take to decode. Removes what a killed bot left half done."""
        self.folder = folder.absolute()
        self._incoming = self.folder / "incoming"
        self._max_bytes = max_bytes
        self._max_pixels = max_pixels
        self._seconds = seconds
        self._places = asyncio.Semaphore(CHILDREN_AT_ONCE)
        self._moving = threading.Lock()
        shutil.rmtree(self._incoming, ignore_errors=True)

    def path_of(self, sha256: str) -> Path:
        """Where a picture lies, if it is here."""
        return self.folder / sha256[:2] / f"{sha256}.png"

    def hash_of(self, path: Path) -> str | None:
        """Of a picture that lies in this store."""
        return path.stem if path == self.path_of(path.stem) else None

    @contextmanager
    def inbox(self) -> Iterator[Path]:
        """A folder on the store's disk for uploads on their way, gone when the context ends. Raises NoSpace."""
        with _full_disk_refused():
            self._incoming.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=self._incoming) as folder:
                yield Path(folder)

    async def keep(
        self, uploads: Sequence[Upload | UploadedFile], each_read: Callable[[], None] = lambda: None
    ) -> Kept:
        """Decodes a batch in a child process and stores what could be read. Raises NoSpace when the disk is full.

        `each_read` is called when one more is read, or refused.
        """
        fates: list[StoredPicture | Refusal | None] = [self._refusal_by_size(upload) for upload in uploads]
        readable = [place for place, fate in enumerate(fates) if fate is None]
        while readable:
            async with self._places:
                decided = await self._decode([uploads[place] for place in readable], each_read)
            for place, fate in zip(readable, decided, strict=False):
                fates[place] = fate
            readable = readable[len(decided) :]
        return _kept(fates)

    async def _decode(
        self, uploads: Sequence[Upload | UploadedFile], each_read: Callable[[], None]
    ) -> list[StoredPicture | Refusal]:
        """The fates of the uploads up to the first that ended the child; the rest is for a fresh child."""
        fates: list[StoredPicture | Refusal] = []
        with _full_disk_refused():
            folder = await asyncio.to_thread(self._put_down, uploads)
            try:
                limits = (str(self._max_pixels), str(math.ceil(self._seconds)))
                async with child("bot.files.decoding", str(folder), str(len(uploads)), *limits) as (_, told):
                    for upload in uploads:
                        outcome = await self._next_outcome(told, upload)
                        each_read()
                        if isinstance(outcome, Refusal):
                            return [*fates, outcome]
                        fates.append(await self._fate(folder, upload, outcome))
            finally:
                await asyncio.to_thread(shutil.rmtree, folder)
        return fates

    def _put_down(self, uploads: Sequence[Upload | UploadedFile]) -> Path:
        """The uploads in a folder of their own, on the disk of the store, so that what comes of them can be renamed."""
        self._incoming.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(dir=self._incoming))
        try:
            for index, upload in enumerate(uploads):
                upload.put_at(folder / f"{index}.upload")
        except OSError:
            shutil.rmtree(folder)
            raise
        return folder

    async def _next_outcome(self, told: asyncio.StreamReader, upload: Upload | UploadedFile) -> Outcome | Refusal:
        """What the child says of this upload; a Refusal when it says nothing in time, or nothing that makes sense."""
        try:
            line = await asyncio.wait_for(told.readline(), self._seconds)
            return _OUTCOME.decode(line)
        except TimeoutError:
            return PictureTooSlow(file=upload.file_name, seconds=math.ceil(self._seconds))
        except (msgspec.DecodeError, ValueError):
            return PictureTooHard(file=upload.file_name)

    async def _fate(self, folder: Path, upload: Upload | UploadedFile, outcome: Outcome) -> StoredPicture | Refusal:
        match outcome:
            case Decoded():
                sha256, path = await asyncio.to_thread(self._store, folder / f"{outcome.index}.png")
                alpha = None
                if outcome.transparent:
                    _, alpha = await asyncio.to_thread(self._store, folder / f"{outcome.index}.alpha.png")
                return StoredPicture(sha256, path, outcome.width, outcome.height, upload.file_name, alpha)
            case Rejected():
                return self._refusal(upload, outcome)
            case _:
                assert_never(outcome)

    def _store(self, aside: Path) -> tuple[str, Path]:
        """The hash of a finished picture and its place, taken in one step once its bytes are on the disk."""
        with aside.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            os.fsync(file.fileno())
        path = self.path_of(sha256)
        path.parent.mkdir(parents=True, exist_ok=True)
        with self._moving:
            aside.replace(path)
        return sha256, path

    def remove_all_but(self, named: Collection[str], before: float) -> int:
        """Removes pictures stored earlier than `before` (seconds since 1970) whose hashes are not among the named.

        For a thread. One that is stored anew meanwhile stays: it has then become younger. Raises OSError.
        """
        removed = 0
        for path in self.folder.glob("[0-9a-f][0-9a-f]/*.png"):
            if path.stem in named:
                continue
            with self._moving:
                if path.stat().st_mtime < before:
                    path.unlink()
                    removed += 1
        return removed

    def _refusal_by_size(self, upload: Upload | UploadedFile) -> Refusal | None:
        try:
            check_size(upload.file_name, upload.size, self._max_bytes)
        except (EmptyFile, FileTooBig) as refusal:
            return refusal
        return None

    def _refusal(self, upload: Upload | UploadedFile, rejected: Rejected) -> Refusal:
        file, width, height = upload.file_name, rejected.width, rejected.height
        match rejected.reason:
            case "unidentified" | "broken":
                return foreign(file, upload.head())
            case "raw":
                return KindNotTaken(file=file, kind="raw")
            case "too_big":
                millions, limit = math.ceil(rejected.pixels / MEGAPIXEL), self._max_pixels // MEGAPIXEL
                return PictureTooBig(file=file, millions=millions, limit=limit)
            case "too_small":
                return PictureTooSmall(file=file, width=width, height=height, limit=SHORTEST_SIDE)
            case "too_narrow":
                return PictureTooNarrow(file=file, width=width, height=height)
            case "no_space":
                raise NoSpace
            case _:
                assert_never(rejected.reason)


def check_size(file_name: str, size: int, most: int) -> None:
    """Of any upload, in bytes. Raises EmptyFile, and FileTooBig with megabytes that are rounded up."""
    if size == 0:
        raise EmptyFile(file=file_name)
    if size > most:
        raise FileTooBig(file=file_name, megabytes=math.ceil(size / MEGABYTE), limit=most // MEGABYTE)


def _kept(fates: Sequence[StoredPicture | Refusal | None]) -> Kept:
    pictures: dict[str, StoredPicture] = {}
    for fate in fates:
        if isinstance(fate, StoredPicture):
            pictures.setdefault(fate.sha256, fate)
    return Kept(tuple(pictures.values()), tuple(fate for fate in fates if isinstance(fate, Refusal)))


@contextmanager
def _full_disk_refused() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise NoSpace from error
        raise
