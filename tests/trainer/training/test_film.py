from pathlib import Path

import pytest
from PIL import Image
from PIL.WebPImagePlugin import WebPImageFile

from trainer.reports.film import write_film, write_strip


def picture(path: Path, colour: str, size: tuple[int, int] = (128, 128)) -> Path:
    Image.new("RGB", size, colour).save(path)
    return path


def test_a_film_shows_the_previews_in_order_and_rests_on_the_last(tmp_path: Path) -> None:
    frames = [picture(tmp_path / f"{colour}.png", colour) for colour in ("red", "lime", "blue")]
    write_film(tmp_path / "film.webp", frames)
    with Image.open(tmp_path / "film.webp") as film:
        assert isinstance(film, WebPImageFile)
        assert (film.format, film.n_frames, film.size) == ("WEBP", 3, (128, 128))
        shown = []
        for n in range(film.n_frames):
            film.seek(n)
            colour = film.convert("RGB").getpixel((64, 64))
            shown.append((colour.index(max(colour)), film.info["duration"]))
    assert shown == [(0, 400), (1, 400), (2, 2000)]


def test_a_film_of_one_frame_is_a_film(tmp_path: Path) -> None:
    write_film(tmp_path / "film.webp", [picture(tmp_path / "a.png", "red")])
    with Image.open(tmp_path / "film.webp") as film:
        assert film.format == "WEBP"


def test_a_film_of_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least one frame"):
        write_film(tmp_path / "film.webp", [])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("size", [(128, 128), (512, 512), (64, 96), (300, 128)])
def test_a_strip_has_before_left_and_after_right(tmp_path: Path, size: tuple[int, int]) -> None:
    before, after = picture(tmp_path / "0.png", "red", size), picture(tmp_path / "1.png", "blue", size)
    write_strip(tmp_path / "strip.png", before, after)
    with Image.open(tmp_path / "strip.png") as strip:
        assert strip.width > 2 * size[0]
        assert strip.height >= size[1]
        pixels = strip.getcolors(2**24)
        middle = strip.height // 2
        assert strip.getpixel((strip.width // 4, middle)) == (255, 0, 0)
        assert strip.getpixel((3 * strip.width // 4, middle)) == (0, 0, 255)
        assert strip.getpixel((strip.width // 2, middle)) == (0x6B, 0x70, 0x80)
    counts = {colour: count for count, colour in pixels}
    assert counts[(255, 0, 0)] == counts[(0, 0, 255)] == size[0] * size[1]
