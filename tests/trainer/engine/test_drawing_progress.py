"""What people see while they wait for a picture."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from PIL import Image

from tests.trainer.engine.drawings import Studio
from trainer.engine.drawing.drawing_job import DrawingJob
from trainer.engine.drawing.picture_pass import picture_pass
from trainer.models.family import Family
from trainer.protocol import Drawing, Drawn, DrawRequest, Stopped

STEPS = 20
SLOW = DrawRequest(prompt="an owl", steps=STEPS, width=320, height=64)
TO_THE_END = STEPS + 1
"""Passes; the last one decodes."""


@pytest.fixture
def studio(model: Family, tmp_path: Path) -> Studio:
    return Studio(model, tmp_path)


@pytest.fixture(autouse=True)
def begun_at_0(monkeypatch: pytest.MonkeyPatch) -> None:
    """Drawings begin at 0 of a clock that only `draw` moves, however busy this machine is."""
    monkeypatch.setattr("trainer.engine.drawing.drawing_job.time", SimpleNamespace(monotonic=lambda: 0.0))


def draw(studio: Studio, job: DrawingJob, passes: int, seconds_per_pass: float = 0.7) -> None:
    """So many passes on a device that takes its time for each."""
    for number in range(1, passes + 1):
        picture_pass(studio.model, [job.drawing], 16)
        job.passed(now=number * seconds_per_pass)


def test_a_slow_picture_is_shown_on_its_way(studio: Studio) -> None:
    draw(studio, studio.begin(SLOW), TO_THE_END)
    *told, drawn = studio.told
    assert isinstance(drawn, Drawn)
    assert all(isinstance(event, Drawing) and event.steps == STEPS for event in told)
    assert [event.step for event in told] == list(range(2, 21, 2))  # each second, and a pass is longer than half a one
    assert [event.step for event in told if event.preview] == [8, 16]


def test_the_coarse_picture_is_gone_when_the_drawing_is_over(studio: Studio) -> None:
    for ending in (Drawn, Stopped):
        job = studio.begin(SLOW)
        draw(studio, job, passes=8)
        path = Path(studio.told[-1].preview)
        with Image.open(path) as coarse:
            assert coarse.size == (256, 48)
        if ending is Stopped:
            job.stop()
        else:
            draw(studio, job, TO_THE_END - 8)
        assert isinstance(studio.told[-1], ending)
        assert not path.exists()


def test_one_slow_pass_is_told(studio: Studio) -> None:
    draw(studio, studio.begin(SLOW), passes=1, seconds_per_pass=2)
    assert [event.step for event in studio.told] == [1]


def test_a_quick_picture_is_only_told_when_it_is_done(studio: Studio) -> None:
    studio.drawn(DrawRequest(prompt="an owl", steps=3, width=64, height=64))
    assert [type(event) for event in studio.told] == [Drawn]
