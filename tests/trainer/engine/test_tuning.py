"""What most people leave as it is does what it says, and resumes exactly."""

import math
from pathlib import Path

import msgspec
import pytest
import torch
from PIL import Image

from tests.trainer.driving import Desk, drive
from tests.trainer.process import MODEL, pictures_of, train_request
from trainer.data.captions import BadWordRegex
from trainer.embeddings.layouts.webui import read_webui
from trainer.models.family import Family
from trainer.models.loading.loading import load_model
from trainer.protocol import Finished, Paused, Resume, Resumed, Started, TrainingPicture, Tuning, Validated, fault_in
from trainer.refusal import Refusal

VARIETY = {
    "accumulation": Tuning(accumulation=2, average=False),
    "rates": Tuning(warmup=3, cosine=True, clip_norm=0.1, weight_decay=0.01, min_snr_gamma=5.0),
    "pictures": Tuning(flip=True, alpha_weights=True),
    "words": Tuning(shuffle_tags=True, drop_tags=0.4, word_regex=r"\w+", word_join=", "),
}


@pytest.fixture
def desk(model: Family, tmp_path: Path) -> Desk:
    return Desk(model, tmp_path)


@pytest.mark.parametrize("tuning", VARIETY.values(), ids=VARIETY)
def test_every_option_resumes_to_the_bit(desk: Desk, tuning: Tuning) -> None:
    request = train_request(steps=6, tuning=tuning)
    plain = desk.train(train_request(steps=6), "plain")
    unbroken = desk.train(request, "unbroken")
    job = desk.begin(request, "broken")
    drive(desk.model, job, until=lambda: job.run.step == 3)
    job.save()
    resumed = desk.begin(request, "broken")
    assert resumed.run.step == 3
    drive(desk.model, resumed)
    assert torch.equal(resumed.run.learned, unbroken)
    assert not torch.equal(unbroken, plain)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_learns_nearly_the_same(desk: Desk, tmp_path: Path, dtype: torch.dtype) -> None:
    half = Desk(load_model(MODEL, torch.device("cpu"), dtype), tmp_path / "half")
    request = train_request(learning_rate="0.005", steps=3, batch_size=1, pictures=pictures_of("owl", 1))
    whole, learned = desk.train(request), half.train(request)
    start = half.begin(request, "start").run.learned
    assert learned.dtype is torch.float32
    assert torch.nn.functional.cosine_similarity((learned - start).flatten(), (whole - start).flatten(), dim=0) > 0.9


def test_more_steps_at_another_rate_after_a_pause(desk: Desk) -> None:
    job = desk.begin(train_request(steps=4))
    drive(desk.model, job, until=lambda: job.run.step == 2)
    job.pause()
    with pytest.raises(Refusal):
        job.resume(Resume(attempt="a", steps=20, learning_rate="0.1:5"))
    job.resume(Resume(attempt="a", steps=7, learning_rate="1e-4"))
    assert (desk.of(Paused)[0].step, desk.of(Resumed)[0].steps, job.run.learning_rate) == (2, 7, 1e-4)
    drive(desk.model, job)
    assert desk.of(Finished)[0].step == 7
    rows = (desk.folder / "run" / "losses.csv").read_text().splitlines()
    assert [row.rsplit(",", 1)[1] for row in rows[1:]] == ["0.005"] * 2 + ["0.0001"] * 5


def test_a_checkpoint_goes_on_with_other_steps_in_another_place(desk: Desk) -> None:
    job = desk.begin(train_request(steps=4))
    drive(desk.model, job)
    folder = desk.folder / "moved"
    (desk.folder / "run").rename(folder)
    resumed = desk.begin(train_request(steps=6), "moved")
    assert resumed.run.step == 4
    drive(desk.model, resumed)
    assert torch.equal(resumed.run.learned, desk.train(train_request(steps=6, learning_rate="0.005"), "whole"))


def test_one_picture_in_five_measures_and_is_not_learned_from(desk: Desk) -> None:
    pictures = pictures_of("neon-style", 10)
    job = desk.begin(train_request(pictures=pictures, steps=1))
    drive(desk.model, job)
    assert desk.of(Started)[0].held_back == 2
    dataset = job._dataset
    drawn = {picture for step in range(30) for picture in dataset.drawn(step, 2)[0]}
    assert drawn == set(dataset.learned)
    assert drawn.isdisjoint(dataset.held_back)
    assert len(drawn) == 8


def test_the_best_step_is_kept_and_patience_ends_the_run(desk: Desk) -> None:
    request = train_request(steps=1000, learning_rate="0.005:50, 1e-20", batch_size=1)
    request = msgspec.structs.replace(request, tuning=Tuning(average=False, patience=1))
    job = desk.begin(request)
    drive(desk.model, job)
    losses = {event.step: event.loss for event in desk.of(Validated)}
    assert losses[100] == losses[50] < losses[0]
    (finished,) = desk.of(Finished)
    assert (finished.step, finished.best_step) == (100, 50)
    best = read_webui(Path(finished.best).read_bytes(), "my-owl-best")
    assert (best.step, best.name) == (50, "my-owl-best")
    assert torch.equal(torch.tensor(best.vectors), job.run.learned)
    assert all(math.isfinite(event.norm) for event in desk.of(Validated))


def test_a_caption_wins_over_the_name(desk: Desk, tmp_path: Path) -> None:
    told = (TrainingPicture(path=pictures_of("owl", 1)[0].path, file_name="0001-owl.png", caption=" grey\nbird "),)
    job = desk.begin(train_request(pictures=told, template=("[filewords], [name]",)))
    assert job._dataset.text(0, 0) == "grey bird, my-owl"


@pytest.mark.parametrize("pattern", ["(", r"(a|aa)+$"])
def test_a_pattern_that_cannot_be_used_is_refused(desk: Desk, pattern: str) -> None:
    name = "a" * 60 + "!.png"
    told = (TrainingPicture(path=pictures_of("owl", 1)[0].path, file_name=name),)
    with pytest.raises(BadWordRegex):
        desk.begin(train_request(pictures=told, tuning=Tuning(word_regex=pattern)))


def test_transparent_parts_count_for_nothing(desk: Desk, tmp_path: Path) -> None:
    opacity = Image.new("L", (128, 128), 0)
    opacity.paste(255, (0, 0, 64, 128))
    opacity.save(tmp_path / "half.png")
    owl = pictures_of("owl", 1)[0]
    told = (msgspec.structs.replace(owl, alpha=str(tmp_path / "half.png")),)
    job = desk.begin(train_request(pictures=told, tuning=Tuning(alpha_weights=True)))
    drive(desk.model, job, until=lambda: job.ready_to_train)
    weights = job.examples(2).weights_BHW[0]
    assert weights.mean() == pytest.approx(1.0)
    assert weights[:, 10:].max() == 0
    opaque = desk.begin(train_request(tuning=Tuning(alpha_weights=True)), "opaque")
    drive(desk.model, opaque, until=lambda: opaque.ready_to_train)
    assert torch.equal(opaque.examples(2).weights_BHW, torch.ones(2, 16, 16))


@pytest.mark.parametrize(
    ("tuning", "setting"),
    [
        (Tuning(accumulation=0), "accumulation"),
        (Tuning(drop_tags=1.5), "drop"),
        (Tuning(clip_norm=math.nan), "clip"),
        (Tuning(warmup=-1), "warmup"),
    ],
)
def test_settings_out_of_range_are_refused_by_name(tuning: Tuning, setting: str) -> None:
    fault = fault_in(train_request(tuning=tuning))
    assert (fault.reason, fault.facts["setting"]) == ("bad_tuning", setting)
