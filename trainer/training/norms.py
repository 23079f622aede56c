"""How long learned vectors are beside the vocabulary's: the cheapest sign of too much training."""

from collections.abc import Sequence

import torch
from torch import Tensor


def norm_ratio(vectors: Tensor, widths: Sequence[int], median_norms: Sequence[float]) -> float:
    """Median length of `vectors` (k, W) ÷ the vocabulary's, the largest of the text encoders'."""
    parts = vectors.split(list(widths), dim=1)
    ratios = [part.norm(dim=1).median() / median for part, median in zip(parts, median_norms, strict=True)]
    return torch.stack(ratios).max().item()
