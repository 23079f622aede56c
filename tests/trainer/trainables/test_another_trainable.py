"""A run is of a trainable, whatever that is: the engine trains, saves, resumes, previews one that is no embedding."""

from pathlib import Path

import pytest
import torch
from PIL import Image, ImageChops

from tests.trainer.driving import Desk, drive
from tests.trainer.process import train_request
from tests.trainer.trainables.bias import begin_bias
from trainer.engine.plan import Need
from trainer.models.family import Family
from trainer.protocol import Finished, Preview, Saved, Started, TrainRequest, Tuning, Validated


@pytest.fixture
def desk(model: Family, tmp_path: Path) -> Desk:
    return Desk(model, tmp_path, begin_bias)


def request(**changes: object) -> TrainRequest:
    return train_request(template=("an emoji",), steps=8, learning_rate="0.01", batch_size=4, **changes)


def test_it_learns_and_is_handed_over(desk: Desk) -> None:
    learned = desk.train(request())
    first, last = desk.of(Validated)[0], desk.of(Validated)[-1]
    assert last.loss < first.loss
    assert (first.norm, last.norm) == (0.0, learned.norm().item())
    assert desk.of(Started)[0].start is None
    (finished,) = desk.of(Finished)
    assert Path(finished.snapshot).read_bytes() == learned.numpy().tobytes()


@pytest.mark.parametrize(("saved", "lost"), [(0, 2), (3, 2), (8, 0)])
def test_a_resumed_run_equals_an_unbroken_one(desk: Desk, saved: int, lost: int) -> None:
    unbroken = desk.train(request(), "unbroken")
    job = desk.begin(request())
    drive(desk.model, job, until=lambda: job.run.step == saved and job.ready_to_train)
    job.save()
    checkpoint = desk.of(Saved)[-1].checkpoint
    drive(desk.model, job, until=lambda: job.run.step == saved + lost)
    resumed = desk.begin(request(), resume_from=checkpoint)
    assert resumed.run.step == saved
    drive(desk.model, resumed)
    assert torch.equal(resumed.run.learned, unbroken)


def test_a_step_in_parts_is_the_same_step(desk: Desk) -> None:
    """What is random in it belongs to its examples, not to the passes that they come in."""
    in_parts = request(tuning=Tuning(accumulation=2, average=False))
    whole = desk.train(in_parts, "whole")
    job = desk.begin(in_parts, "parts")
    drive(desk.model, job, most_examples=3)
    torch.testing.assert_close(job.run.learned, whole, rtol=1e-3, atol=1e-5)


def test_it_has_its_passes_to_itself(desk: Desk, model: Family, tmp_path: Path) -> None:
    alone, sharing = desk.begin(request()), Desk(model, tmp_path / "words").begin(train_request())
    for job in (alone, sharing):
        drive(model, job, until=lambda job=job: job.ready_to_train and job.need is Need.TRAINING)
    assert alone.shape(16) is None
    assert sharing.shape(16) is not None


def test_previews_show_it(desk: Desk) -> None:
    """Their prompt is the same each time, and so is their seed."""
    desk.train(request())
    before, after = (Image.open(event.path) for event in desk.of(Preview))
    assert ImageChops.difference(before, after).getbbox() is not None
