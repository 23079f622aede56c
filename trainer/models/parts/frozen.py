"""Weights that never learn."""

from typing import TypeVar

import torch
from torch import nn

from trainer.models.errors import BadModel

Part = TypeVar("Part", bound=nn.Module)


def frozen(part: Part, device: torch.device) -> Part:
    """The part on the device, no weight of it taking a gradient. Raises BadModel when weights are missing."""
    missing = [name for name, weight in part.named_parameters() if weight.is_meta]
    if missing:
        raise BadModel(f"{type(part).__name__} lacks {len(missing)} weights, {missing[0]} among them")
    return part.requires_grad_(requires_grad=False).eval().to(device)
