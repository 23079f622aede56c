"""Each sampler against its published rule in float64 NumPy, on a model whose best guess is known in closed form.

If clean pictures are normally distributed with mean M and deviation S, the best guess of the clean picture in x, which
carries noise of deviation sigma, is (S^2 x + sigma^2 M) / (S^2 + sigma^2), and the probability flow from x at sigma to
sigma 0 ends at M + (x - M) S / sqrt(S^2 + sigma^2).
"""

import math
from itertools import product
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from tests.trainer.sampling.reference_timesteps import REFERENCES
from tests.trainer.sampling.running import noise_of, referenced, sampled
from trainer.models.parametrisation import Epsilon
from trainer.sampling.noise_schedule import over_picture, reach_of, sigmas
from trainer.sampling.sampler_names import SAMPLER_NAMES, UnknownSchedule, read_sampler, read_schedule
from trainer.sampling.samplers.stepping import Guided
from trainer.sampling.samplers.table import SAMPLERS, SamplerRow, UnknownSampler, find_sampler

M, S = 0.4, 0.7
M_WITHOUT = 0.1
ALPHAS_CUMPROD = torch.cumprod(1 - torch.linspace(0.00085**0.5, 0.012**0.5, 1000, dtype=torch.float64) ** 2, 0)
SIGMAS = Epsilon(ALPHAS_CUMPROD).sigmas
SHAPE = (4, 8, 8)
SEEDS = (3, 4, 2**32 - 1, 3)
WITH_ETA = [name for name, row in SAMPLERS.items() if row.eta is not None]
STILL = [name for name, row in SAMPLERS.items() if row.eta in (None, 0.0) and name not in ("LCM", "DDIM CFG++")]


def denoise(x: Tensor, sigma: float, mean: float = M) -> Tensor:
    return (S**2 * x + sigma**2 * mean) / (S**2 + sigma**2)


def look_of(row: SamplerRow) -> Any:
    if row.wants_unguided:
        return lambda x, sigma: (denoise(x, sigma), denoise(x, sigma, M_WITHOUT))
    return denoise


def drawn(name: str, steps: int, seeds: tuple[int, ...] = SEEDS[:1], eta: float | None = None) -> Tensor:
    row = SAMPLERS[name]
    latents, _ = sampled(row, sigmas(row, steps, SIGMAS), noise_of(seeds, SHAPE), look_of(row), eta)
    return latents


def expected(name: str, steps: int, eta: float | None = None) -> np.ndarray:
    row = SAMPLERS[name]
    return referenced(row, sigmas(row, steps, SIGMAS), noise_of(SEEDS[:1], SHAPE), look_of(row), eta)


def test_every_sampler_has_a_reference() -> None:
    assert REFERENCES.keys() == SAMPLERS.keys()


@pytest.mark.parametrize(
    ("name", "steps"), [*product(SAMPLERS, (1, 2, 3, 10)), *product(["Restart", "DPM fast"], (19, 20, 36, 41))]
)
def test_a_sampler_follows_its_rule(name: str, steps: int) -> None:
    latents = drawn(name, steps)
    assert latents.dtype == torch.float32
    np.testing.assert_allclose(latents, expected(name, steps), atol=5e-5)


@pytest.mark.parametrize("eta", [0.0, 0.6, 1.0])
@pytest.mark.parametrize("name", WITH_ETA)
def test_eta_scales_the_fresh_noise(name: str, eta: float) -> None:
    latents = drawn(name, 10, eta=eta)
    # Without noise the error that chooses the adaptive one's steps is hardly more than float32's rounding.
    np.testing.assert_allclose(latents, expected(name, 10, eta), atol=1e-3 if SAMPLERS[name].alone else 5e-5)
    other = drawn(name, 10, eta=1 - eta)
    assert eta == 0.6 or (latents - other).abs().max() > 0.01


