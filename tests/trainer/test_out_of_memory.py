"""A worker process whose memory really does not suffice, by the system's own limit."""

from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.trainer.process import SECONDS, Worker, pictures_of, train_request
from trainer.protocol import Drawn, DrawRequest, Eased, Failed, Finished, Pause, Paused, Preview, Resume, Started

MIB = 1 << 20


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[Worker]:
    """One whose allocator gives back at once what is freed, as a device's does; else the limit would count it."""
    started = Worker(tmp_path, MALLOC_MMAP_THRESHOLD_=str(1 << 16))
    yield started
    started.end()


def limit(worker: Worker, more_mib: int) -> None:
    """Let the worker have so much address space beyond what it has now."""
    process = psutil.Process(worker.process.pid)
    process.rlimit(psutil.RLIMIT_AS, (process.memory_info().vms + more_mib * MIB, psutil.RLIM_INFINITY))


def test_a_pass_that_is_too_large_is_made_in_parts(worker: Worker) -> None:
    request = train_request(pictures=pictures_of("owl", 1), size=256, batch_size=16, steps=2)
    worker.start("a", request)
    worker.wait_for(Started)
    limit(worker, 400)
    eased = worker.wait_for(Eased, Failed)
    assert isinstance(eased, Eased), eased
    assert (eased.change, eased.examples) == ("examples", 8)
    assert isinstance(worker.wait_for(Finished, Failed), Finished)
    worker.start("b", request, folder="b")  # which begins with all examples in a pass again
    eased = worker.wait_for(Eased, Finished, Failed, attempt="b")
    assert isinstance(eased, Eased), eased
    assert (eased.change, eased.examples) == ("examples", 8)


def test_when_nothing_is_left_to_give_up_the_run_fails_by_name(worker: Worker) -> None:
    worker.start("a", train_request(pictures=pictures_of("owl", 1), size=512, steps=500, batch_size=4))
    worker.wait_for(Preview)
    worker.send(Pause(attempt="a"))  # so that what a pass holds is not counted
    worker.wait_for(Paused)
    limit(worker, 30)
    worker.send(Resume(attempt="a"))
    failed = worker.wait_for(Failed, Finished)
    assert isinstance(failed, Failed)
    assert failed.reason == "out_of_memory"
    changes = [event.change for event in worker.events if isinstance(event, Eased)]
    assert changes == ["examples", "examples", "checkpointing", "offloading"]
    assert worker.process.wait(SECONDS) == 0  # for oneDNN, which once failed, would fail the next run too
    successor = Worker(worker.folder)
    successor.start("b", train_request(steps=1), folder="b")
    assert isinstance(successor.wait_for(Failed, Finished, attempt="b"), Finished)
    successor.end()


def test_where_nothing_is_learned_there_is_nothing_to_compute_twice(worker: Worker) -> None:
    limit(worker, 30)
    worker.start("a", DrawRequest(prompt="a star", width=768, height=768, steps=2))
    failed = worker.wait_for(Failed, Drawn)
    assert isinstance(failed, Failed)
    assert failed.reason == "out_of_memory"
    assert [event.change for event in worker.events if isinstance(event, Eased)] == ["examples", "offloading"]
