"""What people see while they wait for a picture."""

from pathlib import Path

import pytest
from PIL import Image

from tests.trainer.engine.drawings import Studio
from trainer.engine.picture_pass import picture_pass
from trainer.models.family import Family
from trainer.protocol import Drawing, Drawn, DrawRequest

SECONDS_PER_PASS = 0.7


@pytest.fixture
def studio(model: Family, tmp_path: Path) -> Studio:
    return Studio(model, tmp_path)


def test_a_slow_picture_is_shown_on_its_way(studio: Studio) -> None:
    job = studio.begin(DrawRequest(prompt="an owl", steps=20, width=320, height=64))
    passes = 0
    while not job.over:
        picture_pass(studio.model, [job.drawing], 16)
        job.passed(now=passes * SECONDS_PER_PASS)
        passes += 1
    *told, drawn = studio.told
    assert isinstance(drawn, Drawn)
    assert all(isinstance(event, Drawing) and event.steps == 20 for event in told)
    assert [event.step for event in told] == list(range(3, 20, 2))  # each second, and a pass is longer than half a one
    shown = [event for event in told if event.preview]
    assert [event.step for event in shown] == [9, 17]
    with Image.open(shown[-1].preview) as coarse:
        assert coarse.size == (256, 48)


def test_a_quick_picture_is_only_told_when_it_is_done(studio: Studio) -> None:
    studio.drawn(DrawRequest(prompt="an owl", steps=3, width=64, height=64))
    assert [type(event) for event in studio.told] == [Drawn]
