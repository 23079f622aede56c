"""Runs of earlier releases go on in this one. `tests/fixtures/runs/` holds a folder for each version of checkpoints.

Each was left after five steps of twelve, with the plain request of these tests. What is recorded never changes.
"""

import os
import shutil
from pathlib import Path

import msgspec
import pytest
import torch
from safetensors.torch import load_file

from tests.trainer.driving import Desk, drive
from tests.trainer.process import ROOT, train_request
from trainer.engine.training.checkpoint import VERSION
from trainer.models.family import Family
from trainer.protocol import Finished, Preview, TrainRequest

RUNS = ROOT / "tests" / "fixtures" / "runs"
LEFT = 5


def request() -> TrainRequest:
    """As it was recorded: with paths relative to the repository, which counted in a checkpoint's fingerprint then."""
    plain = train_request()
    pictures = [msgspec.structs.replace(each, path=os.path.relpath(each.path, ROOT)) for each in plain.pictures]
    return msgspec.structs.replace(plain, pictures=tuple(pictures))


@pytest.fixture(params=sorted(folder.name for folder in RUNS.iterdir()))
def desk(request: pytest.FixtureRequest, model: Family, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """With the recorded run in `run`."""
    monkeypatch.chdir(ROOT)
    shutil.copytree(RUNS / request.param, tmp_path / "run")
    return Desk(model, tmp_path)


def test_every_version_is_recorded() -> None:
    assert {folder.name for folder in RUNS.iterdir()} == {str(version) for version in range(2, VERSION + 1)}


def test_a_recorded_run_goes_on_from_where_it_was(desk: Desk) -> None:
    (checkpoint,) = (desk.folder / "run").glob("checkpoint-*")
    recorded = load_file(checkpoint)
    job = desk.begin(request())
    assert job.run.step == LEFT
    (values,) = (recorded[key] for key in ("vectors", "values") if key in recorded)
    assert torch.equal(job.run.trainable.values.detach(), values)
    assert torch.equal(job.run.average, recorded["average"])
    moments = job.run.optimizer.state()
    assert {f"optimizer.{key}" for key in moments} == {key for key in recorded if key.startswith("optimizer.")}
    assert all(torch.equal(moments[key], recorded[f"optimizer.{key}"]) for key in moments)


def test_a_recorded_run_ends_as_one_of_today(desk: Desk) -> None:
    job = desk.begin(request())
    drive(desk.model, job)
    (finished,) = desk.of(Finished)
    assert (finished.step, [event.step for event in desk.of(Preview)]) == (12, [12])
    assert finished.film is not None
    rows = (desk.folder / "run" / "losses.csv").read_text().splitlines()
    assert [int(row.split(",")[0]) for row in rows[1:]] == list(range(1, 13))
    torch.testing.assert_close(job.run.learned, desk.train(request(), "today"), rtol=1e-3, atol=1e-5)
