"""How sigma falls from the largest to the smallest, under the web UI's labels; float64, without the 0 at the end.

A model's table is its sigma at each timestep, rising.
"""

import math
from collections.abc import Callable
from typing import Literal

import torch
from torch import Tensor

from trainer.sampling.beta_quantile import beta_quantile

KARRAS_RHO = 7.0  # Karras et al. 2022, table 1
BETA_SHAPE = 0.6  # Lee et al. 2024, arXiv:2407.12173
Aligned = Literal["SD1", "SDXL"]
# Sabour et al. 2024, arXiv:2404.14507: found by optimisation for each model.
ALIGN_YOUR_STEPS: dict[Aligned, tuple[float, ...]] = {
    "SD1": (14.615, 6.475, 3.861, 2.697, 1.886, 1.396, 0.963, 0.652, 0.399, 0.152, 0.029),
    "SDXL": (14.615, 6.315, 3.771, 2.181, 1.342, 0.862, 0.555, 0.380, 0.234, 0.113, 0.029),
}


def sigma_at(table: Tensor, timesteps: Tensor) -> Tensor:
    """Sigma of timesteps, whole or between two, interpolated in log sigma."""
    low, high = timesteps.floor().long(), timesteps.ceil().long()
    return table.log()[low].lerp(table.log()[high], timesteps - low).exp()


def uniform(table: Tensor, steps: int) -> Tensor:
    """Timesteps at equal distances from the last to 0."""
    return sigma_at(table, _line(len(table) - 1, 0, steps))


def sgm_uniform(table: Tensor, steps: int) -> Tensor:
    """As `uniform` with one step more, of which the last is left out."""
    return uniform(table, steps + 1)[:-1]


def karras(steps: int, smallest: float, largest: float) -> Tensor:
    """Karras et al. 2022, eq. 5: equal distances in the seventh root of sigma."""
    return _line(largest ** (1 / KARRAS_RHO), smallest ** (1 / KARRAS_RHO), steps) ** KARRAS_RHO


def exponential(steps: int, smallest: float, largest: float) -> Tensor:
    """Equal distances in log sigma, which is also the web UI's polyexponential at its rho of 1."""
    return _line(math.log(largest), math.log(smallest), steps).exp()


def kl_optimal(steps: int, smallest: float, largest: float) -> Tensor:
    """Sabour et al. 2024, eq. 8: equal distances in the arctangent. One more than the others: it ends above 0."""
    return _line(math.atan(largest), math.atan(smallest), steps + 1).tan()


def align_your_steps(steps: int, aligned: Aligned) -> Tensor:
    """The published sigmas, log-linear between them where `steps` is not 11."""
    logs = torch.tensor(ALIGN_YOUR_STEPS[aligned], dtype=torch.float64).log()
    places = _line(0, len(logs) - 1, steps)
    low, high = places.floor().long(), places.ceil().long()
    return logs[low].lerp(logs[high], places - low).exp()


def simple(table: Tensor, steps: int) -> Tensor:
    """Every n-th whole timestep, from the last."""
    stride = len(table) / steps
    return table[[len(table) - 1 - int(step * stride) for step in range(steps)]]


def every_so_many(table: Tensor, steps: int) -> Tensor:
    """Whole timesteps from 1 at equal distances; a few steps more where `steps` does not divide their number."""
    return table[1 :: max(len(table) // steps, 1)].flip(0)


def beta(steps: int, smallest: float, largest: float) -> Tensor:
    """Quantiles of the Beta distribution with both shapes 0.6, laid between the smallest and the largest sigma."""
    return smallest + beta_quantile(_line(1, 0, steps), BETA_SHAPE) * (largest - smallest)


BETWEEN_TWO: dict[str, Callable[[int, float, float], Tensor]] = {
    "Karras": karras,
    "Exponential": exponential,
    "Polyexponential": exponential,
    "KL Optimal": kl_optimal,
    "Beta": beta,
}
OF_TABLE: dict[str, Callable[[Tensor, int], Tensor]] = {
    "Uniform": uniform,
    "SGM Uniform": sgm_uniform,
    "Simple": simple,
    "Normal": uniform,
    "DDIM": every_so_many,
}


def _line(start: float, end: float, count: int) -> Tensor:
    return torch.linspace(start, end, count, dtype=torch.float64)
