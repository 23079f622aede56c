"""Does a run teach? A run with the bot's defaults for each of the demo's subjects, which the model has never seen."""

import argparse
import statistics
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import torch
from PIL import Image

from bench.models import small
from bench.requests import training
from bot.chat.wishes import NO_START
from tests.trainer.driving import tuples_of
from tests.trainer.process import Worker
from trainer.data.picture import read_picture
from trainer.embeddings.layouts.webui import read_webui
from trainer.models.family import Family
from trainer.protocol import Created, CreateRequest, Drawn, DrawRequest, Failed, Finished, TrainRequest
from trainer.trainables.embedding import TrainableEmbedding
from trainer.trainables.embedding_start import initial_vectors
from trainer.training.validation import validation_loss

SUBJECTS = ("cactus", "cupcake", "octopus", "owl", "dragon-face", "rocket", "robot")
STEPS = 200
_TUPLES, _NOISE_SEED = 48, 99  # not the run's own noise
_PICTURES_EACH = 4
Kind = TypeVar("Kind")


@dataclass(frozen=True)
class Lesson:
    """One subject's validation loss with the vectors that it started from, and with what it learned."""

    subject: str
    before: float
    after: float


def improved() -> float:
    """Of the seven subjects, those whose validation loss fell."""
    return float(sum(lesson.after < lesson.before for lesson in lessons(NO_START)))


def lessons(start: str, pictures: Path | None = None) -> list[Lesson]:
    """A run for each subject from the initialization text `start`; contact sheets go to `pictures` if given."""
    model = small()
    with tempfile.TemporaryDirectory() as folder:
        worker = Worker(Path(folder))
        try:
            return [
                _lesson(model, worker, training(subject, STEPS, initialization_text=start), pictures)
                for subject in SUBJECTS
            ]
        finally:
            worker.end()


def _lesson(model: Family, worker: Worker, request: TrainRequest, pictures: Path | None) -> Lesson:
    worker.start(request.name, request, folder=request.name)
    finished = _wait(worker, Finished, request.name)
    before = initial_vectors(model, request.initialization_text, request.vectors_per_token)
    after = torch.tensor(read_webui(Path(finished.snapshot).read_bytes(), request.name).vectors)
    tuples = tuples_of(model, request, seed=_NOISE_SEED, count=_TUPLES)
    subject = request.name.removeprefix("my-")
    if pictures is not None:
        _contact_sheet(model, worker, request).save(pictures / f"{subject}.png")
    word = TrainableEmbedding(request.name, before)
    losses = [validation_loss(model, word, values, tuples) for values in (word.values, after)]
    return Lesson(subject, *losses)


def _contact_sheet(model: Family, worker: Worker, request: TrainRequest) -> Image.Image:
    """A row of training pictures, a row drawn with the untrained word, a row drawn with the learned one."""
    untrained = f"untrained-{request.name}"
    worker.start(
        untrained,
        CreateRequest(
            name=untrained,
            initialization_text=request.initialization_text,
            vectors_per_token=request.vectors_per_token,
        ),
    )
    _wait(worker, Created, untrained)
    size = model.native_size
    shown = [read_picture(Path(picture.path), size) for picture in request.pictures[:_PICTURES_EACH]]
    rows = [shown, _drawn(worker, untrained), _drawn(worker, request.name)]
    sheet = Image.new("RGB", (size * _PICTURES_EACH, size * len(rows)), "white")
    for down, row in enumerate(rows):
        for across, image in enumerate(row):
            sheet.paste(image, (across * size, down * size))
    return sheet


def _drawn(worker: Worker, name: str) -> list[Image.Image]:
    attempt = f"draw-{name}"
    request = DrawRequest(prompt=f"a photo of a {name}", seed=1, count=_PICTURES_EACH)
    worker.start(attempt, request, folder=attempt)
    return [Image.open(picture.path).convert("RGB") for picture in _wait(worker, Drawn, attempt).pictures]


def _wait(worker: Worker, kind: type[Kind], attempt: str) -> Kind:
    told: Kind | Failed = worker.wait_for(kind, Failed, attempt=attempt)
    if isinstance(told, Failed):
        raise RuntimeError(f"{attempt} failed: {told.reason} {told.facts}")
    return told


def main() -> None:
    """For looking at: losses of every subject, and pictures before and after."""
    parser = argparse.ArgumentParser(prog="python -m bench.subjects", description=main.__doc__)
    parser.add_argument("--start", default=NO_START, help="initialization text")
    parser.add_argument("--pictures", type=Path, metavar="DIR", help="write a contact sheet of each subject here")
    arguments = parser.parse_args()
    if arguments.pictures:
        arguments.pictures.mkdir(parents=True, exist_ok=True)
    learned = lessons(arguments.start, arguments.pictures)
    for lesson in learned:
        print(f"{lesson.subject} {lesson.before:.4f} {lesson.after:.4f} {lesson.after / lesson.before:.3f}")
    print(f"median loss after {statistics.median(lesson.after for lesson in learned):.4f}")


if __name__ == "__main__":
    main()
