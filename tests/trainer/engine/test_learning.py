from pathlib import Path

from tests.trainer.driving import learned
from trainer.models.family import Family


def test_eighty_steps_beat_their_start(model: Family, tmp_path: Path) -> None:
    before, after = learned(model, "octopus", tmp_path, steps=80)
    assert after < before * 0.98
