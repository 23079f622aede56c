"""A trainer as a child process: how it ends, and whose doing that was."""

import signal
from pathlib import Path

import pytest

from bot.settings import embedded_model
from bot.workers.child import ChildWorker
from bot.workers.worker import WorkerLost
from trainer.protocol import Loading, Ready


def worker(folder: Path, silence_seconds: float) -> ChildWorker:
    arguments = ["--model", str(embedded_model()), "--upscalers", str(folder), "--device", "cpu"]
    return ChildWorker(arguments, silence_seconds)


async def test_loading_is_not_held_to_the_limit_of_silence(tmp_path: Path) -> None:
    """Importing the libraries alone is silent for longer."""
    async with worker(tmp_path, silence_seconds=0.1).live() as connection:
        told = connection.told()
        assert isinstance(await anext(told), Loading)
        while isinstance(said := await anext(told), Loading):
            pass
        assert isinstance(said, Ready)
        with pytest.raises(WorkerLost, match="said nothing") as lost:
            while True:
                await anext(told)
    assert not lost.value.from_outside


@pytest.mark.parametrize(
    ("number", "from_outside"), [(signal.SIGKILL, True), (signal.SIGTERM, True), (signal.SIGSEGV, False)]
)
async def test_whose_doing_an_end_was(tmp_path: Path, number: signal.Signals, *, from_outside: bool) -> None:
    async with worker(tmp_path, silence_seconds=60).live() as connection:
        with pytest.raises(WorkerLost) as lost:
            async for said in connection.told():
                if isinstance(said, Ready):
                    connection.process.send_signal(number)
    assert lost.value.from_outside == from_outside
