"""Against Stable Diffusion 1's noise (betas scaled linearly from 0.00085 to 0.012) and NumPy in float64."""

import math
from typing import Any

import numpy as np
import pytest
import torch

from trainer.models.parametrisation import Epsilon
from trainer.sampling.beta_quantile import beta_quantile
from trainer.sampling.noise_schedule import over_picture, reach_of, sigmas, timestep_of
from trainer.sampling.sampler_names import SCHEDULES
from trainer.sampling.samplers.table import SAMPLERS

BETAS = np.linspace(0.00085**0.5, 0.012**0.5, 1000) ** 2
ABAR = np.cumprod(1 - BETAS)
ALPHAS_CUMPROD = torch.tensor(ABAR, dtype=torch.float32)
SIGMAS = Epsilon(ALPHAS_CUMPROD).sigmas
TABLE = np.sqrt((1 - ABAR) / ABAR)
SMALLEST, LARGEST = TABLE[0], TABLE[-1]
EULER, DDIM = SAMPLERS["Euler"], SAMPLERS["DDIM"]
STEPS = [1, 2, 7, 11, 20, 33]
SD1 = [14.615, 6.475, 3.861, 2.697, 1.886, 1.396, 0.963, 0.652, 0.399, 0.152, 0.029]
SDXL = [14.615, 6.315, 3.771, 2.181, 1.342, 0.862, 0.555, 0.380, 0.234, 0.113, 0.029]


def at(timesteps: Any) -> np.ndarray:
    return np.exp(np.interp(timesteps, np.arange(1000), np.log(TABLE)))


def spaced(n: int) -> np.ndarray:
    """0 to 1 in n points."""
    return np.arange(n) / max(n - 1, 1)


def aligned(values: list[float], n: int) -> np.ndarray:
    return np.exp(np.interp(spaced(n) * 10, np.arange(11), np.log(values)))


def beta_quantiles(n: int) -> np.ndarray:
    """Beta(0.6, 0.6) by counting area under x = sin^2(t), where its density is 2 (sin t cos t)^0.2."""
    t = np.linspace(0, np.pi / 2, 400_001)
    density = (np.sin(t) * np.cos(t)) ** 0.2
    area = np.concatenate([[0], np.cumsum((density[1:] + density[:-1]) / 2)])
    return np.sin(np.interp(1 - spaced(n), area / area[-1], t)) ** 2


