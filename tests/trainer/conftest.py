"""The real small model, and a real worker process."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from tests.trainer.process import MODEL, Worker
from trainer.models.family import Family
from trainer.models.loading.loading import load_model


@pytest.fixture(scope="session")
def model() -> Family:
    return load_model(MODEL, torch.device("cpu"), torch.float32)


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[Worker]:
    started = Worker(tmp_path)
    yield started
    started.end()
