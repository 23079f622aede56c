"""Strangers' files, looked into by child processes that run nothing of them.

`trainer.embeddings.look` for embeddings, `trainer.infotext.picture_info` for what pictures say of themselves.
"""

import asyncio
import math
import shutil
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias

import msgspec

from bot.errors import (
    EmbeddingTooHard,
    EmbeddingTooSlow,
    NotAnEmbedding,
    PictureTooHard,
    PictureTooSlow,
    Refusal,
)
from bot.files.children import CHILDREN_AT_ONCE, child
from bot.files.kinds import foreign
from bot.files.turns import Turns
from bot.files.uploads import Upload
from trainer.protocol import FileFault, Look, OpeningFile, RefusedFile, SeenFile, SeenPicture

LOOK = "trainer.embeddings.look"
LOOK_SECONDS = 20.0
MOST_KILLERS = 3
"""Files of a batch that may end their readers; what is unread then stays unread."""
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


class _Told(NamedTuple):
    """What a child said, and why it said no more."""

    told: tuple[Look, ...]
    fault: _Fault | None

    @property
    def last_opened(self) -> str | None:
        """The file that it was at in the end."""
        return next((one.file for one in reversed(self.told) if isinstance(one, OpeningFile)), None)


class Looking:
    """Starts the children, a few at a time, one for each person: others never wait for one person's files.

    A file that is too slow, or ends its reader, is a refusal like others.
    """

    def __init__(self, folder: Path, seconds: float = LOOK_SECONDS) -> None:
        """`folder` is for what comes and goes; `seconds` is how long a child may say nothing."""
        self._folder = folder
        self._seconds = seconds
        self._turns = Turns(CHILDREN_AT_ONCE)
        self._fetches = Turns(CHILDREN_AT_ONCE)
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

    async def look(self, files: Sequence[Path], *options: str, person_id: int) -> Looked:
        """Looks into the files; `options` are the child's, such as `--write=own`.

        A file that ends its reader is refused, and a fresh child reads the others, up to MOST_KILLERS times.
        """
        async with self._turns.turn(person_id):
            killers: dict[str, _Fault] = {}
            while True:
                without = [f"--without={file}" for file in killers]
                command = (LOOK, *options, *without, "--", *map(str, files))
                said = await self._said(command, (), self._seconds)
                if said.fault is not None and said.last_opened is not None:
                    killers[said.last_opened] = said.fault
                    if len(killers) < MOST_KILLERS:
                        continue
                return self._looked(files, said, killers)

    def _looked(self, files: Sequence[Path], said: _Told, killers: Mapping[str, _Fault]) -> Looked:
        seen = tuple(one for one in said.told if isinstance(one, SeenFile))
        refused = [_refusal(one) for one in said.told if isinstance(one, RefusedFile)]
        refused += [self._embedding_fault(fault, Path(file).name) for file, fault in killers.items()]
        if said.fault is not None:
            known = {one.file for one in said.told if not isinstance(one, OpeningFile)}
            untold = [file.name for file in files if str(file) not in known | killers.keys()]
            refused += [
                NotAnEmbedding(file=file, reason="left_unread") if killers else self._embedding_fault(said.fault, file)
                for file in untold
            ]
        return Looked(seen, tuple(refused))

    async def fetch(self, concept: str, folder: Path, *, person_id: int) -> None:
        """Downloads a concept's one file from the hub into the folder. Raises Refusal."""
        command = ("trainer.embeddings.concept", f"--to={folder}", "--", concept)
        async with self._fetches.turn(person_id):
            said = await self._said(command, _PASSED_ON_FOR_THE_HUB, FETCH_SECONDS)
        for one in said.told:
            if isinstance(one, RefusedFile):
                raise _refusal(one)
        if said.fault == "slow":
            raise EmbeddingTooSlow(file=concept, seconds=math.ceil(FETCH_SECONDS))
        if said.fault is not None:
            raise EmbeddingTooHard(file=concept)

    async def look_at_picture(self, upload: Upload, *, person_id: int) -> SeenPicture:
        """What an uploaded picture carries. Raises the Refusal of what is none, broken, or too much for its reader."""
        async with self.desk() as desk:
            path = desk / "picture"
            await asyncio.to_thread(path.write_bytes, upload.data)
            async with self._turns.turn(person_id):
                said = await self._said(("trainer.infotext.picture_info", "--", str(path)), (), self._seconds)
        for one in said.told:
            if isinstance(one, SeenPicture):
                return one
        if said.told:
            raise foreign(upload.file_name, upload.data)
        if said.fault == "slow":
            raise PictureTooSlow(file=upload.file_name, seconds=math.ceil(self._seconds))
        raise PictureTooHard(file=upload.file_name)

    async def _said(self, command: Sequence[str], passed_on: Sequence[str], seconds: float) -> _Told:
        """What the child says until it ends, or says nothing for so long."""
        told: list[Look] = []
        async with child(*command, passed_on=passed_on, environment=_ONE_THREAD) as (process, said):
            try:
                while line := await asyncio.wait_for(said.readline(), seconds):
                    told.append(_LOOK.decode(line))  # one by one: what came before a timeout counts
                ended = await asyncio.wait_for(process.wait(), seconds)
            except TimeoutError:
                return _Told(tuple(told), "slow")
            except (msgspec.DecodeError, ValueError):
                return _Told(tuple(told), "hard")
        return _Told(tuple(told), None if ended == 0 else "hard")

    def _embedding_fault(self, fault: _Fault, file: str) -> Refusal:
        if fault == "slow":
            return EmbeddingTooSlow(file=file, seconds=math.ceil(self._seconds))
        return EmbeddingTooHard(file=file)


def _refusal(refused: RefusedFile) -> Refusal:
    return not_an_embedding(Path(refused.file).name, refused.fault)


def not_an_embedding(file: str, fault: FileFault) -> NotAnEmbedding:
    """What a reader found, as the person reads it."""
    return NotAnEmbedding(file=file, reason=fault.reason, name=fault.name, count=fault.count, other=fault.other)
