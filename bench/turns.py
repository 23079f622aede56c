"""The real engine, watched turn by turn over its own socket."""

import socket
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import msgspec

from trainer.engine.engine import Engine
from trainer.models.family import Family
from trainer.protocol import Control, Failed, Start, Told, TrainRequest
from trainer.upscaling.folder import UpscalersFolder
from trainer.wire import Wire

_CHUNK = 1 << 20

Watcher = Callable[[float, Sequence[Told]], Iterable[Control] | None]
"""Is given the seconds of the turn that ended and what was told in it; answers with controls, None to end."""


def watch(model: Family, requests: Sequence[TrainRequest], watcher: Watcher) -> None:
    """Serve the requests, each an attempt by its name, until the watcher has seen enough."""
    ours, theirs = socket.socketpair()
    with tempfile.TemporaryDirectory() as folder, ours, theirs:
        for request in requests:
            start = Start(attempt=request.name, job=1, request=request, folder=f"{folder}/{request.name}")
            _send(ours, start)
        between = _Between(ours, watcher)
        upscalers = UpscalersFolder(Path(folder) / "upscalers", model.device)
        Engine(model, upscalers, Wire(theirs), between).run()


class _Between:
    """What the engine asks between two turns: whether to end."""

    def __init__(self, told: socket.socket, watcher: Watcher) -> None:
        self._told, self._watcher = told, watcher
        self._decoder = msgspec.json.Decoder(Told)
        self._began = time.perf_counter()

    def __call__(self) -> bool:
        seconds = time.perf_counter() - self._began
        controls = self._watcher(seconds, self._read())
        for control in controls or ():
            _send(self._told, control)
        self._began = time.perf_counter()
        return controls is None

    def _read(self) -> list[Told]:
        try:
            lines = self._told.recv(_CHUNK, socket.MSG_DONTWAIT).splitlines()
        except BlockingIOError:
            return []
        told = [self._decoder.decode(line) for line in lines]
        if failed := next((message for message in told if isinstance(message, Failed)), None):
            raise RuntimeError(f"the run failed: {failed.reason} {failed.facts}")
        return told


def _send(connection: socket.socket, control: Control) -> None:
    connection.sendall(msgspec.json.encode(control) + b"\n")
