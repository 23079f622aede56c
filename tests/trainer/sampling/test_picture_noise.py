import torch

from trainer.sampling.noise import PictureNoise

SHAPE = (4, 16, 16)


def test_a_picture_has_the_same_noise_alone_and_beside_others() -> None:
    alone = PictureNoise(7, SHAPE)
    draws_alone = [alone.next() for _ in range(3)]
    first, second = PictureNoise(6, SHAPE), PictureNoise(7, SHAPE)
    draws_beside = []
    for _ in range(3):
        first.next()
        torch.randn(5)
        draws_beside.append(second.next())
    assert all(torch.equal(a, b) for a, b in zip(draws_alone, draws_beside, strict=True))
    assert not torch.equal(draws_alone[0], draws_alone[1])


def test_the_process_generator_is_left_alone() -> None:
    torch.manual_seed(1)
    expected = torch.randn(3)
    torch.manual_seed(1)
    PictureNoise(7, SHAPE).next()
    assert torch.equal(torch.randn(3), expected)


def test_it_is_what_the_web_ui_draws_on_the_cpu() -> None:
    """One generator a picture on the CPU, seeded with the picture's seed."""
    expected = torch.randn(SHAPE, generator=torch.Generator().manual_seed(4077357776))
    noise = PictureNoise(4077357776, SHAPE).next()
    assert torch.equal(noise, expected)
    assert (noise.dtype, noise.shape, noise.device.type) == (torch.float32, SHAPE, "cpu")
