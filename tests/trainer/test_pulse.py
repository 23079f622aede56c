"""Signs of life from within the work, and none without it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from tests.trainer.driving import Desk, passes
from tests.trainer.engine.drawings import Studio
from tests.trainer.process import MODEL, Worker, train_request
from trainer import pulse as pulses
from trainer.engine.drawing.picture_pass import picture_pass
from trainer.engine.engine import MOST_EXAMPLES
from trainer.models.family import Family
from trainer.models.loading.loading import load_model
from trainer.protocol import Alive, Drawn, DrawRequest, Failed, Loading, Pause, Paused, Progress, Told
from trainer.pulse import Pulse


class Heard:
    """What a pulse tells, every time that it is called."""

    def __init__(self) -> None:
        self.told: list[Told] = []
        self.pulse = Pulse(self.told.append)

    def of(self, work: object) -> int:
        """How often it was told since the last time, whatever the `work` was."""
        count, self.told[:] = len(self.told), []
        return count


@pytest.fixture
def heard(model: Family, monkeypatch: pytest.MonkeyPatch) -> Iterator[Heard]:
    monkeypatch.setattr(pulses, "_EVERY_SECONDS", -1.0)
    monkeypatch.setattr(pulses, "_SLOW_SECONDS", -1.0)
    heard = Heard()
    model.tell(heard.pulse)
    yield heard
    model.tell(None)


def test_it_is_told_many_times_within_one_pass_of_every_sort(model: Family, heard: Heard, tmp_path: Path) -> None:
    job = Studio(model, tmp_path).begin(DrawRequest(prompt="a", steps=1, sampler="Euler"))
    heard.of("reading the request")
    assert heard.of(picture_pass(model, [job.drawing], 16)) > 40, "texts and noise model"
    assert heard.of(picture_pass(model, [job.drawing], 16)) > 15, "decoding"
    run = Desk(model, tmp_path).begin(train_request(steps=1))
    heard.of("reading the request")
    counts = [heard.of(done) for done in passes(model, run)]
    assert counts[0] > 10, "encoding"
    assert min(counts) > 10, "encoding, validating, previewing, training"
    examples = run.examples(MOST_EXAMPLES)
    words = run.run.trainable.words(run.run.trainable.values)
    with torch.no_grad():
        model.encode_prompts(examples.prompts, [words] * len(examples))
    forward_of_texts = heard.of("a forward without a gradient")
    tokens = model.encode_prompts(examples.prompts, [words] * len(examples)).tokens_BTW
    heard.of("its forward")
    tokens.sum().backward()
    assert heard.of("its backward") >= forward_of_texts


def test_quick_work_is_spared_the_hooks_of_its_backward(
    model: Family, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulses, "_SLOW_SECONDS", 1000.0)
    heard.pulse.work_on(["a"])
    vectors = torch.zeros(1, model.widths[0], requires_grad=True)
    tokens = model.encode_prompts([model.reader.read("word", {"word": 1})], [{"word": vectors}]).tokens_BTW
    heard.of("its forward")
    tokens.sum().backward()
    assert heard.of("its backward") == 0


def test_a_size_that_is_met_for_the_first_time_is_told_to_be_compiled(
    model: Family, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model, "batch_varies", True)  # as of a model that is compiled
    said = model.encode_prompts([model.reader.read("a", {})], [{}])
    compiled = []
    for side in (8, 8, 16):
        heard.pulse.work_on(["a"])
        heard.of("what came before")
        model.predict(torch.zeros(1, 4, side, side), torch.tensor([5]), said)
        compiled.append([told for told in heard.told if isinstance(told, Loading)][:1])
        assert heard.told[-1] == Alive(attempts=("a",))
    assert compiled == [[Loading(step="compile")], [], [Loading(step="compile")]]


def test_each_step_of_loading_is_told(heard: Heard) -> None:
    load_model(MODEL, torch.device("cpu"), torch.float32, pulse=heard.pulse)
    steps = {told.step for told in heard.told if isinstance(told, Loading)}
    assert steps == {"weights", "hash"}


def test_a_worker_tells_of_loading_and_whose_work_it_does(tmp_path: Path) -> None:
    worker = Worker(tmp_path, OMP_NUM_THREADS="1")
    assert {type(told) for told in worker.before_ready} == {Loading}
    assert worker.wait_for(Alive).attempts == ()
    worker.start("large", DrawRequest(prompt="a", width=1024, height=1024, steps=1, sampler="Euler"), owner="Ada")
    told = [worker.wait_for(Alive, Drawn, Failed)]
    while isinstance(told[-1], Alive):
        told.append(worker.wait_for(Alive, Drawn, Failed))
    assert isinstance(told[-1], Drawn)
    within = [each for each in told if isinstance(each, Alive) and each.attempts == ("large",)]
    assert len(within) > 3, "its start and two passes, and in between"

    worker.start("run", train_request(steps=100_000, learning_rate="1e-4"), folder="run")
    while worker.wait_for(Alive).attempts != ("run",):
        pass
    worker.wait_for(Progress)
    worker.start("small", DrawRequest(prompt="a", steps=4), folder="small")
    while worker.wait_for(Alive, Drawn).attempts != ("small",):
        pass
    worker.send(Pause(attempt="run"))
    worker.wait_for(Drawn, Paused)
    worker.wait_for(Drawn, Paused)
    while worker.wait_for(Alive).attempts != ():
        pass
    worker.end()
