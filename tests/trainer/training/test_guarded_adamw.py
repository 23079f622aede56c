import math

import pytest
import torch

from trainer.training.averaging import average_in
from trainer.training.guarded_adamw import GuardedAdamW

RATES = [0.005, 0.005, 0.001, 0.0005]


def vectors() -> torch.Tensor:
    return torch.linspace(-1, 1, 12).reshape(2, 6).clone().requires_grad_()


def gradients(count: int) -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(1)
    return [torch.randn(2, 6, generator=generator) for _ in range(count)]


def step(
    optimizer: GuardedAdamW,
    learned: torch.Tensor,
    gradient: torch.Tensor,
    number: int,
    loss: float = 0.1,
    clip: float = 0,
) -> None:
    learned.grad = gradient * optimizer.scale
    optimizer.step(torch.tensor(loss), number, RATES[number % len(RATES)], clip)


@pytest.mark.parametrize("half", [False, True])
@pytest.mark.parametrize("clip", [0.0, 0.5])
def test_it_is_adamw(half: bool, clip: float) -> None:
    ours, theirs = vectors(), vectors()
    guarded = GuardedAdamW(ours, 0.01, half=half)
    plain = torch.optim.AdamW([theirs], betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01)
    for number, gradient in enumerate(gradients(4)):
        step(guarded, ours, gradient, number, clip=clip)
        theirs.grad = gradient.clone()
        if clip:
            torch.nn.utils.clip_grad_norm_([theirs], clip)
        plain.param_groups[0]["lr"] = RATES[number]
        plain.step()
        assert ours.grad is None
    torch.testing.assert_close(ours, theirs)
    assert bool(guarded.alive)


@pytest.mark.parametrize(("loss", "gradient"), [(math.nan, 1.0), (math.inf, 1.0), (0.1, math.nan), (0.1, math.inf)])
def test_what_is_no_number_ends_it_with_the_last_good_values(loss: float, gradient: float) -> None:
    learned = vectors()
    optimizer = GuardedAdamW(learned, 0.0, half=False)
    first, second, third = gradients(3)
    step(optimizer, learned, first, 0)
    before = learned.detach().clone()
    step(optimizer, learned, second, 1)
    after = learned.detach().clone()
    step(optimizer, learned, third * gradient, 2, loss)
    step(optimizer, learned, third, 3)
    assert not bool(optimizer.alive)
    assert torch.equal(learned, after)
    good = before if not math.isfinite(loss) else after
    assert torch.equal(optimizer.good_values, good)
    assert int(optimizer.good_step) == (1 if not math.isfinite(loss) else 2)


def test_a_rate_beyond_all_numbers_keeps_the_vectors() -> None:
    learned = vectors()
    optimizer = GuardedAdamW(learned, 0.0, half=False)
    (gradient,) = gradients(1)
    learned.grad = gradient
    optimizer.step(torch.tensor(0.1), 0, math.inf, 0.0)
    assert torch.equal(learned, vectors())
    assert not bool(optimizer.alive)


def test_a_gradient_that_overflows_in_half_precision_costs_its_step_only() -> None:
    learned = vectors()
    optimizer = GuardedAdamW(learned, 0.0, half=True)
    first, second = gradients(2)
    step(optimizer, learned, first, 0)
    before, moments, scale = learned.detach().clone(), optimizer.state(), optimizer.scale.item()
    step(optimizer, learned, second * math.inf, 1)
    assert torch.equal(learned, before)
    assert torch.equal(optimizer.state()["exp_avg"], moments["exp_avg"])
    assert optimizer.scale.item() == scale / 2
    assert bool(optimizer.alive)
    for number in range(20):
        step(optimizer, learned, second * math.inf, number)
    assert not bool(optimizer.alive)


def test_the_state_goes_on_to_the_bit() -> None:
    whole, first, second = vectors(), vectors(), vectors()
    drawn = gradients(4)
    unbroken, begun = GuardedAdamW(whole, 0.0, half=True), GuardedAdamW(first, 0.0, half=True)
    for number, gradient in enumerate(drawn):
        step(unbroken, whole, gradient, number)
    for number, gradient in enumerate(drawn[:2]):
        step(begun, first, gradient, number)
    with torch.no_grad():
        second.copy_(first)
    resumed = GuardedAdamW(second, 0.0, half=True)
    resumed.load(begun.state(), 2)
    for number, gradient in enumerate(drawn[2:], start=2):
        step(resumed, second, gradient, number)
    assert torch.equal(second, whole)


def test_the_average_is_over_the_late_vectors() -> None:
    average = torch.zeros(1)
    for number in range(1, 201):
        average_in(average, torch.tensor([float(number)]), number)
    assert average.item() == pytest.approx(200 * 8 / 9, rel=0.01)  # the mean of s weighted by s^7
