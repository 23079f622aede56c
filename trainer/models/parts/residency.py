"""Parts of a model that stand in the computer's memory and come to the device only while they work."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn

HOME = torch.device("cpu")


def move(part: nn.Module, device: torch.device) -> None:
    """Bring a part to a device, unless its first weight is there already; walking all of it each step is slow."""
    if next(part.parameters()).device != device:
        part.to(device)


@contextmanager
def working(part: nn.Module, device: torch.device, *, leaves: bool) -> Iterator[None]:
    """Have `part` on `device` inside the block; with `leaves` it goes home afterwards."""
    move(part, device)
    try:
        yield
    finally:
        if leaves:
            move(part, HOME)
