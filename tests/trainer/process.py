"""A real worker process on a real socket, and requests for it."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import msgspec

from trainer.protocol import Alive, Control, Event, Loading, Ready, Start, Told, TrainingPicture, TrainRequest

ROOT = Path(__file__).parents[2]
MODEL = ROOT / "trainer" / "demo_model"
PICTURES = ROOT / "sandbox" / "demo_images"
SECONDS = 300
"""To wait for a fact; only a hang takes so long."""


def pictures_of(subject: str, count: int = 3) -> tuple[TrainingPicture, ...]:
    paths = sorted((PICTURES / subject).iterdir())[:count]
    return tuple(TrainingPicture(path=str(path), file_name=path.name) for path in paths)


def train_request(**changes: object) -> TrainRequest:
    """Twelve quick steps on three pictures."""
    request = TrainRequest(
        name="my-owl",
        initialization_text="emoji",
        vectors_per_token=2,
        pictures=pictures_of("owl"),
        template=("a photo of a [name]", "[filewords], [name]"),
        steps=12,
        learning_rate="0.005:6, 1e-3",
        seed=7,
        batch_size=2,
        preview_every=0,
    )
    return msgspec.structs.replace(request, **changes)


class Worker:
    """A trainer as the bot sees it."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder
        self.events: list[Event] = []
        self._connection, theirs = socket.socketpair()
        self._connection.settimeout(SECONDS)
        self._decoder = msgspec.json.Decoder(Told)
        command = [sys.executable, "-m", "trainer", "--fd", str(theirs.fileno()), "--device", "cpu"]
        command += ["--model", str(MODEL), "--parent", str(os.getpid())]
        command += ["--upscalers", str(folder / "upscalers")]
        with theirs:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env={**os.environ, **environment},
                pass_fds=(theirs.fileno(),),
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        self._lines = self._connection.makefile("rb")
        self.before_ready: list[Told] = []
        while not isinstance(told := self.wait_for(Loading, Ready), Ready):
            self.before_ready.append(told)
        self.ready = told

    def send(self, control: Control) -> None:
        self._connection.sendall(msgspec.json.encode(control) + b"\n")

    def start(
        self, attempt: str, request: object, resume_from: str | None = None, folder: str = "run", **how: object
    ) -> None:
        job = str(self.folder / folder)
        self.send(Start(attempt=attempt, job=1, request=request, folder=job, resume_from=resume_from, **how))

    def told(self) -> Told | None:
        """The next message; None when the worker is gone."""
        line = self._lines.readline()
        message = self._decoder.decode(line) if line else None
        if message is not None and not isinstance(message, (Alive, Loading, Ready)):
            self.events.append(message)
        return message

    def wait_for(self, *kinds: type, attempt: str | None = None):
        """The next message of one of the kinds."""
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            message = self.told()
            if message is None:
                raise AssertionError(f"the worker ended with code {self.process.wait()} before {kinds}")
            if isinstance(message, kinds) and attempt in (None, getattr(message, "attempt", None)):
                return message
        raise AssertionError(f"no {kinds} in {SECONDS} s; told: {self.events}")

    def hang_up(self) -> None:
        self._lines.close()
        self._connection.close()

    def end(self) -> None:
        self.process.kill()
        self.process.communicate()
        self.hang_up()
