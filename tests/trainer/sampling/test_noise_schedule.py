"""Against Stable Diffusion 1's noise (betas scaled linearly from 0.00085 to 0.012) and NumPy in float64."""

import numpy as np
import pytest
import torch

from trainer.sampling.noise_schedule import sigmas, timestep_of
from trainer.sampling.samplers import SAMPLERS

BETAS = np.linspace(0.00085**0.5, 0.012**0.5, 1000) ** 2
ABAR = np.cumprod(1 - BETAS)
ALPHAS_CUMPROD = torch.tensor(ABAR, dtype=torch.float32)
TABLE = np.sqrt((1 - ABAR) / ABAR)
UNIFORM = [row for row in SAMPLERS.values() if row.schedule == "uniform"]
KARRAS, DDIM = SAMPLERS["DPM++ 2M"], SAMPLERS["DDIM"]


@pytest.mark.parametrize("row", [*UNIFORM, KARRAS], ids=lambda row: row.name)
@pytest.mark.parametrize("steps", [1, 2, 3, 20, 150])
def test_sigmas_fall_from_the_largest_to_zero(row, steps: int) -> None:
    values = sigmas(row, steps, ALPHAS_CUMPROD)
    assert values.shape == (steps + 1,)
    assert values.dtype == torch.float32
    assert values[0].item() == pytest.approx(14.614641, abs=2e-5)
    assert values[-1] == 0
    assert (values[1:] < values[:-1]).all()
    if steps > 1:
        assert values[-2].item() == pytest.approx(0.0291672, abs=1e-6)


@pytest.mark.parametrize("steps", [1, 2, 7, 20])
def test_uniform_is_at_equal_distances_in_time(steps: int) -> None:
    timesteps = np.linspace(999, 0, steps)
    expected = np.exp(np.interp(timesteps, np.arange(1000), np.log(TABLE)))
    np.testing.assert_allclose(sigmas(UNIFORM[0], steps, ALPHAS_CUMPROD)[:-1], expected, rtol=2e-5)


def test_karras_is_at_equal_distances_in_the_seventh_root() -> None:
    roots = sigmas(KARRAS, 20, ALPHAS_CUMPROD).double()[:-1] ** (1 / 7)
    np.testing.assert_allclose(np.diff(roots), (TABLE[0] ** (1 / 7) - TABLE[-1] ** (1 / 7)) / 19, rtol=1e-4)


@pytest.mark.parametrize(
    ("steps", "timesteps"),
    [
        (1, [1]),
        (4, [751, 501, 251, 1]),
        (20, list(range(951, 0, -50))),
        (30, list(range(991, 0, -33))),
        (1000, [999, *range(999, 0, -1)]),
    ],
)
def test_ddim_visits_the_web_uis_timesteps(steps: int, timesteps: list[int]) -> None:
    values = sigmas(DDIM, steps, ALPHAS_CUMPROD)
    np.testing.assert_allclose(values, TABLE[[*timesteps, 0]], rtol=2e-5)
    assert [timestep_of(value, ALPHAS_CUMPROD) for value in values.tolist()] == pytest.approx([*timesteps, 0], abs=0.01)


def test_timesteps_are_interpolated_in_log_sigma_and_stay_in_the_models_time() -> None:
    between = float(np.sqrt(TABLE[400] * TABLE[401]))
    assert timestep_of(between, ALPHAS_CUMPROD) == pytest.approx(400.5, abs=1e-2)
    assert timestep_of(1e6, ALPHAS_CUMPROD) == 999
    assert timestep_of(1e-6, ALPHAS_CUMPROD) == 0


def test_uniform_sigmas_are_whole_timesteps_again() -> None:
    values = sigmas(UNIFORM[0], 38, ALPHAS_CUMPROD)[:-1].tolist()
    expected = np.linspace(999, 0, 38)
    np.testing.assert_allclose([timestep_of(value, ALPHAS_CUMPROD) for value in values], expected, atol=0.01)
