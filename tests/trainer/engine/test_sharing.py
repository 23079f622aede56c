"""Runs that share passes, driven by the real engine over a real socket."""

import itertools
import socket
from pathlib import Path

import msgspec
import pytest
import torch

from tests.trainer.process import pictures_of, train_request
from trainer.embeddings.reading import read_embedding
from trainer.engine.engine import MOST_EXAMPLES, Engine
from trainer.models.family import Family
from trainer.protocol import Control, Finished, Progress, Shutdown, Start, Stop, Stopped, Told, TrainRequest
from trainer.upscaling.folder import UpscalersFolder
from trainer.wire import Wire


class Session:
    """An engine fed before every turn; it ends when every run that was started has ended."""

    def __init__(self, model: Family, folder: Path, most_examples: int = MOST_EXAMPLES) -> None:
        self._model, self._folder, self._most = model, folder, most_examples
        self.told: list[Told] = []

    def train(self, *requests: TrainRequest, later: dict[int, Control] | None = None) -> dict[str, torch.Tensor]:
        """The vectors that the requests, begun together, end in; `later` are controls by the turn they come at."""
        ours, theirs = socket.socketpair()
        ours.settimeout(0)
        turns = itertools.count()

        def between_turns() -> bool:
            self._read(ours)
            if control := (later or {}).get(next(turns)):
                ours.sendall(msgspec.json.encode(control) + b"\n")
            return self._ended() >= len(requests)

        with ours, theirs:
            for request in requests:
                ours.sendall(msgspec.json.encode(self.start(request)) + b"\n")
            upscalers = UpscalersFolder(self._folder / "upscalers", self._model.device)
            Engine(self._model, upscalers, Wire(theirs), between_turns, self._most).run()
            self._read(ours)
        # What could not go on is kept, but not told as finished.
        snapshots = [Path(told.snapshot) for told in self.told if isinstance(told, Finished | Stopped)]
        return {path.stem: torch.tensor(read_embedding(path.read_bytes(), path.name).vectors) for path in snapshots}

    def start(self, request: TrainRequest) -> Start:
        return Start(attempt=request.name, job=1, request=request, folder=str(self._folder / request.name))

    def _ended(self) -> int:
        return sum(type(told).__name__ in ("Finished", "Failed", "Stopped") for told in self.told)

    def _read(self, connection: socket.socket) -> None:
        decoder = msgspec.json.Decoder(Told)
        try:
            data = connection.recv(1 << 22)
        except BlockingIOError:
            return
        self.told += [decoder.decode(line) for line in data.splitlines()]


def run_of(subject: str, **changes: object) -> TrainRequest:
    request = train_request(name=f"my-{subject}", pictures=pictures_of(subject), batch_size=1, learning_rate="0.005")
    return msgspec.structs.replace(request, **changes)


def assert_nearly_equal(learned: torch.Tensor, alone: torch.Tensor) -> None:
    assert (learned - alone).norm() <= 1e-3 * alone.norm()


def test_a_run_beside_three_others_learns_what_it_learns_alone(model: Family, tmp_path: Path) -> None:
    # At a rate that stays high, rounding alone drives two equal runs apart; the bot's own schedule comes to rest.
    request = run_of("owl", steps=100, seed=3, learning_rate="0.005:60, 0.002:85, 0.0005")
    others = [
        run_of("cactus", steps=60, vectors_per_token=5),
        run_of("robot", steps=30, batch_size=2, template=("[filewords], a [name]",)),
        run_of("rocket", steps=20),
    ]
    (alone,) = Session(model, tmp_path / "alone").train(request).values()
    beside = Session(model, tmp_path / "beside")
    assert_nearly_equal(beside.train(request, *others)["my-owl"], alone)
    assert [told.step for told in beside.told if isinstance(told, Finished)] == [20, 30, 60, 100]
    assert max(told.sharing for told in beside.told if isinstance(told, Progress)) == 3


def test_a_run_that_leaves_disturbs_nobody(model: Family, tmp_path: Path) -> None:
    request = run_of("owl")
    (alone,) = Session(model, tmp_path / "alone").train(request).values()
    session = Session(model, tmp_path / "beside")
    other = run_of("cactus", steps=1000)
    learned = session.train(request, other, later={36: Stop(attempt=other.name)})
    assert_nearly_equal(learned["my-owl"], alone)


def test_runs_of_other_shapes_take_turns(model: Family, tmp_path: Path) -> None:
    requests = [run_of("owl"), run_of("cactus", size=64), run_of("robot", template=("very " * 80 + "[name]",))]
    together = Session(model, tmp_path / "together").train(*requests)
    for request in requests:
        (alone,) = Session(model, tmp_path / f"alone-{request.name}").train(request).values()
        assert torch.equal(together[request.name], alone)


@pytest.mark.parametrize("most_examples", [1, 3])
def test_a_batch_in_parts_is_the_same_step(model: Family, tmp_path: Path, most_examples: int) -> None:
    request = run_of("owl", batch_size=4, tuning=msgspec.structs.replace(train_request().tuning, accumulation=2))
    (whole,) = Session(model, tmp_path / "whole").train(request).values()
    (parts,) = Session(model, tmp_path / "parts", most_examples).train(request).values()
    assert_nearly_equal(parts, whole)


def test_shutting_down_saves_runs_in_the_middle_of_a_step(model: Family, tmp_path: Path) -> None:
    request = run_of("owl", tuning=msgspec.structs.replace(train_request().tuning, accumulation=3))
    (unbroken,) = Session(model, tmp_path / "unbroken").train(request).values()
    broken = Session(model, tmp_path / "broken")
    for turn in (30, 33, 41):
        broken.train(request, later={turn: Shutdown()})
    (resumed,) = broken.train(request).values()
    assert torch.equal(resumed, unbroken)
