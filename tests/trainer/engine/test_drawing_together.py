"""Several people's drawings in one pass: through the real engine, and pass by pass."""

import contextlib
import itertools
import socket
from pathlib import Path

import msgspec
import pytest
import torch
from msgspec.structs import replace

from tests.trainer.engine.drawings import Studio
from trainer.engine.drawing.picture_pass import picture_pass
from trainer.engine.engine import Engine
from trainer.models.family import Family
from trainer.protocol import Drawn, DrawRequest, Start, Told
from trainer.upscaling.folder import UpscalersFolder
from trainer.wire import Wire

SMALL = DrawRequest(prompt="an owl", guidance_scale=2.0, width=64, height=64)
PEOPLE = [
    replace(SMALL, steps=4, seed=1, sampler="Euler"),
    replace(SMALL, prompt="a (rocket:1.3)", steps=6, seed=2, sampler="Heun", count=2),
    replace(SMALL, prompt="a tree AND night :0.5", steps=5, seed=3),
    replace(SMALL, prompt="a cactus", steps=5, seed=4, guidance_scale=1.0),
]
FOREIGN = DrawRequest(prompt="tree " * 80, negative_prompt="fog", steps=3, seed=5, width=72, height=64)


@pytest.fixture
def studio(model: Family, tmp_path: Path) -> Studio:
    return Studio(model, tmp_path)


@pytest.mark.parametrize("most", [16, 3, 1])
def test_company_changes_nothing_but_rounding(studio: Studio, most: int) -> None:
    jobs = [studio.begin(request) for request in PEOPLE]
    studio.finish(jobs, most)
    for job, request in zip(jobs, PEOPLE, strict=True):
        torch.testing.assert_close(torch.stack(job.drawing.latents), studio.latents(request), atol=1e-4, rtol=0)


def test_a_pass_holds_no_more_of_a_drawing_than_it_may(studio: Studio) -> None:
    job = studio.begin(replace(SMALL, steps=1, count=3))
    assert (job.drawing.examples(16), job.drawing.examples(4)) == (6, 3)
    assert len(job.drawing.questions(4)) == 3
    picture_pass(studio.model, [job.drawing], 4)
    assert (job.drawing.step, job.drawing.examples(4)) == (0, 3)
    picture_pass(studio.model, [job.drawing], 4)
    assert not job.drawing.asking


class Counting:
    """A model that counts its passes; all else is the real one's."""

    def __init__(self, model: Family) -> None:
        self._model = model
        self.batches: list[int] = []

    def __getattr__(self, name: str) -> object:
        return getattr(self._model, name)

    def predict(self, latents_BCHW: torch.Tensor, *others: object) -> torch.Tensor:
        self.batches.append(len(latents_BCHW))
        return self._model.predict(latents_BCHW, *others)


def served(
    model: Family, folder: Path, requests: list[DrawRequest], owners: str = "AAAA", alone: tuple[int, ...] = ()
) -> list[Told]:
    """What the engine tells of requests that come one a turn, of these owners; those at `alone` are to be alone."""
    ours, theirs = socket.socketpair()
    ours.settimeout(0)
    turns, decoder, told = itertools.count(), msgspec.json.Decoder(Told), []

    def between_turns() -> bool:
        place = next(turns)
        if place < len(requests):
            start = Start(
                attempt=str(place),
                job=1,
                request=requests[place],
                folder=str(folder / str(place)),
                owner=owners[place],
                alone=place in alone,
            )
            ours.sendall(msgspec.json.encode(start) + b"\n")
        with contextlib.suppress(BlockingIOError):
            told.extend(decoder.decode(line) for line in ours.recv(1 << 20).splitlines())
        return sum(isinstance(each, Drawn) for each in told) == len(requests)

    with ours, theirs:
        upscalers = UpscalersFolder(folder / "upscalers", model.device)
        Engine(model, upscalers, Wire(theirs), between_turns).run()
    return told


def test_people_who_come_while_others_draw_join_their_passes(model: Family, tmp_path: Path) -> None:
    counting = Counting(model)
    request = replace(SMALL, steps=8, sampler="Euler")
    told = served(counting, tmp_path, [request, request, FOREIGN, request])
    # The second joins after one pass; the fourth waits behind the third, whose shape is another.
    assert counting.batches == [2, *[4] * 7, 2, *[1, 1] * 3, *[2] * 8]
    ended = [each.attempt for each in told if isinstance(each, Drawn)]
    assert ended == ["0", "1", "2", "3"]


@pytest.mark.parametrize("short", [replace(SMALL, steps=4, sampler="Euler"), FOREIGN])
def test_ones_short_drawing_goes_on_beside_anothers_long_ones(
    model: Family, tmp_path: Path, short: DrawRequest
) -> None:
    long = replace(SMALL, steps=30, sampler="Euler", count=2)
    told = served(model, tmp_path, [long, long, long, short], owners="AAAB")
    assert next(each.attempt for each in told if isinstance(each, Drawn)) == "3"


def test_who_is_to_be_alone_shares_no_pass(model: Family, tmp_path: Path) -> None:
    counting = Counting(model)
    request = replace(SMALL, steps=8, sampler="Euler")
    served(counting, tmp_path, [request, request, request], owners="ABC", alone=(1,))
    # The first and the third meet; the second makes its eight passes by itself.
    assert counting.batches.count(6) == 0
    assert sum(counting.batches) == 3 * 8 * 2
    assert counting.batches.count(2) >= 8
    assert counting.batches.count(4) > 0