@pytest.mark.parametrize("eta", [0.0, 0.6, 1.0])
def test_the_adaptive_one_chooses_the_steps_of_its_rule(eta: float) -> None:
    """In float64, where the error that it chooses by stands above the rounding over the whole range of noise."""
    row, chosen = SAMPLERS["DPM adaptive"], []

    def remembered(x: Tensor, sigma: float) -> Tensor:
        chosen.append(sigma)
        return denoise(x, sigma)

    values = sigmas(row, 10, SIGMAS)
    latents, asked = sampled(row, values, noise_of((3,), SHAPE), denoise, eta, torch.float64)
    wanted = referenced(row, values, noise_of((3,), SHAPE), remembered, eta)
    tolerance = 1e-6 if eta else 1e-9  # fresh noise comes in float32
    np.testing.assert_allclose(latents, wanted, atol=tolerance, rtol=0)
    np.testing.assert_allclose(asked, chosen, rtol=tolerance)
    assert asked[0] == pytest.approx(values[0].item())


@pytest.mark.parametrize("schedule", ["SGM Uniform", "KL Optimal"])
@pytest.mark.parametrize("name", [name for name, row in SAMPLERS.items() if row.grid is None])
def test_a_sampler_follows_its_rule_on_other_schedules(name: str, schedule: Any) -> None:
    row = SAMPLERS[name]
    values = sigmas(row, 10, SIGMAS, schedule)
    latents, _ = sampled(row, values, noise_of((5,), SHAPE), look_of(row))
    np.testing.assert_allclose(latents, referenced(row, values, noise_of((5,), SHAPE), look_of(row)), atol=5e-5)


@pytest.mark.parametrize("name", [name for name, row in SAMPLERS.items() if not row.alone])
def test_a_picture_comes_out_the_same_alone_and_in_a_batch(name: str) -> None:
    together = drawn(name, 10, SEEDS)
    for place, seed in enumerate(SEEDS):
        torch.testing.assert_close(drawn(name, 10, (seed,))[0], together[place], atol=1e-4, rtol=0)
    assert (together[0] - together[1]).abs().max() > 0.1


def test_only_the_one_that_measures_its_pictures_must_draw_them_alone() -> None:
    assert [name for name, row in SAMPLERS.items() if row.alone] == ["DPM adaptive"]


ERRORS = {"Euler": 0.05, "DDIM": 0.05, "LMS": 0.03, "PLMS": 0.03, "UniPC": 0.03, "Restart": 0.03}


@pytest.mark.parametrize("name", [name for name in STILL if name != "Restart"])
def test_a_deterministic_sampler_comes_near_the_exact_flow(name: str) -> None:
    row = SAMPLERS[name]
    values = sigmas(row, 100, SIGMAS)
    start = noise_of(SEEDS[:1], SHAPE)() * values[0]
    if row.variance_preserving:
        start = start * math.sqrt(1 + values[0].item() ** 2) / values[0].item()
    last = values[-1].item()
    exact = M + (start - M) * math.sqrt((S**2 + last**2) / (S**2 + values[0].item() ** 2))
    found = drawn(name, 100) * (math.sqrt(1 + last**2) if row.variance_preserving else 1)
    assert (found - exact).abs().max() < ERRORS.get(name, 0.005)


@pytest.mark.parametrize("name", [name for name in WITH_ETA if name != "DDIM CFG++"])
def test_a_stochastic_sampler_draws_the_right_distribution(name: str) -> None:
    """Each of the 4,096 numbers is a picture of its own here; one seed serves them all."""
    row = SAMPLERS[name]
    values = sigmas(row, 60, SIGMAS)
    latents, _ = sampled(row, values, noise_of((1,), (4, 32, 32)), denoise, 1.0)
    assert latents.mean().item() == pytest.approx(M, abs=0.04)
    assert latents.std().item() == pytest.approx(S, abs=0.05)


@pytest.mark.parametrize("name", SAMPLERS)
def test_how_often_the_model_is_asked(name: str) -> None:
    row = SAMPLERS[name]
    values = sigmas(row, 20, SIGMAS)
    _, asked = sampled(row, values, noise_of((3,), SHAPE), look_of(row))
    twice = {"Heun": 39, "DPM2": 39, "DPM2 a": 39, "DPM++ 2S a": 39, "DPM++ SDE": 39, "Restart": 39}
    fewer = {"DDIM": 19, "DDIM CFG++": 19}
    assert row.alone or len(asked) == {**twice, **fewer}.get(name, 20)
    assert all(values[-1] < sigma <= values[0] for sigma in asked) or row.grid == "leading"


