"""Noise schedules: which sigmas a sampler visits, and which timestep of the model a sigma is.

`table` is the sigma of each of the model's timesteps, (timesteps,) float64, rising (`Parametrisation.sigmas`).
"""

from typing import NamedTuple

import torch
from torch import Tensor

from trainer.sampling.curves import BETWEEN_TWO, OF_TABLE, Aligned, align_your_steps, uniform
from trainer.sampling.sampler_names import SamplerName, ScheduleChoice

_LONGEST_PART = 0.999  # of the steps, from which the web UI begins at noise alone


def sigmas(
    row: SamplerName,
    steps: int,
    table: Tensor,
    schedule: ScheduleChoice = "Automatic",
    drop_penultimate: bool = False,
    aligned: Aligned = "SD1",
) -> Tensor:
    """Sigmas that a sampler visits, falling; float32, `steps` + 1 of them, the last 0.

    "Automatic" is the sampler's own schedule. Samplers with a `grid` follow it whatever is chosen, as in the web UI,
    and end above 0, as does "KL Optimal". Grids and the schedule "DDIM" are longer where `steps` does not divide 1000;
    DDIM's grid ends at timestep 1, so that its `steps` sigmas are `steps` - 1 steps. `aligned` says which model's table
    "Align Your Steps" takes.
    """
    table = _every(table, row.timesteps_every)
    if row.grid is not None:
        return _of_grid(row, table, steps).float()
    chosen = row.schedule if schedule == "Automatic" else schedule
    dropped = drop_penultimate or row.drops_penultimate
    values = _curve(chosen, table, steps + 1 if dropped else steps, aligned)
    if chosen != "KL Optimal":
        values = torch.cat([values, values.new_zeros(1)])
    return (torch.cat([values[:-2], values[-1:]]) if dropped else values).float()


class OverPicture(NamedTuple):
    """How a picture is drawn over: the sigma of the noise that is laid on it, and the sigmas that are visited then."""

    noise: float
    values: Tensor


def over_picture(row: SamplerName, whole: Tensor, steps: int, reach: int, table: Tensor) -> OverPicture:
    """The end of a schedule of `steps` steps from which its noise reaches back `reach` places, counted from 0.

    `whole` is what `sigmas` gives for `steps`. On DDIM's and UniPC's grids the noise is of one timestep and the first
    step begins at the next: an odd step of the web UI's, kept so that its pictures come out.
    """
    if row.grid not in ("leading", "linear"):
        values = whole[steps - reach - 1 :]
        return OverPicture(values[0].item(), values)
    table = _every(table, row.timesteps_every)
    timesteps = _timesteps(table, steps)  # rising
    reach = max(reach, 2)  # below it the model would not be asked at all
    noise = table[timesteps[min(reach, len(timesteps) - 1)]].item()
    if row.grid == "leading":
        return OverPicture(noise, table[timesteps[:reach].flip(0)].float())
    return OverPicture(noise, _linear(table, reach, int(timesteps[min(reach, len(timesteps)) - 1])).float())


def reach_of(steps: int, strength: float, all_steps: bool) -> tuple[int, int]:
    """Steps of the whole schedule, and how far back in it a picture's noise reaches at this denoising strength.

    `strength` is 0 to 1. The web UI's hires fix makes all of its steps whatever the strength (`all_steps`); drawing
    over a picture makes a part of them.
    """
    share = min(strength, _LONGEST_PART)
    return (int(steps / share), steps - 1) if all_steps else (steps, int(share * steps))


def span_of(values: Tensor) -> tuple[float, float]:
    """The smallest sigma above 0 and the largest of a whole schedule."""
    return float(values[values > 0].min()), float(values.max())


def timestep_of(sigma: float, table: Tensor, every: int = 1) -> float:
    """The model's timestep, whole or between two, at which the noise has this sigma; interpolated in log sigma.

    With `every` above 1 (LCM's 20) only every n-th counts, from the last, and the nearest is taken.
    """
    log_sigmas = _every(table, every).log()
    log_sigma = torch.tensor(sigma, dtype=torch.float64).log()
    if every > 1:
        return len(table) - 1.0 - every * (len(log_sigmas) - 1 - int((log_sigmas - log_sigma).abs().argmin()))
    high = int(torch.searchsorted(log_sigmas, log_sigma).clamp(1, len(log_sigmas) - 1))
    low_log, high_log = log_sigmas[high - 1], log_sigmas[high]
    return high - 1 + float(((log_sigma - low_log) / (high_log - low_log)).clamp(0, 1))


def _every(table: Tensor, every: int) -> Tensor:
    """Of every n-th timestep, counted from the last."""
    return table.flip(0)[::every].flip(0)


def _curve(label: str, table: Tensor, steps: int, aligned: Aligned) -> Tensor:
    if label == "Align Your Steps":
        return align_your_steps(steps, aligned)
    if label in OF_TABLE:
        return OF_TABLE[label](table, steps)
    return BETWEEN_TWO[label](steps, table[0].item(), table[-1].item())


def _of_grid(row: SamplerName, table: Tensor, steps: int) -> Tensor:
    if row.grid == "range":  # of which only the ends and the number count
        return torch.cat([uniform(table, steps), table[:1]])
    timesteps = _timesteps(table, steps)
    if row.grid == "linear":
        return _linear(table, len(timesteps), len(table) - 1)
    # With one timestep there would be no step at all; it ends at timestep 0.
    return table[timesteps.flip(0)] if len(timesteps) > 1 else table[[int(timesteps[0]), 0]]


def _timesteps(table: Tensor, steps: int) -> Tensor:
    """Every (1000 // steps)-th timestep plus 1, rising."""
    return torch.arange(0, len(table), max(len(table) // steps, 1)).add(1).clamp(max=len(table) - 1)


def _linear(table: Tensor, steps: int, first: int) -> Tensor:
    """Timesteps at equal distances down to 0, both ends included; interpolated in log alpha, as UniPC's authors do."""
    timesteps = torch.linspace(first, 0, steps + 1, dtype=torch.float64)
    log_abar = -torch.log1p(table**2)
    low, high = timesteps.floor().long(), timesteps.ceil().long()
    return torch.expm1(-log_abar[low].lerp(log_abar[high], timesteps - low)).sqrt()
