"""How large the hires fix makes a picture, and by which name."""

from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from trainer.sampling.enlargement import Enlargement, enlargement_of
from trainer.sampling.upscaler_names import UPSCALER_NAMES, UnknownUpscaler, read_upscaler, upscalers_with

SIDE = st.integers(8, 256).map(lambda n: n * 8)


@pytest.mark.parametrize(
    ("first", "scale", "resize", "covering", "size", "corner"),
    [
        ((512, 512), 2.0, (0, 0), (1024, 1024), (1024, 1024), (0, 0)),
        ((512, 768), 1.3, (0, 0), (665, 998), (664, 992), (0, 0)),
        ((512, 512), 1.0, (0, 0), (512, 512), (512, 512), (0, 0)),
        ((512, 768), 2.0, (768, 0), (768, 1152), (768, 1152), (0, 0)),
        ((512, 768), 2.0, (0, 768), (512, 768), (512, 768), (0, 0)),
        ((512, 768), 2.0, (0, 1000), (666, 1000), (664, 1000), (0, 0)),
        ((512, 512), 2.0, (1024, 768), (1024, 1024), (1024, 768), (0, 128)),
        ((512, 768), 2.0, (832, 1280), (853, 1280), (832, 1280), (8, 0)),
        ((512, 512), 2.0, (768, 792), (792, 792), (768, 792), (8, 0)),
        ((512, 512), 2.0, (768, 776), (776, 776), (768, 776), (0, 0)),
    ],
)
def test_sizes_are_the_web_uis(
    first: tuple[int, int],
    scale: float,
    resize: tuple[int, int],
    covering: tuple[int, int],
    size: tuple[int, int],
    corner: tuple[int, int],
) -> None:
    assert enlargement_of(first, scale, resize, 8) == Enlargement(covering, size, *corner)


@given(st.tuples(SIDE, SIDE), st.tuples(SIDE, SIDE))
def test_what_is_kept_lies_in_what_covers_it(first: tuple[int, int], resize: tuple[int, int]) -> None:
    covering, size, left, top = enlargement_of(first, 2.0, resize, 8)
    assert size == resize
    assert resize[0] == covering[0] or resize[1] == covering[1]
    for side, kept, corner in zip(covering, size, (left, top), strict=True):
        assert 0 <= corner <= side - kept - corner < corner + 16


def test_upscalers_are_found_by_name() -> None:
    assert read_upscaler(" latent (BICUBIC  antialiased)").name == "Latent (bicubic antialiased)"
    assert [read_upscaler(row.name) for row in UPSCALER_NAMES] == [*UPSCALER_NAMES]


def test_networks_go_by_the_web_uis_name_or_their_files() -> None:
    files = [Path("in/realesr-animevideov3.pth"), Path("4x-UltraSharp.pth"), Path("4x-UltraSharp.safetensors")]
    *_, ultra, video = known = upscalers_with([*files, Path("Lanczos.pth"), Path("notes.txt"), Path(".4x-new.pth")])
    assert [each.name for each in known[len(UPSCALER_NAMES) :]] == ["4x-UltraSharp", "R-ESRGAN AnimeVideo"]
    assert ultra.network == Path("4x-UltraSharp.safetensors")
    assert read_upscaler("r-esrgan animevideo", known) == read_upscaler("RealESR-AnimeVideoV3", known) == video
    assert read_upscaler("lanczos", known).network is None


@pytest.mark.parametrize("name", ["", "R-ESRGAN 4x+", "Latent (lanczos)", "a" * 100_000])
def test_an_upscaler_that_is_not_here_is_refused_with_those_there_are(name: str) -> None:
    with pytest.raises(UnknownUpscaler, match=r"There are Latent, Latent \(antialiased\), .* Lanczos, Nearest"):
        read_upscaler(name)
