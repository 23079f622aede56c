"""Pictures from a real worker process: beside the bare pipeline, and while a run trains."""

import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from diffusers import EulerAncestralDiscreteScheduler, StableDiffusionPipeline

from bench.models import DEMO_MODEL
from bench.pairs import ratio, seconds_of
from bench.requests import training
from tests.trainer.process import Worker
from trainer.protocol import Drawn, DrawRequest, Failed, Pause, Paused, Progress, Resume, Resumed, Started

_PROMPT, _STEPS, _GUIDANCE_SCALE = "a photo of a red heart", 20, 7.0
_RUN = "run"
_PEOPLE = 8


class Artist:
    """Asks a worker for one picture after another, each with a seed of its own."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._seed = 0

    def __call__(self) -> None:
        """One picture, from the request to its file on disk."""
        self._ask()
        self._wait()

    def inline(self) -> None:
        """Pictures for several people, each asked for when the one before is there."""
        for _ in range(_PEOPLE):
            self()

    def together(self) -> None:
        """Pictures for as many people, all asked for at once."""
        for _ in range(_PEOPLE):
            self._ask()
        for _ in range(_PEOPLE):
            self._wait()

    def _ask(self) -> None:
        self._seed += 1
        request = DrawRequest(prompt=_PROMPT, steps=_STEPS, guidance_scale=_GUIDANCE_SCALE, seed=self._seed)
        self._worker.start(f"drawing-{self._seed}", request, folder="drawings")

    def _wait(self) -> None:
        told = self._worker.wait_for(Drawn, Failed)
        if isinstance(told, Failed):
            raise RuntimeError(f"the drawing failed: {told.reason} {told.facts}")


class Pipeline:
    """diffusers' own pipeline on the same model, scheduler, size, steps and guidance, up to the picture in memory."""

    def __init__(self) -> None:
        self._pipeline = StableDiffusionPipeline.from_pretrained(DEMO_MODEL, dtype=torch.float32, local_files_only=True)
        assert isinstance(self._pipeline.scheduler, EulerAncestralDiscreteScheduler)
        self._pipeline.set_progress_bar_config(disable=True)
        self._generator = torch.Generator().manual_seed(1)

    def __call__(self) -> None:
        self._pipeline(
            _PROMPT, num_inference_steps=_STEPS, guidance_scale=_GUIDANCE_SCALE, generator=self._generator
        ).images[0].load()


def over_pipeline() -> float:
    with _worker() as worker:
        return ratio(Artist(worker), Pipeline(), pairs=12)


def together_over_inline() -> float:
    """Pictures a second."""
    with _worker() as worker:
        artist = Artist(worker)
        return ratio(artist.inline, artist.together, pairs=5, warm_up=1)


def wait_in_passes() -> float:
    """How much longer a picture takes while a run trains, in passes of that run; asked for at many moments."""
    with _worker() as worker:
        worker.start(_RUN, training("owl", 100_000), folder=_RUN)
        worker.wait_for(Started)
        alone, beside = _drawn_alone_and_beside(worker, pairs=12)
        told = [event.seconds_per_step for event in worker.events if isinstance(event, Progress)]
    return (statistics.median(beside) - statistics.median(alone)) / statistics.median(told)


def _drawn_alone_and_beside(worker: Worker, pairs: int, warm_up: int = 2) -> tuple[list[float], list[float]]:
    """Seconds of drawings while the run is paused, and while it trains, turn and turn about."""
    draw, moments = Artist(worker), random.Random(1)
    alone, beside = [], []
    for _ in range(warm_up + pairs):
        worker.send(Pause(attempt=_RUN))
        worker.wait_for(Paused)
        alone.append(seconds_of(draw))
        worker.send(Resume(attempt=_RUN))
        worker.wait_for(Resumed)
        time.sleep(moments.uniform(0.3, 0.6))  # several passes, and any part of one
        beside.append(seconds_of(draw))
    return alone[warm_up:], beside[warm_up:]


@contextmanager
def _worker() -> Iterator[Worker]:
    with tempfile.TemporaryDirectory() as folder:
        worker = Worker(Path(folder))
        try:
            yield worker
        finally:
            worker.end()
