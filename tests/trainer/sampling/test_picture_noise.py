import math

import numpy as np
import pytest
import torch
import torchsde

from trainer.sampling.noise import BatchNoise, PictureNoise, Variation
from trainer.sampling.philox import Philox

SHAPE = (4, 16, 16)
SPAN = (0.029167, 14.614641)
"""Sigmas of SD 1."""
CPU = torch.device("cpu")


def plain(seed: int, shape: tuple[int, int, int] = SHAPE) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("source", ["CPU", "GPU", "NV"])
def test_a_picture_has_the_same_noise_alone_and_beside_others(source) -> None:
    alone = PictureNoise(7, SHAPE, SPAN, source)
    draws_alone = [alone.next() for _ in range(3)] + [alone.between(2.0, 1.0)]
    pictures = [PictureNoise(6, SHAPE, SPAN, source), PictureNoise(7, SHAPE, SPAN, source)]
    batch = BatchNoise(pictures, CPU)
    draws_beside = []
    for _ in range(3):
        torch.randn(5)
        draws_beside.append(batch()[1])
    draws_beside.append(batch.between(2.0, 1.0)[1])
    assert all(torch.equal(a, b) for a, b in zip(draws_alone, draws_beside, strict=True))
    assert not torch.equal(draws_alone[0], draws_alone[1])


def test_the_process_generator_is_left_alone() -> None:
    torch.manual_seed(1)
    expected = torch.randn(3)
    torch.manual_seed(1)
    noise = PictureNoise(7, SHAPE, SPAN, ensd=3, variation=Variation(2, 0.5), resized_from=(8, 8))
    noise.next()
    noise.between(1.0, 0.5)
    assert torch.equal(torch.randn(3), expected)


def test_it_is_what_the_web_ui_draws_on_the_cpu() -> None:
    """One generator a picture on the CPU, seeded with the picture's seed."""
    noise = PictureNoise(4077357776, SHAPE, SPAN).next()
    assert torch.equal(noise, plain(4077357776))
    assert (noise.dtype, noise.shape, noise.device.type) == (torch.float32, SHAPE, "cpu")


def test_philox_gives_an_nvidia_cards_numbers() -> None:
    first = Philox(0).normal((3, 4))
    assert first.dtype == np.float32
    np.testing.assert_allclose(first[0], [-0.92466259, -0.42534415, -2.6438457, 0.14518388], rtol=0, atol=2e-7)
    noise = PictureNoise(0, (1, 3, 4), SPAN, "NV")
    np.testing.assert_array_equal(noise.next()[0], first)
    assert not np.array_equal(noise.next()[0], first)


def test_philox_is_the_published_cipher() -> None:
    """By whole numbers, which give the test vector of Salmon et al.'s library; Box and Muller's method on two words."""
    words = philox_by_hand([0, 0, 5, 0], [0xDEADBEEF, 0x1])
    radius = math.sqrt(-2 * math.log((words[0] + 0.5) / 2**32))
    expected = radius * math.sin(2 * math.pi * (words[1] + 0.5) / 2**32)
    assert Philox(0x1DEADBEEF).normal((6,))[5] == pytest.approx(expected, rel=1e-6)
    assert philox_by_hand([2**32 - 1] * 4, [2**32 - 1] * 2) == [0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD]


def philox_by_hand(counter: list[int], key: list[int]) -> list[int]:
    for _ in range(10):
        first, second = counter[0] * 0xD2511F53, counter[2] * 0xCD9E8D57
        counter = [
            (second >> 32) ^ counter[1] ^ key[0],
            second % 2**32,
            (first >> 32) ^ counter[3] ^ key[1],
            first % 2**32,
        ]
        key = [(key[0] + 0x9E3779B9) % 2**32, (key[1] + 0xBB67AE85) % 2**32]
    return counter


@pytest.mark.parametrize("seed", [0, 1, 2**32, 2**63, 2**64 - 1])
def test_nv_noise_is_normal_and_different_for_every_seed(seed: int) -> None:
    noise = Philox(seed).normal((4, 64, 64))
    assert abs(noise.mean()) < 0.03
    assert noise.std() == pytest.approx(1, abs=0.03)
    assert abs(np.corrcoef(noise.ravel(), Philox((seed + 1) % 2**64).normal((4, 64, 64)).ravel())[0, 1]) < 0.03


def test_ensd_shifts_the_seed_of_what_comes_after_the_first_draw() -> None:
    noise = PictureNoise(7, SHAPE, SPAN, ensd=31337)
    assert torch.equal(noise.next(), plain(7))
    shifted = torch.Generator().manual_seed(7 + 31337)
    for _ in range(2):
        assert torch.equal(noise.next(), torch.randn(SHAPE, generator=shifted))


