"""Models that ship a safety checker."""

import time
from pathlib import Path

import pytest
import torch
from PIL import Image
from transformers import CLIPImageProcessorPil

from tests.trainer.driving import Desk
from tests.trainer.engine.drawings import Studio
from tests.trainer.models.checker import MINDS_ALL, MINDS_NOTHING, with_checker
from tests.trainer.process import pictures_of, train_request
from trainer.engine.drawing.picture_pass import picture_pass
from trainer.models.errors import BadModel
from trainer.models.loading.loading import load_model
from trainer.models.parts.safety import clip_pixels
from trainer.protocol import DrawRequest, Preview

CPU = torch.device("cpu")


@pytest.mark.parametrize(("likeness", "unsafe"), [(MINDS_ALL, True), (MINDS_NOTHING, False)])
def test_pictures_are_told_unsafe_and_kept(tmp_path: Path, likeness: float, *, unsafe: bool) -> None:
    studio = Studio(load_model(with_checker(tmp_path / "model", likeness), CPU, torch.float32), tmp_path)
    drawn = studio.drawn(DrawRequest(prompt="an owl", steps=2, count=2, width=64, height=64))
    assert [picture.unsafe for picture in drawn.pictures] == [unsafe, unsafe]
    with Image.open(drawn.pictures[0].path) as opened:
        assert opened.convert("RGB").getextrema() != ((0, 0),) * 3


def test_a_preview_that_it_stops_is_grey(tmp_path: Path) -> None:
    desk = Desk(load_model(with_checker(tmp_path / "model", MINDS_ALL), CPU, torch.float32), tmp_path)
    desk.train(train_request(steps=1, batch_size=1))
    previews = [event.path for event in desk.of(Preview)]
    assert len(previews) == 2
    for path in previews:
        with Image.open(path) as preview:
            assert preview.convert("RGB").getextrema() == ((128, 128),) * 3


def test_where_it_is_allowed_the_checker_is_not_asked(tmp_path: Path) -> None:
    model = load_model(with_checker(tmp_path / "model", MINDS_ALL), CPU, torch.float32)
    drawn = Studio(model, tmp_path).drawn(DrawRequest(prompt="an owl", steps=2, width=64, height=64, allow_unsafe=True))
    assert [picture.unsafe for picture in drawn.pictures] == [False]
    desk = Desk(model, tmp_path)
    desk.train(train_request(steps=1, batch_size=1, allow_unsafe=True))
    for event in desk.of(Preview):
        with Image.open(event.path) as preview:
            assert preview.convert("RGB").getextrema() != ((128, 128),) * 3


@pytest.mark.parametrize("allowed", [False, True])
def test_a_coarse_picture_is_shown_only_where_it_is_allowed(tmp_path: Path, *, allowed: bool) -> None:
    studio = Studio(load_model(with_checker(tmp_path / "model", MINDS_ALL), CPU, torch.float32), tmp_path)
    job = studio.begin(DrawRequest(prompt="an owl", width=64, height=64, allow_unsafe=allowed))
    picture_pass(studio.model, [job.drawing], 16)
    job.passed(now=time.monotonic() + 6)
    (told,) = studio.told
    assert (told.preview is not None) == allowed


def test_a_checker_that_cannot_be_read_is_not_left_out(tmp_path: Path) -> None:
    folder = with_checker(tmp_path / "model", MINDS_NOTHING)
    next((folder / "safety_checker").glob("*.safetensors")).unlink()
    with pytest.raises(BadModel, match="safety_checker"):
        load_model(folder, CPU, torch.float32)


def test_the_checker_sees_what_clips_own_reader_shows_it() -> None:
    with Image.open(pictures_of("owl", 1)[0].path) as opened:
        image = opened.convert("RGB").crop((0, 0, 90, 70))
    expected = CLIPImageProcessorPil()(image, return_tensors="pt").pixel_values
    difference = (clip_pixels(image) - expected).abs()
    assert difference.mean() < 0.05
