"""A picture that goes through a network in tiles comes out as if it had gone through whole."""

import numpy as np
import pytest
import torch
from hypothesis import given, strategies as st
from PIL import Image

from tests.trainer.upscaling.files import Weights, compact, rrdbnet
from trainer.models.errors import NoNumbers
from trainer.upscaling.kinds import Network, network_of
from trainer.upscaling.tiles import CORE, Tile, Upscaling, enlarged_tile, rounds_of, tiles_in_all, tiles_of

SIDES = st.integers(1, 2048)


def network(weights: Weights) -> Network:
    return network_of("x", weights)


def picture(width: int, height: int) -> Image.Image:
    """Colours that change slowly, and a little of everything on top."""
    down, across = np.mgrid[0:height, 0:width]
    waves = np.stack([np.sin(across / 9 + down / 14 + colour) for colour in range(3)], axis=-1)
    noise = np.random.default_rng(1).normal(scale=12, size=waves.shape)
    return Image.fromarray((waves * 90 + 128 + noise).clip(0, 255).astype(np.uint8))


def in_one_go(network: Network, small: Image.Image) -> np.ndarray:
    return enlarged_tile(network, small, Tile(0, 0, *small.size))


def finished(upscaling: Upscaling) -> Image.Image:
    while not upscaling.over:
        upscaling.go_on()
    return upscaling.picture


@given(SIDES, SIDES)
def test_tiles_hold_every_pixel_once(width: int, height: int) -> None:
    seen = np.zeros((height, width), dtype=np.uint8)
    for left, top, right, bottom in tiles_of((width, height)):
        assert 0 < right - left <= CORE
        assert 0 < bottom - top <= CORE
        seen[top:bottom, left:right] += 1
    assert (seen == 1).all()


NETWORKS = {
    "doubles": compact(scale=2),
    "fourfold": rrdbnet(blocks=1),
    "twofold, of squares of 4": rrdbnet(blocks=1, channels=12),
    "threefold": compact(scale=3),
}


@pytest.mark.parametrize("weights", NETWORKS.values(), ids=NETWORKS)
def test_tiles_give_what_the_whole_gives(weights: Weights) -> None:
    """Within the margin lies nearly all that these small networks see. The sides are odd, which squares do not like."""
    small, of = picture(CORE + 51, 2 * CORE + 3), network(weights)
    size = small.width * of.scale, small.height * of.scale
    tiled = Upscaling(of, small, size)
    whole = in_one_go(of, small)
    assert whole.shape == (size[1], size[0], 3)
    assert np.abs(np.asarray(finished(tiled)).astype(int) - whole).max() <= 1
    assert tiled.done == tiles_in_all(small.size, size, of.scale) == 6


def test_without_a_margin_seams_would_show() -> None:
    small, of = picture(2 * CORE, CORE), network(rrdbnet(blocks=1))
    whole = in_one_go(of, small)
    left = enlarged_tile(of, small, Tile(0, 0, CORE, CORE), margin=0)
    assert np.abs(left.astype(int) - whole[:, : 4 * CORE]).max() > 5


@given(st.tuples(SIDES, SIDES), st.tuples(SIDES, SIDES), st.sampled_from([1, 2, 3, 4, 8]))
def test_a_network_is_asked_until_the_picture_is_large_enough(
    size: tuple[int, int], covering: tuple[int, int], scale: int
) -> None:
    """As in the web UI: at most three times, and once where it does not enlarge."""
    rounds = rounds_of(size, covering, scale)
    assert rounds == [(size[0] * scale**n, size[1] * scale**n) for n in range(len(rounds))]
    assert len(rounds) <= (1 if scale == 1 else 3)
    enough = [all(side >= wanted // 8 * 8 for side, wanted in zip(each, covering, strict=True)) for each in rounds]
    assert not any(enough)


def test_what_is_over_or_missing_is_interpolated() -> None:
    small, of = picture(40, 30), network(compact(scale=2))
    for size, rounds in (((60, 45), 1), ((80, 60), 1), ((150, 100), 2), ((30, 20), 0)):
        expected = small
        for _ in range(rounds):
            expected = Image.fromarray(in_one_go(of, expected))
        made = finished(Upscaling(of, small, size))
        assert made.size == size
        assert made.tobytes() == expected.resize(size, Image.Resampling.LANCZOS).tobytes()


def test_colours_go_in_and_come_out_as_the_web_uis_do() -> None:
    """Blue first: a network that passes only its first channel keeps the blue."""
    weights = {
        "body.0.weight": torch.zeros(3, 3, 3, 3),
        "body.0.bias": torch.zeros(3),
        "body.1.weight": torch.ones(3),
        "body.2.weight": torch.zeros(3, 3, 3, 3),
        "body.2.bias": torch.tensor([0.0, -1.0, -1.0]),
    }
    made = finished(Upscaling(network(weights), Image.new("RGB", (8, 8), (10, 20, 30)), (16, 16)))
    assert made.getcolors() == [(256, (0, 0, 30))]


def test_what_is_no_number_is_told_and_changes_nothing() -> None:
    weights = compact(scale=2)
    broken = {**weights, "body.0.bias": torch.full((8,), torch.inf)}
    upscaling = Upscaling(network(broken), picture(40, 30), (80, 60))
    with pytest.raises(NoNumbers):
        upscaling.go_on()
    assert (upscaling.done, upscaling.over) == (0, False)
