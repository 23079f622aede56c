"""Runs driven pass by pass, as the engine drives them."""

import csv
import json
import shutil
from pathlib import Path

import msgspec
import pytest
import torch
from PIL import Image
from PIL.WebPImagePlugin import WebPImageFile

from tests.trainer.driving import Desk, drive, passes
from tests.trainer.process import pictures_of, train_request
from trainer.embeddings.layouts.webui import read_webui
from trainer.engine.failures import NotFinite
from trainer.engine.plan import Need
from trainer.engine.training.training_pass import training_pass
from trainer.models.family import Family
from trainer.protocol import Finished, Preview, Progress, Saved, Started, StartText, Stopped, TrainingPicture, Validated
from trainer.refusal import Refusal


@pytest.fixture
def desk(model: Family, tmp_path: Path) -> Desk:
    return Desk(model, tmp_path)


@pytest.fixture(scope="module")
def unbroken(model: Family, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk with the finished run of the plain request in `run`."""
    desk = Desk(model, tmp_path_factory.mktemp("unbroken"))
    desk.train(train_request())
    return desk


def test_a_run_from_pictures_to_file(desk: Desk) -> None:
    vectors = desk.train(train_request(preview_every=8))
    kinds = [type(event) for event in desk.told if not isinstance(event, (Progress, Saved))]
    assert kinds == [Started, Validated, Preview, Preview, Validated, Preview, Finished]
    assert isinstance(desk.told[-2], Saved)  # there may be earlier ones: every five seconds
    assert [event.n for event in desk.told] == list(range(1, len(desk.told) + 1))
    assert [event.step for event in desk.of(Preview)] == [0, 8, 12]
    (finished,) = desk.of(Finished)
    snapshot = read_webui(Path(finished.snapshot).read_bytes(), "my-owl")
    assert torch.equal(torch.from_numpy(snapshot.vectors), vectors)
    assert (snapshot.step, snapshot.model, snapshot.model_hash) == (12, "demo_model", desk.model.model_hash)
    with Image.open(finished.film) as film, Image.open(finished.strip) as strip:
        assert isinstance(film, WebPImageFile)
        assert film.n_frames > 1  # equal frames are merged
        assert strip.width > 2 * desk.model.native_size


def test_the_log_folder_tells_the_run(desk: Desk) -> None:
    request = train_request(preview_every=8)
    desk.train(request)
    folder = desk.folder / "run"
    rows = list(csv.DictReader((folder / "losses.csv").read_text().splitlines()))
    assert [int(row["step"]) for row in rows] == list(range(1, 13))
    assert [float(row["learn_rate"]) for row in rows] == [0.005] * 6 + [0.001] * 6
    assert [int(row["epoch"]) for row in rows] == [step * 2 // 3 for step in range(12)]
    assert {path.name for path in (folder / "embeddings").iterdir()} == {f"my-owl-{step}.pt" for step in (0, 8, 12)}
    settings = json.loads((folder / "settings.json").read_text())
    assert settings["learning_rate"] == request.learning_rate
    assert settings["model_hash"] == desk.model.model_hash


@pytest.mark.parametrize(("saved", "lost"), [(0, 3), (5, 4), (12, 0)])
def test_a_resumed_run_equals_an_unbroken_one(desk: Desk, unbroken: Desk, saved: int, lost: int) -> None:
    request = train_request()
    job = desk.begin(request)
    drive(desk.model, job, until=lambda: job.run.step == saved and job.ready_to_train)
    job.save()
    saved_at = desk.of(Saved)[-1].checkpoint
    drive(desk.model, job, until=lambda: job.run.step == saved + lost)
    resumed = desk.begin(request, resume_from=saved_at)
    assert resumed.run.step == saved
    drive(desk.model, resumed)
    assert torch.equal(resumed.run.learned, unbroken.vectors("my-owl"))
    assert resumed.over
    losses = [(each.folder / "run" / "losses.csv").read_bytes() for each in (unbroken, desk)]
    assert losses[0] == losses[1]


def test_a_run_goes_on_where_its_files_lie_now(desk: Desk, unbroken: Desk, tmp_path: Path) -> None:
    """Somebody moved the data folder between two attempts."""
    request = train_request()
    job = desk.begin(request)
    drive(desk.model, job, until=lambda: job.run.step == 5 and job.ready_to_train)
    job.save()
    saved = Path(desk.of(Saved)[-1].checkpoint).name
    (tmp_path / "run").rename(tmp_path / "moved")
    pictures = tuple(_moved(picture, tmp_path) for picture in request.pictures)
    resumed = desk.begin(msgspec.structs.replace(request, pictures=pictures), "moved", str(tmp_path / "moved" / saved))
    assert resumed.run.step == 5
    drive(desk.model, resumed)
    assert torch.equal(resumed.run.learned, unbroken.vectors("my-owl"))


def _moved(picture: TrainingPicture, folder: Path) -> TrainingPicture:
    copy = shutil.copy(picture.path, folder)
    return msgspec.structs.replace(picture, path=str(copy))


def test_previews_change_nothing(desk: Desk, unbroken: Desk) -> None:
    job = desk.begin(train_request(preview_every=3, preview_prompt="[name] on the moon"))
    for _ in passes(desk.model, job):
        if job.run.step == 5 and not [event for event in desk.of(Preview) if event.step == 5]:
            job.preview_now()
    assert torch.equal(job.run.learned, unbroken.vectors("my-owl"))
    drawn = [event for event in desk.of(Preview) if "moon" in event.prompt]
    assert [event.step for event in drawn] == [0, 3, 5, 6, 9, 12]
    assert len({event.seed for event in drawn}) == 1


def test_runs_that_share_passes_learn_as_if_alone(desk: Desk) -> None:
    requests = [train_request(), train_request(seed=8, pictures=pictures_of("cactus"), vectors_per_token=1)]
    alone = [desk.train(request, f"alone-{request.seed}") for request in requests]
    jobs = [desk.begin(request, f"shared-{request.seed}") for request in requests]
    for job in jobs:
        drive(desk.model, job, until=lambda job=job: job.ready_to_train and job.need is Need.TRAINING)
    while jobs[0].run.step != 12:
        shares = [(job.run, job.examples(16)) for job in jobs]
        losses = training_pass(desk.model, shares)
        for job, (_, examples), loss in zip(jobs, shares, losses, strict=True):
            job.stepped(loss, len(examples), sharing=1)
    for job, vectors in zip(jobs, alone, strict=True):
        torch.testing.assert_close(job.run.learned, vectors, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("rate", ["1e30", "1e38"])
def test_a_loss_that_is_no_number_before_anything_was_learned_leaves_nothing(desk: Desk, rate: str) -> None:
    with pytest.raises(NotFinite) as ended:
        drive(desk.model, desk.begin(train_request(learning_rate=rate)))
    assert (ended.value.step, ended.value.snapshot) == (0, None)


@pytest.mark.parametrize("rate", ["1e30", "1e38"])
def test_a_loss_that_is_no_number_ends_the_run_with_good_vectors(desk: Desk, rate: str) -> None:
    job = desk.begin(train_request(learning_rate=f"0.005:6, {rate}"))
    with pytest.raises(NotFinite) as ended:
        drive(desk.model, job)
    kept = read_webui(Path(ended.value.snapshot).read_bytes(), "my-owl")
    assert torch.isfinite(torch.from_numpy(kept.vectors)).all()
    assert kept.step == ended.value.step == 6
    assert float(ended.value.facts["learning_rate"]) == float(rate)


def test_going_on_from_a_file(desk: Desk, unbroken: Desk) -> None:
    file = str(unbroken.folder / "run" / "my-owl.pt")
    job = desk.begin(train_request(continue_from=file, steps=3, learning_rate="1e-3"), "more")
    assert torch.equal(job.run.trainable.values, unbroken.vectors("my-owl"))
    drive(desk.model, job)
    assert job.run.step == 3
    assert desk.snapshot("my-owl", "more").step == 15


@pytest.mark.parametrize("count", [3, 10])
def test_a_run_that_goes_on_is_measured_as_the_one_before(model: Family, tmp_path: Path, count: int) -> None:
    """Ten pictures are so many that two are held back; they must be the same two."""
    pictures = pictures_of("owl", count - 2) + pictures_of("robot", 2)
    desk, first = Desk(model, tmp_path), train_request(pictures=pictures, seed=7)
    desk.train(first)
    file = str(desk.folder / "run" / "my-owl.pt")
    further = train_request(pictures=first.pictures, seed=8, validation_seed=7, continue_from=file)
    desk.train(further, "more")
    last, began = (event.loss for event in desk.of(Validated)[1:3])
    assert began == pytest.approx(last, rel=1e-5)
    (_, started), (*_, preview, _) = desk.of(Started), desk.of(Preview)
    assert (started.from_step, started.held_back, started.start) == (0, 2 if count == 10 else 0, None)
    assert preview.seed == desk.of(Preview)[0].seed
    desk.train(msgspec.structs.replace(further, validation_seed=None), "another")
    assert desk.of(Validated)[4].loss != pytest.approx(last, rel=1e-5)


def test_a_run_that_goes_on_leaves_the_file_before_and_keeps_a_copy(desk: Desk, unbroken: Desk, tmp_path: Path) -> None:
    """An attempt that comes after the word was replaced goes on from the copy, not from what was learned meanwhile."""
    word = tmp_path / "my-owl.pt"
    original = (unbroken.folder / "run" / "my-owl.pt").read_bytes()
    word.write_bytes(original)
    request = train_request(continue_from=str(word), steps=3, learning_rate="1e-3")
    desk.train(request, "more")
    assert word.read_bytes() == original
    before = Path(desk.of(Started)[-1].before)
    assert before.read_bytes() == original
    word.write_bytes((desk.folder / "more" / "my-owl.pt").read_bytes())
    again = desk.begin(request, "more")
    assert again.run.step == 3
    again.stop()
    assert desk.snapshot("my-owl", "more").step == 15


def test_how_the_start_was_read_is_told(desk: Desk) -> None:
    desk.train(train_request(initialization_text="Orange tabby  cat", steps=1, learning_rate="1e-3"))
    (started,) = desk.of(Started)
    assert (started.start, started.before) == (StartText(tokens=3, used="orange tabby"), None)


def test_stopping_keeps_what_was_learned(desk: Desk) -> None:
    job = desk.begin(train_request())
    drive(desk.model, job, until=lambda: job.run.step == 4)
    job.stop()
    (stopped,) = desk.of(Stopped)
    assert (stopped.step, job.need) == (4, None)
    assert read_webui(Path(stopped.snapshot).read_bytes(), "my-owl").step == 4


@pytest.mark.parametrize("held", ["working", "paused", "drawing"])
def test_a_run_that_goes_on_is_measured_before_it_stops(desk: Desk, unbroken: Desk, held: str) -> None:
    """So that what it learned can be compared with the file from before."""
    file = str(unbroken.folder / "run" / "my-owl.pt")
    job = desk.begin(train_request(continue_from=file), "more")
    drive(desk.model, job, until=lambda: job.run.step == 4)
    if held == "paused":
        job.pause()
    elif held == "drawing":
        job.preview_now()
        drive(desk.model, job, until=lambda: job.need is Need.PREVIEW)
    job.stop()
    drive(desk.model, job)
    assert job.over
    assert [event.step for event in desk.of(Validated)] == [0, 4]
    assert isinstance(desk.told[-1], Stopped)
    assert desk.snapshot("my-owl", "more").step == 16


def test_stopping_before_the_start_keeps_nothing(desk: Desk) -> None:
    job = desk.begin(train_request())
    job.stop()
    assert desk.of(Stopped) == [Stopped(attempt="a", n=1, step=0, snapshot=None)]
    assert list((desk.folder / "run").glob("*.pt")) == []


def test_only_two_checkpoints_stay(desk: Desk) -> None:
    job = desk.begin(train_request())
    for _ in passes(desk.model, job):
        job.save()
    assert len(list((desk.folder / "run").glob("checkpoint-*"))) == 2


def test_vectors_follow_the_tokens_of_the_initialization_text(desk: Desk) -> None:
    rows = desk.model.token_rows("red house", 2)
    job = desk.begin(train_request(initialization_text="red house", vectors_per_token=4))
    assert torch.equal(job.run.trainable.values.detach(), rows[[0, 0, 1, 1]])
    with pytest.raises(Refusal):
        desk.begin(train_request(initialization_text="<|endoftext|>"))
