"""Each sampler against its published formula in float64 NumPy, on a model whose best guess is known in closed form.

If clean pictures are normally distributed with mean M and deviation S, the best guess of the clean picture in x, which
carries noise of deviation sigma, is (S^2 x + sigma^2 M) / (S^2 + sigma^2), and the probability flow from x at sigma to
sigma 0 ends at M + (x - M) S / sqrt(S^2 + sigma^2).
"""

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch

from trainer.sampling.noise_schedule import sigmas
from trainer.sampling.samplers import SAMPLERS, SamplerRow, UnknownSampler, find_sampler

M, S = 0.4, 0.7
ALPHAS_CUMPROD = torch.cumprod(1 - torch.linspace(0.00085**0.5, 0.012**0.5, 1000, dtype=torch.float64) ** 2, 0)
SHAPE = (2, 4, 8, 8)
Denoiser = Callable[[np.ndarray, float], np.ndarray]


def denoise(x, sigma: float):
    return (S**2 * x + sigma**2 * M) / (S**2 + sigma**2)


def start_and_noises(steps: int) -> tuple[torch.Tensor, list[torch.Tensor]]:
    generator = torch.Generator().manual_seed(3)
    draws = torch.randn((steps + 1, *SHAPE), generator=generator)
    return draws[0], list(draws[1:])


def run(row: SamplerRow, values: torch.Tensor) -> tuple[torch.Tensor, list[float]]:
    """Latents and the sigmas at which the model was asked."""
    start, noises = start_and_noises(len(values))
    left = iter(noises)
    sampling = row.sample(start * values[0], values, lambda: next(left))
    asked = []
    wanted = next(sampling)
    while True:
        x, sigma = wanted
        asked.append(sigma)
        try:
            wanted = sampling.send(denoise(x, sigma))
        except StopIteration as end:
            return end.value, asked


def euler_reference(x, s, noises):
    for i in range(len(s) - 1):
        x = x + (x - denoise(x, s[i])) / s[i] * (s[i + 1] - s[i])
    return x


def euler_ancestral_reference(x, s, noises):
    """DDPM's posterior: variance s'^2 (s^2 - s'^2) / s^2, mean moved to what is left of s'."""
    for i in range(len(s) - 1):
        fresh = s[i + 1] ** 2 * (s[i] ** 2 - s[i + 1] ** 2) / s[i] ** 2
        kept = math.sqrt(s[i + 1] ** 2 - fresh)
        guess = denoise(x, s[i])
        x = guess + (x - guess) * kept / s[i] + math.sqrt(fresh) * noises[i]
    return x


def heun_reference(x, s, noises):
    for i in range(len(s) - 1):
        d = (x - denoise(x, s[i])) / s[i]
        x_next = x + (s[i + 1] - s[i]) * d
        if s[i + 1] != 0:
            d_next = (x_next - denoise(x_next, s[i + 1])) / s[i + 1]
            x_next = x + (s[i + 1] - s[i]) * (d / 2 + d_next / 2)
        x = x_next
    return x


def dpmpp_2m_reference(x, s, noises):
    """Lu et al. 2022, algorithm 2, with r = h_before / h and D = (1 + 1/2r) x0 - 1/2r x0_before."""
    before = h_before = None
    for i in range(len(s) - 1):
        guess = denoise(x, s[i])
        if s[i + 1] == 0:
            return guess
        h = math.log(s[i]) - math.log(s[i + 1])
        best = guess
        if before is not None:
            r = h_before / h
            best = (1 + 1 / (2 * r)) * guess - 1 / (2 * r) * before
        x = s[i + 1] / s[i] * x - (math.exp(-h) - 1) * best
        before, h_before = guess, h
    return x


def ddim_reference(x, s, noises):
    """Song et al. 2020a, eq. 12 with eta 0, in DDIM's own scale, from unit noise."""
    abar = 1 / (1 + np.asarray(s) ** 2)
    x = x / s[0]
    for i in range(len(s) - 1):
        guess = denoise(x / math.sqrt(abar[i]), s[i])
        epsilon = (x - math.sqrt(abar[i]) * guess) / math.sqrt(1 - abar[i])
        x = math.sqrt(abar[i + 1]) * guess + math.sqrt(1 - abar[i + 1]) * epsilon
    return x


REFERENCES = {
    "Euler a": euler_ancestral_reference,
    "Euler": euler_reference,
    "Heun": heun_reference,
    "DPM++ 2M": dpmpp_2m_reference,
    "DDIM": ddim_reference,
}


