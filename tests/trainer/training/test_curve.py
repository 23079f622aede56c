import math
from pathlib import Path

import pytest
from PIL import Image

from trainer.reports.curve import draw_curve, smoothed

LOSSES = [(step, 0.1 + 0.1 * math.exp(-step / 50)) for step in range(0, 200, 2)]
VALIDATIONS = [(0, 0.115), (50, 0.105), (100, 0.098), (150, 0.101)]


def colours(path: Path) -> set[tuple[int, int, int]]:
    with Image.open(path) as picture:
        assert picture.size == (640, 360)
        assert picture.format == "PNG"
        return {colour for _, colour in picture.convert("RGB").getcolors(2**24)}


TRAINING, VALIDATION, BEST = (0x9A, 0xA7, 0xC7), (0x35, 0x57, 0xC7), (0xD9, 0x48, 0x0F)


@pytest.mark.parametrize(
    ("losses", "validations", "expected"),
    [
        (LOSSES, VALIDATIONS, {TRAINING, VALIDATION, BEST}),
        (LOSSES, [], {TRAINING}),
        ([], VALIDATIONS, {VALIDATION, BEST}),
        (LOSSES, VALIDATIONS[:1], {TRAINING, BEST}),
        ([], [], set()),
    ],
)
def test_each_line_is_there_if_it_has_points(
    tmp_path: Path, losses: list[tuple[int, float]], validations: list[tuple[int, float]], expected: set
) -> None:
    draw_curve(tmp_path / "curve.png", losses, validations, "my-cat")
    drawn = colours(tmp_path / "curve.png")
    assert drawn & {TRAINING, BEST} == expected & {TRAINING, BEST}
    if len(validations) > 1:
        assert VALIDATION in drawn


@pytest.mark.parametrize("title", ["我的猫", "my 猫 🐈 cat", "$x_{", "a\nb\x00c", "é" * 300, "W" * 300, ""])
def test_no_title_crashes_or_warns(tmp_path: Path, title: str) -> None:
    draw_curve(tmp_path / "curve.png", LOSSES, VALIDATIONS, title)
    assert colours(tmp_path / "curve.png")


def test_nothing_but_the_picture_is_left(tmp_path: Path) -> None:
    draw_curve(tmp_path / "curve.png", LOSSES, VALIDATIONS, "my-cat")
    draw_curve(tmp_path / "curve.png", LOSSES, VALIDATIONS, "my-cat")
    assert [path.name for path in tmp_path.iterdir()] == ["curve.png"]


def test_smoothing_is_the_mean_of_the_last_values() -> None:
    assert smoothed([1, 3, 5, 7], 2) == [1, 2, 4, 6]
    assert smoothed([1, 3, 5, 7], 3) == [1, 2, 3, 5]
    assert smoothed([1, 3, 5, 7], 1) == [1, 3, 5, 7]
    assert smoothed([], 3) == []
