from dataclasses import replace
from pathlib import Path

import pytest
import torch

from trainer.engine.training.checkpoint import (
    BadCheckpoint,
    Checkpoint,
    drop_checkpoints,
    find_checkpoint,
    read_checkpoint,
    write_checkpoint,
)


@pytest.fixture
def checkpoint() -> Checkpoint:
    return Checkpoint(
        step=400,
        fingerprint="abc",
        values=torch.randn(3, 96),
        optimizer={"step": torch.tensor(400.0), "exp_avg": torch.randn(3, 96), "exp_avg_sq": torch.rand(3, 96)},
        average=torch.randn(3, 96),
        best=torch.randn(3, 96),
        validations=((0, 0.2), (50, 0.1)),
        previews=(0, 50),
    )


def test_what_is_written_is_read_to_the_bit(tmp_path: Path, checkpoint: Checkpoint) -> None:
    read = read_checkpoint(write_checkpoint(tmp_path, checkpoint))
    for kept in ("values", "average", "best"):
        assert torch.equal(getattr(read, kept), getattr(checkpoint, kept))
    assert read.optimizer.keys() == checkpoint.optimizer.keys()
    assert all(torch.equal(read.optimizer[key], checkpoint.optimizer[key]) for key in read.optimizer)
    plain = ("step", "fingerprint", "validations", "previews")
    assert [getattr(read, key) for key in plain] == [getattr(checkpoint, key) for key in plain]


def test_a_checkpoint_before_the_first_step_has_no_optimizer_state(tmp_path: Path, checkpoint: Checkpoint) -> None:
    first = replace(checkpoint, step=0, optimizer={}, best=None)
    read = read_checkpoint(write_checkpoint(tmp_path, first))
    assert (read.optimizer, read.best) == ({}, None)


@pytest.mark.parametrize("length", [0, 5, 200])
def test_half_a_file_is_no_checkpoint(tmp_path: Path, checkpoint: Checkpoint, length: int) -> None:
    path = write_checkpoint(tmp_path, checkpoint)
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(BadCheckpoint):
        read_checkpoint(path)


def test_the_newest_whole_one_of_the_same_request_is_found(tmp_path: Path, checkpoint: Checkpoint) -> None:
    for step in (50, 100, 150):
        write_checkpoint(tmp_path, replace(checkpoint, step=step))
    (tmp_path / "checkpoint-000150.safetensors").write_bytes(b"broken")
    write_checkpoint(tmp_path, replace(checkpoint, step=200, fingerprint="another"))
    assert find_checkpoint(tmp_path, None, ("abc",)).step == 100
    assert find_checkpoint(tmp_path, tmp_path / "checkpoint-000050.safetensors", ("abc",)).step == 50
    assert find_checkpoint(tmp_path, tmp_path / "gone", ("abc",)).step == 100
    assert find_checkpoint(tmp_path, None, ("unknown",)) is None


def test_old_ones_are_dropped(tmp_path: Path, checkpoint: Checkpoint) -> None:
    paths = [write_checkpoint(tmp_path, replace(checkpoint, step=step)) for step in (50, 100, 150)]
    drop_checkpoints(tmp_path, keep=set(paths[1:]))
    assert sorted(tmp_path.iterdir()) == paths[1:]