def test_every_sampler_has_a_reference() -> None:
    assert REFERENCES.keys() == SAMPLERS.keys()


@pytest.mark.parametrize("steps", [1, 2, 5, 20])
@pytest.mark.parametrize("name", REFERENCES)
def test_a_sampler_follows_its_formula(name: str, steps: int) -> None:
    values = sigmas(SAMPLERS[name], steps, ALPHAS_CUMPROD)
    start, noises = start_and_noises(len(values))
    in_float64 = start.double().numpy() * values[0].item()
    expected = REFERENCES[name](in_float64, values.double().tolist(), [noise.double().numpy() for noise in noises])
    latents, _ = run(SAMPLERS[name], values)
    assert latents.dtype == torch.float32
    np.testing.assert_allclose(latents, expected, atol=2e-5)


@pytest.mark.parametrize(("name", "error"), [("Euler", 0.05), ("Heun", 0.003), ("DPM++ 2M", 0.005), ("DDIM", 0.05)])
def test_a_deterministic_sampler_comes_near_the_exact_flow(name: str, error: float) -> None:
    values = sigmas(SAMPLERS[name], 100, ALPHAS_CUMPROD)
    start, _ = start_and_noises(len(values))
    first = values[0].item()
    exact = M + (start * first - M) * S / math.sqrt(S**2 + first**2)
    latents, _ = run(SAMPLERS[name], values)
    assert (latents - exact).abs().max() < error


def test_euler_ancestral_draws_the_right_distribution() -> None:
    values = sigmas(SAMPLERS["Euler a"], 200, ALPHAS_CUMPROD)
    generator = torch.Generator().manual_seed(0)
    start = torch.randn(20_000, generator=generator) * values[0]
    sampling = SAMPLERS["Euler a"].sample(start, values, lambda: torch.randn(20_000, generator=generator))
    wanted = next(sampling)
    try:
        while True:
            wanted = sampling.send(denoise(*wanted))
    except StopIteration as end:
        assert end.value.mean().item() == pytest.approx(M, abs=0.02)
        assert end.value.std().item() == pytest.approx(S, abs=0.03)


@pytest.mark.parametrize(
    ("name", "calls"), [("Euler a", 20), ("Euler", 20), ("Heun", 39), ("DPM++ 2M", 20), ("DDIM", 20)]
)
def test_how_often_the_model_is_asked(name: str, calls: int) -> None:
    values = sigmas(SAMPLERS[name], 20, ALPHAS_CUMPROD)
    _, asked = run(SAMPLERS[name], values)
    assert len(asked) == calls
    assert set(asked) == set(values[:20].tolist())


@pytest.mark.parametrize("name", SAMPLERS)
def test_a_picture_comes_out_the_same_alone_and_in_a_batch(name: str) -> None:
    values = sigmas(SAMPLERS[name], 8, ALPHAS_CUMPROD)
    start, noises = start_and_noises(len(values))
    together, _ = run(SAMPLERS[name], values)
    left = iter(noises)
    sampling = SAMPLERS[name].sample(start[1:] * values[0], values, lambda: next(left)[1:])
    wanted = next(sampling)
    try:
        while True:
            wanted = sampling.send(denoise(*wanted))
    except StopIteration as end:
        assert torch.equal(end.value, together[1:])


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Euler a", "Euler a"),
        ("EULER A", "Euler a"),
        ("k_euler_a", "Euler a"),
        ("k_euler", "Euler"),
        ("heun", "Heun"),
        ("DPM++ 2M Karras", "DPM++ 2M"),
        ("k_dpmpp_2m", "DPM++ 2M"),
        (" ddim ", "DDIM"),
    ],
)
def test_samplers_are_found_by_name_and_alias(written: str, name: str) -> None:
    assert find_sampler(written) is SAMPLERS[name]


@pytest.mark.parametrize("name", ["", "Euler b", "k_dpm_fast"])
def test_an_unknown_sampler_is_refused_with_those_there_are(name: str) -> None:
    with pytest.raises(UnknownSampler, match=r"There are Euler a, Euler, Heun, DPM\+\+ 2M, DDIM"):
        find_sampler(name)


def test_no_name_means_two_samplers() -> None:
    names = [name.lower() for row in SAMPLERS.values() for name in (row.name, *row.aliases)]
    assert len(names) == len(set(names))
