"""A trainer as a child process of the bot, on a socket of its own."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import structlog

from bot.workers.worker import WorkerLost
from trainer.protocol import Control, Loading, Ready, Told

log = structlog.get_logger(__name__)

LINE_LIMIT = 16 * 1024 * 1024
"""Bytes of one message; asyncio refuses more than 64 KiB unless told otherwise."""
GRACE_SECONDS = 5.0
"""A trainer whose socket is closed may take so long to end."""
LOADING_SECONDS = 1800.0
"""One step of loading may be silent for so long: a large file on a slow disk, a model that is compiled."""
_SECRETS = ("DISCORD_TOKEN",)
_KERNEL_COUNTS = Path("/proc/vmstat")


class ChildConnection:
    """One trainer process and the socket to it."""

    def __init__(
        self,
        process: asyncio.subprocess.Process,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        silence_seconds: float,
    ) -> None:
        self.process = process
        self._reader = reader
        self._writer = writer
        self._silence_seconds = silence_seconds
        self._patience = max(silence_seconds, LOADING_SECONDS)
        self._killed = False
        self._has_work = False
        self._starved_before = _starved()
        self._encoder = msgspec.json.Encoder()
        self._decoder = msgspec.json.Decoder(Told)

    async def send(self, control: Control) -> None:
        try:
            self._writer.write(self._encoder.encode(control) + b"\n")
            await self._writer.drain()
        except ConnectionError as error:
            raise WorkerLost(str(error)) from error

    async def told(self) -> AsyncIterator[Told]:
        while True:
            told = await self._message()
            loading = isinstance(told, Loading)
            self._has_work = self._has_work or isinstance(told, Ready)
            self._patience = max(self._silence_seconds, LOADING_SECONDS) if loading else self._silence_seconds
            yield told

    async def _message(self) -> Told:
        line = await self._line()
        try:
            told: Told = self._decoder.decode(line)
        except msgspec.MsgspecError as error:
            raise WorkerLost(f"said what is no message: {error}") from error
        return told

    async def _line(self) -> bytes:
        try:
            async with asyncio.timeout(self._patience):
                line = await self._reader.readline()
        except TimeoutError:
            self.kill()
            raise WorkerLost(f"said nothing for {self._patience:.0f} s") from None
        except ValueError as error:  # longer than the limit
            raise WorkerLost(str(error)) from error
        except ConnectionError as error:
            raise WorkerLost(str(error), from_outside=await self._ended_from_outside()) from error
        if not line.endswith(b"\n"):
            raise WorkerLost("closed its end", from_outside=await self._ended_from_outside())
        return line

    async def _ended_from_outside(self) -> bool:
        """Whether somebody else ended the process: asked it to go, or killed it.

        The kernel, too, kills a process that takes more memory than there is, which is its own work's doing; of that
        it keeps a count.
        """
        code = await self._exit_code()
        return code == 0 or (code == -signal.SIGKILL and not self._killed and _starved() == self._starved_before)

    def kill(self) -> None:
        """Ends the process now, if there still is one."""
        if self.process.returncode is None:
            self._killed = True
            os.killpg(self.process.pid, signal.SIGKILL)

    async def end(self) -> int:
        """Closes the socket, at which a trainer ends by itself; kills one that does not. Returns its exit code.

        One that has not got so far as to take requests has nothing to save, and does not listen while it loads.
        """
        if not self._has_work:
            self.kill()
        self._writer.close()
        return await self._exit_code()

    async def _exit_code(self) -> int:
        """Waits for the process to end, and kills one that does not."""
        try:
            async with asyncio.timeout(GRACE_SECONDS):
                return await self.process.wait()
        except TimeoutError:
            self.kill()
            return await self.process.wait()


class ChildWorker:
    """Starts `python -m trainer` with the given arguments."""

    def __init__(self, arguments: Sequence[str], silence_seconds: float) -> None:
        self._arguments = arguments
        self._silence_seconds = silence_seconds

    @asynccontextmanager
    async def live(self) -> AsyncIterator[ChildConnection]:
        try:
            process, ours = await self._start()
        except OSError as error:
            raise WorkerLost(f"could not be started: {error}") from error
        reader, writer = await asyncio.open_connection(sock=ours, limit=LINE_LIMIT)
        connection = ChildConnection(process, reader, writer, self._silence_seconds)
        log.info("trainer started", pid=process.pid)
        try:
            yield connection
        finally:
            log.info("trainer ended", pid=process.pid, exit_code=await connection.end())

    async def _start(self) -> tuple[asyncio.subprocess.Process, socket.socket]:
        ours, theirs = socket.socketpair()
        with theirs:
            command = [sys.executable, "-m", "trainer", "--fd", str(theirs.fileno()), "--parent", str(os.getpid())]
            process = await asyncio.create_subprocess_exec(
                *command,
                *self._arguments,
                stdin=asyncio.subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,  # a Ctrl-C at the terminal is for the bot, which then asks the trainer to save
                env=_environment(),
            )
        return process, ours


def _starved() -> str | None:
    """The kernel's count of processes that it killed for want of memory; None where it does not tell."""
    try:
        lines = _KERNEL_COUNTS.read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    return next((line for line in lines if line.startswith("oom_kill ")), None)


def _environment() -> dict[str, str]:
    """The bot's own, without its secrets, and with its import path."""
    kept = {key: value for key, value in os.environ.items() if key not in _SECRETS}
    return {**kept, "PYTHONPATH": str(Path(__file__).parents[2])}
