"""Pictures drawn over pictures."""

from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat

from tests.trainer.engine.drawings import Studio
from tests.trainer.process import pictures_of
from trainer.data.picture import BadPicture
from trainer.infotext.webui import parse_parameters
from trainer.models.family import Family
from trainer.protocol import DrawRequest

OWL = pictures_of("owl", 1)[0].path


@pytest.fixture
def studio(model: Family, tmp_path: Path) -> Studio:
    return Studio(model, tmp_path)


def distance(path: str, other: str) -> float:
    with Image.open(path) as one, Image.open(other) as two:
        size = one.size
        difference = ImageChops.difference(one.convert("RGB"), two.convert("RGB").resize(size))
    return sum(ImageStat.Stat(difference).mean)


@pytest.mark.parametrize("sampler", ["Euler a", "DDIM", "DPM++ 2M"])
def test_strength_says_how_much_is_drawn_anew(studio: Studio, sampler: str) -> None:
    pictures = [
        studio.drawn(
            DrawRequest(prompt="a rocket", sampler=sampler, steps=10, seed=2, image=OWL, strength=strength)
        ).pictures[0]
        for strength in (0.0, 0.4, 1.0)
    ]
    distances = [distance(picture.path, OWL) for picture in pictures]
    assert distances[0] < 40
    assert distances == sorted(distances)
    assert distances[2] > 2 * distances[0]
    assert [parse_parameters(picture.parameters).denoising_strength for picture in pictures] == [0.0, 0.4, 1.0]


@pytest.mark.parametrize("sampler", ["DPM adaptive", "DPM fast", "LMS"])
def test_a_strength_that_leaves_no_way_to_go_gives_the_picture(studio: Studio, sampler: str) -> None:
    request = DrawRequest(prompt="a rocket", sampler=sampler, steps=10, seed=2, image=OWL, strength=0.01)
    assert distance(studio.drawn(request).pictures[0].path, OWL) < 40


def test_larger_is_the_same_picture_with_more_pixels(studio: Studio) -> None:
    drawn = studio.drawn(DrawRequest(prompt="an owl", steps=8, seed=2)).pictures[0]
    larger = studio.drawn(
        DrawRequest(prompt="an owl", steps=8, seed=2, image=drawn.path, strength=0.3, width=192, height=192)
    ).pictures[0]
    with Image.open(larger.path) as opened:
        assert opened.size == (192, 192)
    stranger = studio.drawn(DrawRequest(prompt="an owl", steps=8, seed=77)).pictures[0]
    assert distance(larger.path, drawn.path) < distance(larger.path, stranger.path)


def test_a_picture_that_cannot_be_read_is_refused_at_once(studio: Studio) -> None:
    broken = studio.folder / "broken.png"
    broken.write_bytes(b"no picture")
    with pytest.raises(BadPicture):
        studio.begin(DrawRequest(prompt="a", image=str(broken)))
