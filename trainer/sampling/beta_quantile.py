"""Quantiles of the symmetric Beta distribution, so that one noise schedule does not need SciPy."""

import torch
from torch import Tensor

_TERMS = 60  # the series shrinks by more than half a term
_HALVINGS = 60


def beta_quantile(probabilities: Tensor, shape: float) -> Tensor:
    """Where the cumulative distribution of Beta(shape, shape) reaches each probability; float64, by bisection."""
    lower = probabilities.double().minimum(1 - probabilities.double())  # the distribution is symmetric about 1/2
    whole = 2 * _incomplete_beta(torch.tensor(0.5, dtype=torch.float64), shape)
    low, high = torch.zeros_like(lower), torch.full_like(lower, 0.5)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        below = _incomplete_beta(middle, shape) / whole < lower
        low, high = torch.where(below, middle, low), torch.where(below, high, middle)
    return torch.where(probabilities > 0.5, 1 - low, low)


def _incomplete_beta(x: Tensor, shape: float) -> Tensor:
    """B_x(shape, shape) for x up to 1/2, by its power series (DLMF 8.17.7)."""
    total, term = torch.zeros_like(x), torch.ones_like(x)
    for n in range(_TERMS):
        total = total + term / (shape + n)
        term = term * x * (n + 1 - shape) / (n + 1)
    return x**shape * total
