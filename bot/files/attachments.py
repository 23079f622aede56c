"""Files that people attach: what they called them, and fetching them within one budget for the whole bot."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path, PurePath

import aiohttp
import discord
import msgspec
import structlog

from bot.errors import NotFetched

log = structlog.get_logger(__name__)

IN_FLIGHT = 50_000_000
"""Bytes of uploads that are fetched and read at any one time; whoever comes later waits in line."""
TRIES = 3
FIRST_WAIT = 0.5
"""Seconds; twice as many before the last try."""
FETCH_SECONDS = 60.0
LONGEST_NAME = 150
"""Characters of a name that is kept, without its suffix."""
_CHUNK = 65_536
_TOO_BUSY = 500
"""This status and those above may pass; those between it and 200 never do."""


class SentFile(msgspec.Struct, frozen=True):
    """An upload that lies with Discord, where it stays for about a day."""

    name: str
    size: int
    """Bytes, as Discord says."""
    url: str


def sent(attachment: discord.Attachment) -> SentFile:
    return SentFile(original_name(attachment), attachment.size, attachment.url)


def original_name(attachment: discord.Attachment) -> str:
    """What the person's file was called: where Discord changed the name, `title` keeps it, without the suffix."""
    suffix = PurePath(attachment.filename).suffix
    title = (attachment.title or "").removesuffix(suffix)
    stem = "".join(each if each.isprintable() and each not in "/\\" else "_" for each in title)[:LONGEST_NAME].strip()
    return stem + suffix if stem else attachment.filename


class Budget:
    """So many bytes at any one time. Who waits goes in the order of coming, so that large ones are never passed by."""

    def __init__(self, most: int) -> None:
        self._most = self._free = most
        self._turn = asyncio.Lock()
        self._returned = asyncio.Event()

    @asynccontextmanager
    async def share(self, size: int) -> AsyncIterator[None]:
        """A part of the budget, all of it at most, held to the end of the context."""
        size = min(size, self._most)
        async with self._turn:
            while self._free < size:
                self._returned.clear()
                await self._returned.wait()
            self._free -= size
        try:
            yield
        finally:
            self._free += size
            self._returned.set()


class Attachments:
    """Fetches uploads; `budget` is for all who do so."""

    def __init__(self, http: aiohttp.ClientSession, budget: Budget) -> None:
        self._http = http
        self.budget = budget

    async def to_file(self, file: SentFile, path: Path) -> None:
        """Fetches an upload piece by piece into a file, never more than was announced. Raises NotFetched."""
        with path.open("wb") as target:
            for attempt in range(1, TRIES + 1):
                target.seek(0)
                target.truncate()
                try:
                    async for piece in self._pieces(file):
                        await asyncio.to_thread(target.write, piece)
                    return
                except (aiohttp.ClientError, TimeoutError, ConnectionError) as error:
                    log.warning("upload not fetched", attempt=attempt, error=repr(error))
                    passes = not isinstance(error, aiohttp.ClientResponseError) or error.status >= _TOO_BUSY
                    if attempt == TRIES or not passes:
                        raise NotFetched(file=file.name) from error
                    await asyncio.sleep(FIRST_WAIT * attempt)

    async def data(self, file: SentFile) -> bytes:
        """An upload's bytes, of a size that was checked before. Raises NotFetched."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "upload"
            await self.to_file(file, path)
            return await asyncio.to_thread(path.read_bytes)

    async def _pieces(self, file: SentFile) -> AsyncIterator[bytes]:
        """A redirection is a fault: Discord's addresses have none."""
        timeout = aiohttp.ClientTimeout(total=FETCH_SECONDS)
        async with self._http.get(file.url, timeout=timeout, allow_redirects=False) as response:
            if response.status != 200:
                raise aiohttp.ClientResponseError(response.request_info, (), status=response.status)
            fetched = 0
            async for piece in response.content.iter_chunked(_CHUNK):
                fetched += len(piece)
                if fetched > file.size:
                    raise aiohttp.ClientPayloadError("more than was announced")
                yield piece