def finished(sampling: Any, answer: Any) -> Tensor:
    try:
        while True:
            sampling.send(answer)
    except StopIteration as end:
        return end.value


@pytest.mark.parametrize("name", SAMPLERS)
def test_drawing_over_a_picture_begins_where_its_noise_is(name: str) -> None:
    """The model is shown the noisy picture as it is; if it knows the clean one, that comes out."""
    row = SAMPLERS[name]
    way = reach_of(20, 0.5, all_steps=False)
    laid, values = over_picture(row, sigmas(row, 20, SIGMAS), *way, SIGMAS)
    noise = noise_of((3,), SHAPE)
    x = M + noise() * laid
    sampling = row.sample(x, values, noise, noise_on_picture=laid)
    first, sigma = next(sampling)
    scale = math.sqrt((1 + sigma**2) / (1 + laid**2))
    torch.testing.assert_close(first, x * scale)
    assert row.grid in ("leading", "linear") or laid == values[0].item()
    assert sigma == pytest.approx(values[0].item())
    clean = torch.full_like(x, M)
    latents = finished(sampling, Guided(clean, clean) if row.wants_unguided else clean)
    assert (latents - M).abs().max() < 0.2  # some end at the model's smallest sigma, 0.03


@pytest.mark.parametrize(
    ("written", "name", "schedule"),
    [
        ("Euler a", "Euler a", "Automatic"),
        ("EULER A", "Euler a", "Automatic"),
        ("k_euler_a", "Euler a", "Automatic"),
        ("heun", "Heun", "Automatic"),
        ("DPM++ 2M Karras", "DPM++ 2M", "Automatic"),
        ("DPM++ 2M SDE Karras", "DPM++ 2M SDE", "Karras"),
        ("DPM++ 2M SDE Heun Exponential", "DPM++ 2M SDE Heun", "Automatic"),
        ("dpm++  2s a  karras", "DPM++ 2S a", "Automatic"),
        ("Euler SGM Uniform", "Euler", "SGM Uniform"),
        ("LMS Karras", "LMS", "Karras"),
        ("k_dpmpp_2m_ka", "DPM++ 2M", "Automatic"),
        ("k_dpm_2_a_ka", "DPM2 a", "Automatic"),
        (" ddim ", "DDIM", "Automatic"),
    ],
)
def test_a_name_is_taken_apart(written: str, name: str, schedule: str) -> None:
    row, found = read_sampler(written)
    assert (row.name, found) == (name, schedule)
    if schedule == "Automatic":
        assert find_sampler(written) is SAMPLERS[name]
    else:
        with pytest.raises(UnknownSampler, match=schedule):
            find_sampler(written)


@pytest.mark.parametrize("name", ["", "Euler b", "Karras", "Euler aKarras", "a" * 100_000])
def test_an_unknown_sampler_is_refused_with_those_there_are(name: str) -> None:
    with pytest.raises(UnknownSampler, match=r"There are DPM\+\+ 2M, DPM\+\+ SDE, .* UniPC, LCM"):
        find_sampler(name)


@pytest.mark.parametrize(
    ("written", "label"), [("karras", "Karras"), ("sgm_uniform", "SGM Uniform"), ("automatic", "Automatic")]
)
def test_schedules_are_found_by_label(written: str, label: str) -> None:
    assert read_schedule(written) == label


def test_an_unknown_schedule_is_refused_with_those_there_are() -> None:
    with pytest.raises(UnknownSchedule, match=r"There are Automatic, Uniform, Karras, .* Beta"):
        read_schedule("Turbo")


def test_no_name_means_two_samplers() -> None:
    names = [name.lower() for row in SAMPLER_NAMES for name in (row.name, *row.aliases)]
    assert len(names) == len(set(names))
