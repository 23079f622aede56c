"""Noise schedules: which sigmas a sampler visits, and which timestep of the model a sigma is.

sigma = sqrt((1 - abar) / abar), where abar is the model's cumulative product of alphas (Karras et al. 2022, table 1).
"""

import torch
from torch import Tensor

from trainer.sampling.curves import BETWEEN_TWO, OF_TABLE, Aligned, align_your_steps, uniform
from trainer.sampling.sampler_names import SamplerName, ScheduleChoice

_LONGEST_PART = 0.999  # of the steps, from which the web UI begins at noise alone


def sigmas(
    row: SamplerName,
    steps: int,
    alphas_cumprod: Tensor,
    schedule: ScheduleChoice = "Automatic",
    drop_penultimate: bool = False,
    aligned: Aligned = "SD1",
) -> Tensor:
    """Sigmas that a sampler visits, falling; float32, `steps` + 1 of them, the last 0.

    "Automatic" is the sampler's own schedule. Samplers with a `grid` follow it whatever is chosen, as in the web UI,
    and end above 0, as does "KL Optimal". DDIM's grid has up to a few steps more where `steps` does not divide 1000.
    `aligned` says which model's table "Align Your Steps" takes.
    """
    table = _model_sigmas(alphas_cumprod, row.timesteps_every)
    if row.grid is not None:
        return _of_grid(row, table, steps).float()
    chosen = row.schedule if schedule == "Automatic" else schedule
    dropped = drop_penultimate or row.drops_penultimate
    values = _curve(chosen, table, steps + 1 if dropped else steps, aligned)
    if chosen != "KL Optimal":
        values = torch.cat([values, values.new_zeros(1)])
    return (torch.cat([values[:-2], values[-1:]]) if dropped else values).float()


def part_for_strength(values: Tensor, strength: float) -> Tensor:
    """The end of a schedule that is gone when a picture is drawn over with this denoising strength, 0 to 1."""
    steps = len(values) - 1
    return values[steps - 1 - min(int(min(strength, _LONGEST_PART) * steps), steps - 1) :]


def whole_steps(last: int, strength: float) -> int:
    """Steps of the schedule whose `last` ones draw over a picture with this denoising strength, above 0 to 1.

    The web UI's hires fix makes all of its steps whatever the strength; drawing over a picture makes a part of them.
    """
    return int(last / min(strength, _LONGEST_PART))


def timestep_of(sigma: float, alphas_cumprod: Tensor, every: int = 1) -> float:
    """The model's timestep, whole or between two, at which the noise has this sigma; interpolated in log sigma.

    With `every` above 1 (LCM's 20) only each so-manieth counts, from the last, and the nearest is taken.
    """
    log_sigmas = _model_sigmas(alphas_cumprod, every).log()
    log_sigma = torch.tensor(sigma, dtype=torch.float64).log()
    if every > 1:
        return len(alphas_cumprod) - 1.0 - every * (len(log_sigmas) - 1 - int((log_sigmas - log_sigma).abs().argmin()))
    high = int(torch.searchsorted(log_sigmas, log_sigma).clamp(1, len(log_sigmas) - 1))
    low_log, high_log = log_sigmas[high - 1], log_sigmas[high]
    return high - 1 + float(((log_sigma - low_log) / (high_log - low_log)).clamp(0, 1))


def _model_sigmas(alphas_cumprod: Tensor, every: int) -> Tensor:
    """Sigma of each timestep (or each so-manieth, counted from the last), rising, float64."""
    abar = alphas_cumprod.double().cpu().flip(0)[::every].flip(0)
    return ((1 - abar) / abar).sqrt()


def _curve(label: str, table: Tensor, steps: int, aligned: Aligned) -> Tensor:
    if label == "Align Your Steps":
        return align_your_steps(steps, aligned)
    if label in OF_TABLE:
        return OF_TABLE[label](table, steps)
    return BETWEEN_TWO[label](steps, table[0].item(), table[-1].item())


def _of_grid(row: SamplerName, table: Tensor, steps: int) -> Tensor:
    if row.grid == "leading":
        return _leading(table, steps)
    if row.grid == "linear":
        return _linear(table, steps)
    return torch.cat([uniform(table, steps), table[:1]])  # of a "range" only the ends and the number count


def _leading(table: Tensor, steps: int) -> Tensor:
    """Every (1000 // steps)-th timestep plus 1, and 0 at the end. The web UI does not take the step to 0."""
    timesteps = torch.arange(0, len(table), max(len(table) // steps, 1)).add(1).clamp(max=len(table) - 1)
    return table[torch.cat([timesteps.flip(0), timesteps.new_zeros(1)])]


def _linear(table: Tensor, steps: int) -> Tensor:
    """Timesteps at equal distances, both ends included; interpolated in log alpha, as UniPC's authors do."""
    timesteps = torch.linspace(len(table) - 1, 0, steps + 1, dtype=torch.float64)
    log_abar = -torch.log1p(table**2)
    low, high = timesteps.floor().long(), timesteps.ceil().long()
    return torch.expm1(-log_abar[low].lerp(log_abar[high], timesteps - low)).sqrt()
