"""Runs driven pass by pass in this process, as the engine drives them, for tests and for the bench."""

from collections.abc import Callable, Iterator
from pathlib import Path

import torch

from tests.trainer.process import pictures_of, train_request
from trainer.data.latents import Latents
from trainer.embeddings.embedding import Embedding
from trainer.embeddings.reading import read_embedding
from trainer.engine.engine import MOST_EXAMPLES
from trainer.engine.teller import Teller
from trainer.engine.training.encoding import encode_next
from trainer.engine.training.training_job import TrainingJob
from trainer.engine.training.training_pass import training_pass
from trainer.engine.training.training_request import checked_dataset
from trainer.models.family import Family
from trainer.protocol import Start, Told, TrainRequest
from trainer.trainables.embedding import begin_embedding
from trainer.trainables.trainable import Beginning
from trainer.training.validation import ValidationTuple, validation_loss, validation_tuples

SUBJECTS = ("cactus", "cupcake", "dragon-face", "octopus", "owl", "robot", "rocket")
"""Of the demo pictures; the demo model has never seen them."""


class Desk:
    """Begins jobs in one folder and keeps what they tell."""

    def __init__(self, model: Family, folder: Path, begin: Beginning = begin_embedding) -> None:
        self.model, self.folder, self.told = model, folder, []
        self._begin = begin

    def begin(self, request: TrainRequest, run: str = "run", resume_from: str | None = None) -> TrainingJob:
        folder = str(self.folder / run)
        start = Start(attempt="a", job=1, request=request, folder=folder, resume_from=resume_from)
        return TrainingJob(self.model, start, Teller("a", self.told.append), self._begin)

    def train(self, request: TrainRequest, run: str = "run") -> torch.Tensor:
        """What an unbroken run learned."""
        job = self.begin(request, run)
        drive(self.model, job)
        return job.run.learned

    def vectors(self, name: str) -> torch.Tensor:
        """Those of the newest snapshot of a word."""
        return torch.tensor(self.snapshot(name).vectors)

    def snapshot(self, name: str, run: str = "run") -> Embedding:
        path = self.folder / run / f"{name}.pt"
        return read_embedding(path.read_bytes(), path.name)

    def of(self, kind: type[Told]) -> list[Told]:
        return [event for event in self.told if isinstance(event, kind)]


def drive(
    model: Family, job: TrainingJob, until: Callable[[], bool] = lambda: False, most_examples: int = MOST_EXAMPLES
) -> None:
    for _ in passes(model, job, most_examples):
        if until():
            return


def passes(model: Family, job: TrainingJob, most_examples: int = MOST_EXAMPLES) -> Iterator[None]:
    while job.need is not None:
        if job.ready_to_train:
            examples = job.examples(most_examples)
            (loss,) = training_pass(model, [(job.run, examples)])
            job.stepped(loss, len(examples), sharing=0)
        else:
            job.own_pass(most_examples)
        yield


def learned(model: Family, subject: str, folder: Path, steps: int = 200) -> tuple[float, float]:
    """Validation loss of a subject before and after a run, on noise and timesteps that the run does not know."""
    template = ("a photo of a [name]", "an emoji of a [name]")
    request = train_request(
        pictures=pictures_of(subject, 9),
        template=template,
        vectors_per_token=4,
        steps=steps,
        learning_rate="0.005",
        batch_size=4,
    )
    tuples = tuples_of(model, request, seed=99, count=32)
    job = Desk(model, folder).begin(request, subject)
    before = validation_loss(model, job.run.trainable, job.run.learned, tuples)
    drive(model, job)
    return before, validation_loss(model, job.run.trainable, job.run.learned, tuples)


def tuples_of(model: Family, request: TrainRequest, seed: int, count: int) -> list[ValidationTuple]:
    """Of a run's pictures, the held-back ones if there are any, with noise and timesteps of another seed."""
    dataset, latents = checked_dataset(model, request, {request.name: request.vectors_per_token}), Latents()
    while len(latents) < len(request.pictures):
        encode_next(model, request, latents)
    return validation_tuples(dataset, latents, model, seed, count)