@pytest.mark.parametrize("strength", [0.1, 0.5, 1.0])
def test_a_variation_lies_on_the_great_circle_of_each_column(strength: float) -> None:
    mixed = PictureNoise(1, SHAPE, SPAN, variation=Variation(2, strength)).next().double().numpy()
    one, other = plain(1).double().numpy(), plain(2).double().numpy()
    for channel in range(4):
        for column in range(16):
            a, b = one[channel, :, column], other[channel, :, column]
            angle = math.acos(a @ b / np.linalg.norm(a) / np.linalg.norm(b))
            expected = (math.sin((1 - strength) * angle) * a + math.sin(strength * angle) * b) / math.sin(angle)
            np.testing.assert_allclose(mixed[channel, :, column], expected, atol=1e-5)


def test_a_variation_changes_the_first_draw_only() -> None:
    varied, untouched = PictureNoise(1, SHAPE, SPAN, variation=Variation(2, 0.3)), PictureNoise(1, SHAPE, SPAN)
    assert not torch.equal(varied.next(), untouched.next())
    assert torch.equal(varied.next(), untouched.next())


@pytest.mark.parametrize("strength", [0.0, 0.3, 1.0])
def test_a_variation_by_the_same_seed_is_the_picture_itself(strength: float) -> None:
    torch.testing.assert_close(PictureNoise(1, SHAPE, SPAN, variation=Variation(1, strength)).next(), plain(1))


@pytest.mark.parametrize("source", ["CPU", "NV"])
def test_a_smaller_seed_size_is_laid_in_the_middle(source) -> None:
    small = PictureNoise(1, (4, 8, 6), SPAN, source).next()
    laid = PictureNoise(1, SHAPE, SPAN, source, resized_from=(8, 6)).next()
    assert torch.equal(laid[:, 4:12, 5:11], small)
    laid[:, 4:12, 5:11] = PictureNoise(1, SHAPE, SPAN, source).next()[:, 4:12, 5:11]
    assert torch.equal(laid, PictureNoise(1, SHAPE, SPAN, source).next())


def test_of_a_larger_seed_size_the_middle_is_taken() -> None:
    large = plain(1, (4, 20, 24))
    assert torch.equal(PictureNoise(1, SHAPE, SPAN, resized_from=(20, 24)).next(), large[:, 2:18, 4:20])


def test_a_brownian_path_is_the_same_however_it_is_walked() -> None:
    straight, winding = PictureNoise(5, SHAPE, SPAN), PictureNoise(5, SHAPE, SPAN)
    winding.between(0.9, 0.2)
    parts = [winding.between(a, b) * math.sqrt(a - b) for a, b in ((14.6, 3.1), (3.1, 2.0), (2.0, 0.7), (0.7, 0.03))]
    whole = straight.between(14.6, 0.03) * math.sqrt(14.6 - 0.03)
    torch.testing.assert_close(sum(parts), whole, atol=1e-5, rtol=0)
    assert torch.equal(straight.between(0.9, 0.2), PictureNoise(5, SHAPE, SPAN).between(0.9, 0.2))
    assert not torch.equal(straight.between(0.9, 0.2), PictureNoise(6, SHAPE, SPAN).between(0.9, 0.2))


@pytest.mark.parametrize("step", [(14.6, 9.0), (4.0, 2.0), (1.01, 1.0), (0.702, 0.7), (0.041, 0.029)])
def test_brownian_increments_are_unit_normal_and_independent_of_their_neighbours(step: tuple[float, float]) -> None:
    noise = PictureNoise(5, (4, 64, 64), (0.01, 14.7))
    here = noise.between(*step)
    after = noise.between(step[1], step[1] - (step[0] - step[1]) / 3)
    assert here.mean().abs() < 0.03
    assert here.std().item() == pytest.approx(1, abs=0.03)
    assert after.std().item() == pytest.approx(1, abs=0.03)
    assert abs(torch.corrcoef(torch.stack([here.flatten(), after.flatten()]))[0, 1]) < 0.035


@pytest.mark.parametrize("seed", [0, 7, 4077357776, 2**32 - 1, 2**40])
def test_the_path_is_torchsdes(seed: int) -> None:
    """As k-diffusion walks it: downwards, the sign turned with the direction; also outside the span."""
    low, high = (torch.tensor(sigma) for sigma in SPAN)
    tree = torchsde.BrownianTree(low, torch.zeros(SHAPE), high, entropy=seed)
    noise = PictureNoise(seed, SHAPE, (low.item(), high.item()))
    steps = torch.rand(20, 2, generator=torch.Generator().manual_seed(1)).mul(15).sort(descending=True).values
    for a, b in steps:
        clipped = [time.clamp(low, high) for time in (b, a)]
        theirs = -tree(*clipped) / (a - b).sqrt()
        torch.testing.assert_close(noise.between(a.item(), b.item()), theirs, atol=1e-5, rtol=0)


def test_the_path_is_made_of_the_chosen_sources_numbers() -> None:
    by_source = [PictureNoise(7, SHAPE, SPAN, source).between(3.0, 2.0) for source in ("CPU", "NV")]
    assert not torch.equal(*by_source)
