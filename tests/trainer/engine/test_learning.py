"""That a run learns: measured on noise and timesteps which it does not train on."""

from pathlib import Path

from tests.trainer.engine.test_training import Desk, drive
from tests.trainer.process import pictures_of, train_request
from trainer.models.family import Family
from trainer.training.validation import tuples_from_pictures, validation_loss


def test_two_hundred_steps_beat_their_start(model: Family, tmp_path: Path) -> None:
    pictures = pictures_of("octopus", 9)
    job = Desk(model, tmp_path).begin(
        train_request(
            pictures=pictures,
            template=("a photo of a [name]", "an emoji of a [name]"),
            vectors_per_token=4,
            steps=200,
            learning_rate="0.005",
            batch_size=4,
        )
    )
    tuples = tuples_from_pictures(model, pictures, "a photo of a [name]", "my-owl", 4, seed=99, count=32)
    before = validation_loss(model, job.run.vectors, tuples)
    drive(model, job)
    after = validation_loss(model, job.run.vectors, tuples)
    assert after < before * 0.98
