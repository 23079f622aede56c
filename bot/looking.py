"""Strangers' files, looked into by child processes that run nothing of them.

`trainer.embeddings.look` for embeddings, `trainer.sampling.picture_info` for what pictures say of themselves.
"""

import asyncio
import math
import shutil
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias

import msgspec

from bot.children import CHILDREN_AT_ONCE, child
from bot.errors import (
    EmbeddingTooHard,
    EmbeddingTooSlow,
    NotAnEmbedding,
    PictureTooHard,
    PictureTooSlow,
    Refusal,
    UnsafeFile,
)
from bot.kinds import foreign
from bot.uploads import Upload
from trainer.protocol import Look, RefusedFile, SeenFile, SeenPicture

LOOK_SECONDS = 20.0
FETCH_SECONDS = 60.0
_LOOK: msgspec.json.Decoder[Look] = msgspec.json.Decoder(Look)
_PASSED_ON_FOR_THE_HUB = ("HF_ENDPOINT", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "SSL_CERT_FILE")
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
_Fault: TypeAlias = Literal["slow", "hard"]
"""Why a child said no more: its time was over, or it ended badly."""


class Looked(NamedTuple):
    """What was found in a batch of files."""

    seen: tuple[SeenFile, ...]
    refused: tuple[Refusal, ...]


class Looking:
    """Starts the children, a few at a time. A file that is too slow, or ends its reader, is a refusal like others."""

    def __init__(self, folder: Path, seconds: float = LOOK_SECONDS) -> None:
        """`folder` is for what comes and goes; `seconds` is what one batch of files may take."""
        self._folder = folder
        self._seconds = seconds
        self._places = asyncio.Semaphore(CHILDREN_AT_ONCE)
        shutil.rmtree(folder, ignore_errors=True)  # what a killed bot left half done

    @asynccontextmanager
    async def desk(self) -> AsyncIterator[Path]:
        """A fresh folder, gone with all that is in it when the context ends."""
        self._folder.mkdir(parents=True, exist_ok=True)
        desk = Path(tempfile.mkdtemp(dir=self._folder))
        try:
            yield desk
        finally:
            await asyncio.to_thread(shutil.rmtree, desk)

    async def look(self, files: Sequence[Path], *options: str) -> Looked:
        """Looks into the files; `options` are the child's, such as `--write own --to FOLDER`."""
        command = ("trainer.embeddings.look", *map(str, files), *options)
        told, fault = await self._told(command, (), self._seconds)
        seen = tuple(one for one in told if isinstance(one, SeenFile))
        refused: list[Refusal] = [_refusal(one) for one in told if isinstance(one, RefusedFile)]
        if fault is not None:
            refused += [_embedding_fault(fault, file.name, self._seconds) for file in _untold(files, told)]
        return Looked(seen, tuple(refused))

    async def fetch(self, concept: str, folder: Path) -> None:
        """Downloads a concept's one file from the hub into the folder. Raises Refusal."""
        command = ("trainer.embeddings.concept", concept, "--to", str(folder))
        told, fault = await self._told(command, _PASSED_ON_FOR_THE_HUB, FETCH_SECONDS)
        for one in told:
            if isinstance(one, RefusedFile):
                raise _refusal(one)
        if fault is not None:
            raise _embedding_fault(fault, concept, FETCH_SECONDS)

    async def look_at_picture(self, upload: Upload) -> SeenPicture:
        """What an uploaded picture carries. Raises the Refusal of what is none, broken, or too much for its reader."""
        async with self.desk() as desk:
            path = desk / "picture"
            await asyncio.to_thread(path.write_bytes, upload.data)
            told, fault = await self._told(("trainer.sampling.picture_info", str(path)), (), self._seconds)
        for one in told:
            if isinstance(one, SeenPicture):
                return one
        if told:
            raise foreign(upload.file_name, upload.data)
        if fault == "slow":
            raise PictureTooSlow(file=upload.file_name, seconds=math.ceil(self._seconds))
        raise PictureTooHard(file=upload.file_name)

    async def _told(
        self, command: Sequence[str], passed_on: Sequence[str], seconds: float
    ) -> tuple[list[Look], _Fault | None]:
        """What the child says, and why there may be no more of it."""
        told: list[Look] = []
        spawned = child(*command, passed_on=passed_on, environment=_ONE_THREAD)
        async with self._places, spawned as (process, said):
            try:
                async with asyncio.timeout(seconds):
                    async for line in said:
                        told += [_LOOK.decode(line)]  # one by one: what came before a timeout counts
                    ended = await process.wait()
            except TimeoutError:
                return told, "slow"
            except (msgspec.DecodeError, ValueError):
                return told, "hard"
        return told, None if ended == 0 else "hard"


def _untold(files: Sequence[Path], told: Sequence[Look]) -> list[Path]:
    known = {one.file for one in told}
    return [file for file in files if str(file) not in known]


def _refusal(refused: RefusedFile) -> Refusal:
    if refused.unsafe:
        return UnsafeFile(file=Path(refused.file).name)
    return NotAnEmbedding(file=Path(refused.file).name, reason=refused.reason)


def _embedding_fault(fault: _Fault, file: str, seconds: float) -> Refusal:
    return EmbeddingTooSlow(file=file, seconds=math.ceil(seconds)) if fault == "slow" else EmbeddingTooHard(file=file)