FORMULAS = {
    "Uniform": lambda n: at(999 * (1 - spaced(n))),
    "Normal": lambda n: at(999 * (1 - spaced(n))),
    "SGM Uniform": lambda n: at(999 * (1 - np.arange(n) / n)),
    "Karras": lambda n: (LARGEST ** (1 / 7) * (1 - spaced(n)) + SMALLEST ** (1 / 7) * spaced(n)) ** 7,
    "Exponential": lambda n: LARGEST * (SMALLEST / LARGEST) ** spaced(n),
    "Polyexponential": lambda n: np.exp((1 - spaced(n)) * math.log(LARGEST / SMALLEST) + math.log(SMALLEST)),
    "KL Optimal": lambda n: np.tan(
        np.arange(n) / n * math.atan(SMALLEST) + (1 - np.arange(n) / n) * math.atan(LARGEST)
    ),
    "Align Your Steps": lambda n: aligned(SD1, n),
    "Simple": lambda n: np.array([TABLE[-(1 + int(step * 1000 / n))] for step in range(n)]),
    "DDIM": lambda n: TABLE[1 : 1000 : 1000 // n][::-1],
    "Beta": lambda n: SMALLEST + beta_quantiles(n) * (LARGEST - SMALLEST),
}


def test_every_schedule_has_a_formula() -> None:
    assert FORMULAS.keys() == set(SCHEDULES)


@pytest.mark.parametrize("steps", STEPS)
@pytest.mark.parametrize("label", SCHEDULES)
def test_a_schedule_follows_its_formula(label: Any, steps: int) -> None:
    values = sigmas(EULER, steps, SIGMAS, label)
    assert values.dtype == torch.float32
    np.testing.assert_allclose(values[:-1], FORMULAS[label](steps), rtol=3e-5)
    assert values[-1].item() == (pytest.approx(SMALLEST, rel=1e-4) if label == "KL Optimal" else 0)
    assert (values[1:] < values[:-1]).all()


def test_align_your_steps_knows_sdxl() -> None:
    values = sigmas(EULER, 11, SIGMAS, "Align Your Steps", aligned="SDXL")
    np.testing.assert_allclose(values, [*SDXL, 0], rtol=1e-6)
    values = sigmas(EULER, 20, SIGMAS, "Align Your Steps", aligned="SDXL")
    np.testing.assert_allclose(values[:-1], aligned(SDXL, 20), rtol=1e-6)


def test_quantiles_of_the_flat_and_the_arcsine_distribution_are_known() -> None:
    """Beta(1, 1) is flat; Beta(1/2, 1/2) has quantiles sin^2(pi p / 2)."""
    p = torch.linspace(0, 1, 101, dtype=torch.float64)
    torch.testing.assert_close(beta_quantile(p, 1.0), p, atol=1e-12, rtol=0)
    torch.testing.assert_close(beta_quantile(p, 0.5), (p * math.pi / 2).sin() ** 2, atol=1e-12, rtol=0)


@pytest.mark.parametrize("label", ["Karras", "KL Optimal", "Uniform"])
@pytest.mark.parametrize("steps", [1, 10])
def test_the_penultimate_is_dropped_from_one_more(label: Any, steps: int) -> None:
    longer = sigmas(EULER, steps + 1, SIGMAS, label)
    expected = torch.cat([longer[:-2], longer[-1:]])
    assert torch.equal(sigmas(EULER, steps, SIGMAS, label, drop_penultimate=True), expected)
    assert torch.equal(sigmas(SAMPLERS["DPM2"], steps, SIGMAS, label), expected)


DEFAULTS = {
    "DPM++ 2M": "Karras",
    "DPM++ SDE": "Karras",
    "DPM++ 2M SDE": "Exponential",
    "DPM++ 2M SDE Heun": "Exponential",
    "DPM++ 2S a": "Karras",
    "DPM++ 3M SDE": "Exponential",
    "Euler a": "Uniform",
    "Euler": "Uniform",
    "LMS": "Uniform",
    "Heun": "Uniform",
    "DPM2": "Karras",
    "DPM2 a": "Karras",
    "Restart": "Karras",
}


@pytest.mark.parametrize("name", DEFAULTS)
def test_automatic_is_the_samplers_default(name: str) -> None:
    row: Any = SAMPLERS[name]
    label: Any = DEFAULTS[name]
    assert row.schedule == label
    dropped = name in ("DPM++ 3M SDE", "DPM2", "DPM2 a")
    expected = sigmas(EULER, 10, SIGMAS, label, drop_penultimate=dropped)
    assert torch.equal(sigmas(row, 10, SIGMAS), expected)


@pytest.mark.parametrize("name", [row.name for row in SAMPLERS.values() if row.grid is not None])
def test_a_sampler_with_its_own_timesteps_takes_no_other(name: str) -> None:
    row = SAMPLERS[name]
    assert torch.equal(sigmas(row, 10, SIGMAS, "Karras"), sigmas(row, 10, SIGMAS))


@pytest.mark.parametrize(
    ("steps", "timesteps"),
    [
        (1, [1, 0]),
        (4, [751, 501, 251, 1]),
        (20, list(range(951, 0, -50))),
        (30, list(range(991, 0, -33))),
        (1000, [999, *range(999, 0, -1)]),
    ],
)
def test_ddim_visits_the_web_uis_timesteps(steps: int, timesteps: list[int]) -> None:
    values = sigmas(DDIM, steps, SIGMAS)
    np.testing.assert_allclose(values, TABLE[timesteps], rtol=2e-5)
    assert [timestep_of(value, SIGMAS) for value in values.tolist()] == pytest.approx(timesteps, abs=0.01)


@pytest.mark.parametrize(("steps", "walked"), [(1, 1), (3, 4), (9, 10), (20, 20), (30, 31), (37, 38)])
def test_unipc_walks_equal_distances_in_time(steps: int, walked: int) -> None:
    """As many as the web UI's grid of timesteps has places."""
    abar = np.exp(np.interp(np.linspace(999, 0, walked + 1), np.arange(1000), np.log(ABAR)))
    np.testing.assert_allclose(sigmas(SAMPLERS["UniPC"], steps, SIGMAS), np.sqrt((1 - abar) / abar), rtol=3e-5)


@pytest.mark.parametrize("name", ["DPM fast", "DPM adaptive"])
@pytest.mark.parametrize("steps", [1, 5])
def test_a_range_has_the_models_ends(name: str, steps: int) -> None:
    values = sigmas(SAMPLERS[name], steps, SIGMAS)
    assert len(values) == steps + 1
    assert values[[0, -1]].tolist() == pytest.approx([LARGEST, SMALLEST], rel=1e-4)


@pytest.mark.parametrize("steps", [1, 4, 8, 50])
def test_lcm_walks_its_fifty_timesteps(steps: int) -> None:
    """19, 39, ... 999: equal distances among them, log sigma interpolated from one to the next, the nearest asked."""
    fifty = np.arange(19, 1000, 20)
    places = np.linspace(49, 0, steps)
    expected = np.exp(np.interp(places, np.arange(50), np.log(TABLE[fifty])))
    values = sigmas(SAMPLERS["LCM"], steps, SIGMAS)
    np.testing.assert_allclose(values[:-1], expected, rtol=2e-5)
    nearest = [fifty[np.abs(np.log(TABLE[fifty]) - math.log(value)).argmin()] for value in expected]
    assert [timestep_of(value, SIGMAS, every=20) for value in values[:-1].tolist()] == nearest


def test_a_sigma_beyond_the_model_is_its_first_or_last_timestep() -> None:
    assert timestep_of(100.0, SIGMAS) == 999
    assert timestep_of(0.001, SIGMAS) == 0


def test_uniform_sigmas_are_whole_timesteps_again() -> None:
    values = sigmas(EULER, 28, SIGMAS)
    found = [timestep_of(value, SIGMAS) for value in values[:-1].tolist()]
    assert found == pytest.approx(np.linspace(999, 0, 28), abs=0.01)


@pytest.mark.parametrize(
    ("strength", "steps_left"), [(0.0, 1), (0.05, 2), (0.5, 11), (0.75, 16), (0.99, 20), (1.0, 20), (7.0, 20)]
)
def test_strength_says_how_much_of_a_schedule_is_gone(strength: float, steps_left: int) -> None:
    """t = int(min(strength, 0.999) * steps) of the web UI, which goes from place steps - t - 1."""
    whole = sigmas(EULER, 20, SIGMAS)
    steps, reach = reach_of(20, strength, all_steps=False)
    laid, values = over_picture(EULER, whole, steps, reach, SIGMAS)
    assert torch.equal(values, whole[20 - steps_left :])
    assert laid == values[0].item()


@pytest.mark.parametrize(
    ("last", "strength", "whole"), [(20, 0.7, 28), (10, 0.5, 20), (20, 0.4, 50), (15, 1.0, 15), (1, 0.01, 100)]
)
def test_all_last_steps_are_made_whatever_the_strength(last: int, strength: float, whole: int) -> None:
    """int(steps / min(strength, 0.999)) of the web UI when it is told how many steps to make."""
    steps, reach = reach_of(last, strength, all_steps=True)
    assert steps == whole
    assert len(over_picture(EULER, sigmas(EULER, steps, SIGMAS), steps, reach, SIGMAS).values) == last + 1


def test_a_schedule_longer_than_its_steps_is_cut_from_its_beginning() -> None:
    """1000 // 30 is 33, so that "DDIM" has 31 places and the end."""
    whole = sigmas(EULER, 30, SIGMAS, "DDIM")
    assert len(whole) == 32
    _, values = over_picture(EULER, whole, *reach_of(30, 0.5, all_steps=False), SIGMAS)
    assert torch.equal(values, whole[14:])


@pytest.mark.parametrize(
    ("steps", "strength", "noise", "timesteps"),
    [
        (20, 0.5, 501, list(range(451, 0, -50))),
        (20, 1.0, 951, list(range(901, 0, -50))),
        (30, 0.5, 496, list(range(463, 0, -33))),
        (20, 0.01, 101, [51, 1]),
    ],
)
def test_ddim_begins_over_a_picture_a_timestep_after_its_noise(
    steps: int, strength: float, noise: int, timesteps: list[int]
) -> None:
    whole = sigmas(DDIM, steps, SIGMAS)
    laid, values = over_picture(DDIM, whole, *reach_of(steps, strength, all_steps=False), SIGMAS)
    assert laid == pytest.approx(TABLE[noise], rel=2e-5)
    np.testing.assert_allclose(values, TABLE[timesteps], rtol=2e-5)


def test_unipc_walks_over_a_picture_from_where_ddim_would_begin() -> None:
    row = SAMPLERS["UniPC"]
    whole = sigmas(row, 20, SIGMAS)
    laid, values = over_picture(row, whole, *reach_of(20, 0.5, all_steps=False), SIGMAS)
    abar = np.exp(np.interp(np.linspace(451, 0, 11), np.arange(1000), np.log(ABAR)))
    assert laid == pytest.approx(TABLE[501], rel=2e-5)
    np.testing.assert_allclose(values, np.sqrt((1 - abar) / abar), rtol=3e-5)


def test_other_noise_than_stable_diffusion_1s_has_its_own_ends() -> None:
    abar = torch.cumprod(1 - torch.linspace(0.0001, 0.02, 500, dtype=torch.float64), 0)
    ends = ((1 - abar) / abar).sqrt()[[-1, 0]].tolist()
    for label in ("Uniform", "Karras", "Exponential", "Beta"):
        values = sigmas(EULER, 10, Epsilon(abar).sigmas, label)
        assert values[[0, -2]].tolist() == pytest.approx(ends, rel=1e-5)
