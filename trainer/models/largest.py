"""The largest picture that a device is asked for, so that nobody is promised what cannot be."""

import os
from pathlib import Path

import torch

from trainer.models.family import Family
from trainer.protocol import LARGEST_SIDE

_MOST_ON_CPU = 1024 * 1024
"""There a pass of a larger picture takes minutes, and all others wait for it."""
_SHARE = 0.75
"""Of the memory, for the picture; the rest is the weights' and the system's."""
_CGROUP_LIMIT = Path("/sys/fs/cgroup/memory.max")


def largest_pixels(model: Family) -> int:
    """Pixels of one picture: what the memory holds while it is decoded, and on a CPU no more than it has the pace for.

    An estimate, so never less than the model's own size: should that be too much, the pass says so.
    """
    fitting = int(_memory(model.device) * _SHARE / model.bytes_per_pixel)
    most = _MOST_ON_CPU if model.device.type == "cpu" else LARGEST_SIDE**2
    return max(min(fitting, most), model.native_size**2)


def _memory(device: torch.device) -> int:
    """Bytes that the device has in all."""
    if device.type == "cuda":
        return torch.cuda.get_device_properties(device).total_memory
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        return min(machine, int(_CGROUP_LIMIT.read_text(encoding="ascii")))
    except (OSError, ValueError):  # no such limit, or "max"
        return machine
