"""Noise schedules: which sigmas a sampler visits, and which timestep of the model a sigma is.

sigma = sqrt((1 - abar) / abar), where abar is the model's cumulative product of alphas (Karras et al. 2022, table 1).
"""

import torch

from trainer.sampling.samplers import SamplerRow

_KARRAS_RHO = 7.0  # Karras et al. 2022, table 1


def sigmas(row: SamplerRow, steps: int, alphas_cumprod: torch.Tensor) -> torch.Tensor:
    """Sigmas of a sampler's default schedule, falling; float32, `steps` + 1 of them, the last 0.

    DDIM is the exception, as in the web UI: it ends at the model's smallest sigma, and where `steps` does not divide
    1000 it makes up to a few steps more.
    """
    table = _model_sigmas(alphas_cumprod)
    if row.schedule == "ddim":
        return _ddim(table, steps).float()
    falling = _karras(table, steps) if row.schedule == "karras" else _uniform(table, steps)
    return torch.cat([falling, falling.new_zeros(1)]).float()


def timestep_of(sigma: float, alphas_cumprod: torch.Tensor) -> float:
    """The model's timestep, whole or between two, at which the noise has this sigma; interpolated in log sigma."""
    log_sigmas = _model_sigmas(alphas_cumprod).log()
    log_sigma = torch.tensor(sigma, dtype=torch.float64).log()
    high = int(torch.searchsorted(log_sigmas, log_sigma).clamp(1, len(log_sigmas) - 1))
    low_log, high_log = log_sigmas[high - 1], log_sigmas[high]
    return high - 1 + float(((log_sigma - low_log) / (high_log - low_log)).clamp(0, 1))


def _model_sigmas(alphas_cumprod: torch.Tensor) -> torch.Tensor:
    """Sigma of each timestep, rising, float64."""
    abar = alphas_cumprod.double().cpu()
    return ((1 - abar) / abar).sqrt()


def _uniform(table: torch.Tensor, steps: int) -> torch.Tensor:
    """Timesteps at equal distances from the last to 0; sigmas between two are interpolated in log sigma."""
    timesteps = torch.linspace(len(table) - 1, 0, steps, dtype=torch.float64)
    low = timesteps.floor().long()
    high = timesteps.ceil().long()
    return table.log()[low].lerp(table.log()[high], timesteps - low).exp()


def _karras(table: torch.Tensor, steps: int) -> torch.Tensor:
    """Karras et al. 2022, eq. 5, between the model's largest and smallest sigma."""
    ramp = torch.linspace(0, 1, steps, dtype=torch.float64)
    largest, smallest = table[-1] ** (1 / _KARRAS_RHO), table[0] ** (1 / _KARRAS_RHO)
    return (largest + ramp * (smallest - largest)) ** _KARRAS_RHO


def _ddim(table: torch.Tensor, steps: int) -> torch.Tensor:
    """The web UI's timesteps: every (1000 // steps)-th plus 1, and 0 at the end."""
    timesteps = torch.arange(0, len(table), max(len(table) // steps, 1)).add(1).clamp(max=len(table) - 1)
    return table[torch.cat([timesteps.flip(0), timesteps.new_zeros(1)])]
