"""The weights in an upscaler's file, under the names that our networks have for them.

ESRGAN's were saved under three kinds of names: the first code's (`model.1.sub.0.RDB1.conv1.0.weight`), its author's
second (`RRDB_trunk.0.RDB1.conv1.weight`), and BasicSR's, which Real-ESRGAN kept (`body.0.rdb1.conv1.weight`).
"""

import re
from collections.abc import Mapping
from typing import Any

from torch import Tensor

_WRAPPERS = ("params_ema", "params", "state_dict")
"""Under which training programs put the weights; the first, a mean over the last steps, is the better one."""
_PARALLEL = "module."
"""Before each name when several devices had trained."""
_MOST_WRAPPED = 4
_BLOCK = re.compile(r"(?:model\.1\.sub|RRDB_trunk|body)\.(\d+)\.(?:RDB|rdb)([123])\.(conv(?:[1-5]|1x1))(?:\.0)?\.(\w+)")
_FIRST = re.compile(r"model\.(\d+)\.(weight|bias)")
_FIRST_TRUNK = re.compile(r"model\.1\.sub\.\d+\.(weight|bias)")
_NAMED = re.compile(r"([A-Za-z_]+)(\d*)\.(weight|bias)")
_RENAMED = {
    "conv_first": "conv_first",
    "trunk_conv": "conv_body",
    "conv_body": "conv_body",
    "upconv": "up",
    "conv_up": "up",
    "HRconv": "conv_hr",
    "conv_hr": "conv_hr",
    "conv_last": "conv_last",
}


def weights_in(content: Any) -> dict[str, Tensor]:
    """The named tensors of what a file holds; none where it holds something else."""
    for _ in range(_MOST_WRAPPED):
        inner = next((content[key] for key in _WRAPPERS if key in content), None) if _is_dict(content) else None
        if not _is_dict(inner):
            break
        content = inner
    if not _is_dict(content):
        return {}
    return {
        key.removeprefix(_PARALLEL): value
        for key, value in content.items()
        if isinstance(key, str) and isinstance(value, Tensor)
    }


def _is_dict(content: Any) -> bool:
    return isinstance(content, Mapping)


def rrdbnet_weights(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Under RRDBNet's names; what has no place there keeps its name."""
    tail = _tail(weights)
    return {_renamed(name, tail): weight for name, weight in weights.items()}


def _renamed(name: str, tail: Mapping[str, str]) -> str:
    if match := _BLOCK.fullmatch(name):
        block, dense, conv, part = match.groups()
        return f"body.{block}.rdb{dense}.{conv}.{part}"
    if match := _FIRST_TRUNK.fullmatch(name):
        return f"conv_body.{match[1]}"
    if match := _FIRST.fullmatch(name):
        return f"{tail[match[1]]}.{match[2]}"
    if (match := _NAMED.fullmatch(name)) and match[1] in _RENAMED:
        which = f".{int(match[2]) - 1}" if match[2] else ""
        return f"{_RENAMED[match[1]]}{which}.{match[3]}"
    return name


def _tail(weights: Mapping[str, Tensor]) -> dict[str, str]:
    """The first code numbers its layers through: one, those that double the size, and the last two."""
    numbers = sorted({match[1] for name in weights if (match := _FIRST.fullmatch(name))}, key=int)
    doublings = [f"up.{place}" for place in range(len(numbers) - 3)]
    return dict(zip(numbers, ("conv_first", *doublings, "conv_hr", "conv_last"), strict=False))
