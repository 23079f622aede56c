"""The same latents as diffusers' schedulers, set to the web UI's spacing, on one toy model that predicts noise."""

from typing import Any

import diffusers
import pytest
import torch
from diffusers.schedulers.scheduling_dpmsolver_multistep import DPMSolverMultistepScheduler

from trainer.models.parametrisation import Epsilon
from trainer.sampling.noise_schedule import sigmas, timestep_of
from trainer.sampling.samplers.table import SAMPLERS

STEPS = 20
BETAS = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "num_train_timesteps": 1000}
LINSPACE: dict[str, Any] = {**BETAS, "timestep_spacing": "linspace"}
SCHEDULERS = {
    "Euler a": diffusers.EulerAncestralDiscreteScheduler(**LINSPACE),
    "Euler": diffusers.EulerDiscreteScheduler(**LINSPACE),
    "Heun": diffusers.HeunDiscreteScheduler(**LINSPACE),
    "DPM++ 2M": diffusers.DPMSolverMultistepScheduler(**LINSPACE, use_karras_sigmas=True, final_sigmas_type="zero"),
    "DDIM": diffusers.DDIMScheduler(
        **BETAS, timestep_spacing="leading", steps_offset=1, clip_sample=False, set_alpha_to_one=False
    ),
}
ALPHAS_CUMPROD = torch.cumprod(1 - torch.linspace(0.00085**0.5, 0.012**0.5, 1000, dtype=torch.float64) ** 2, 0)
SIGMAS = Epsilon(ALPHAS_CUMPROD).sigmas


def predicted_noise(scaled: torch.Tensor, timestep: float) -> torch.Tensor:
    """Anything smooth in both."""
    return torch.tanh(scaled * (0.5 + timestep / 2000)) + 0.1 * scaled


def ours(name: str, start: torch.Tensor) -> torch.Tensor:
    values = sigmas(SAMPLERS[name], STEPS, SIGMAS)
    generator = torch.Generator().manual_seed(1)
    sampling = SAMPLERS[name].sample(start * values[0], values, lambda: torch.randn(start.shape, generator=generator))
    x, sigma = next(sampling)
    while True:
        noise = predicted_noise(x / (1 + sigma**2) ** 0.5, timestep_of(sigma, SIGMAS))
        try:
            x, sigma = sampling.send(x - sigma * noise)
        except StopIteration as end:
            return end.value


def theirs(scheduler: Any, start: torch.Tensor) -> torch.Tensor:
    scheduler.set_timesteps(STEPS)
    options: dict[str, Any] = {}
    if isinstance(scheduler, diffusers.EulerAncestralDiscreteScheduler):
        options = {"generator": torch.Generator().manual_seed(1)}
    x = start * scheduler.init_noise_sigma
    exact = scheduler.timesteps.tolist()
    if isinstance(scheduler, DPMSolverMultistepScheduler):
        # It starts from unit noise where the web UI starts from noise * sigma_max, and rounds the timesteps.
        first = scheduler.sigmas[0].item()
        x = start * first / (1 + first**2) ** 0.5
        exact = [timestep_of(sigma, SIGMAS) for sigma in scheduler.sigmas[:-1].tolist()]
    if isinstance(scheduler, diffusers.DDIMScheduler):
        exact = exact[:-1]  # the web UI ends at timestep 1
    for timestep, exact_timestep in zip(scheduler.timesteps, exact, strict=False):
        noise = predicted_noise(scheduler.scale_model_input(x, timestep), exact_timestep)
        x = scheduler.step(noise, timestep, x, **options).prev_sample
    return x


@pytest.mark.parametrize("name", SCHEDULERS)
def test_a_sampler_gives_what_diffusers_gives(name: str) -> None:
    start = torch.randn((1, 4, 8, 8), generator=torch.Generator().manual_seed(0))
    difference = (ours(name, start) - theirs(SCHEDULERS[name], start)).abs().max().item()
    assert difference < 1e-4
