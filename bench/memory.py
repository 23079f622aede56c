"""Memory of a training process beside that of its weights and one pass; the size of a checkpoint."""

import resource
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import torch

from bench.figures import measured_apart
from bench.models import random_sd15
from bench.requests import pictures_of, training
from bench.training_step import BareStep
from bench.turns import Watcher, watch
from trainer.engine.training.checkpoint import write_checkpoint
from trainer.engine.training.run import Run
from trainer.protocol import Control, Told, Validated
from trainer.trainables.embedding import TrainableEmbedding

_SIZE, _STEPS = 256, 3
_VECTORS, _WIDTH = 8, 768


def sd15_over_bare() -> float:
    """Peak of a process that encodes, draws, validates and trains ÷ peak of one that makes a bare step."""
    return measured_apart("bench.memory:peak_of_run") / measured_apart("bench.memory:peak_of_bare_step")


def checkpoint_kb() -> float:
    """Kilobytes of a checkpoint of eight SD 1.5 vectors after a step, with their average and the best step's."""
    request = training("owl", steps=1000, vectors_per_token=_VECTORS)
    run = Run(request, TrainableEmbedding(request.name, torch.randn(_VECTORS, _WIDTH)), half=False)
    run.trainable.values.grad = torch.randn(_VECTORS, _WIDTH)
    run.optimizer.step(torch.tensor(0.1), 0, 0.005, 0.0)
    checkpoint = run.checkpoint("0" * 64)
    validations = tuple((step, 0.1) for step in range(0, 1001, 50))
    with tempfile.TemporaryDirectory() as folder:
        filled = replace(checkpoint, best=run.learned, validations=validations)
        return write_checkpoint(Path(folder), filled).stat().st_size / 1000


def peak_of_run() -> float:
    model = random_sd15(native_size=_SIZE)
    request = training("owl", _STEPS, size=_SIZE, batch_size=1, pictures=pictures_of("owl", most=1))
    watch(model, [request], _until_validated_twice())
    return _peak()


def peak_of_bare_step() -> float:
    step = BareStep(random_sd15(native_size=_SIZE), _SIZE, batch_size=1)
    for _ in range(_STEPS):
        step()
    return _peak()


def _until_validated_twice() -> Watcher:
    seen = 0

    def watcher(_seconds: float, told: Sequence[Told]) -> Iterable[Control] | None:
        nonlocal seen
        seen += sum(isinstance(message, Validated) for message in told)
        return None if seen == 2 else ()

    return watcher


def _peak() -> float:
    """Most that was resident so far, of this process; in the system's unit."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
