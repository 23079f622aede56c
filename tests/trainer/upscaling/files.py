"""Files of upscalers as people have them: small networks with random weights, under every kind of names."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import safetensors.torch
import torch
from torch import Tensor

Weights = Mapping[str, Tensor]
FILTERS, GROWTH = 8, 4
SCUNET = {"m_head.0.weight": torch.zeros(1)}
"""Of a network that is not built here."""


def rrdbnet(blocks: int = 2, doublings: int = 2, *, channels: int = 3, plus: bool = False, seed: int = 1) -> Weights:
    """RRDBNet's weights under BasicSR's names. The picture's own colours pass through, so that it looks like one."""
    shapes = {"conv_first": (FILTERS, channels)}
    for block in range(blocks):
        for dense in (1, 2, 3):
            at = f"body.{block}.rdb{dense}"
            shapes |= {f"{at}.conv{n + 1}": (GROWTH, FILTERS + n * GROWTH) for n in range(4)}
            shapes[f"{at}.conv5"] = (FILTERS, FILTERS + 4 * GROWTH)
            shapes |= {f"{at}.conv1x1": (GROWTH, FILTERS)} if plus else {}
    shapes |= {f"conv_up{n + 1}": (FILTERS, FILTERS) for n in range(doublings)}
    shapes |= {"conv_body": (FILTERS, FILTERS), "conv_hr": (FILTERS, FILTERS), "conv_last": (3, FILTERS)}
    generator = torch.Generator().manual_seed(seed)
    weights: dict[str, Tensor] = {}
    for name, (out, into) in shapes.items():
        side = 1 if name.endswith("conv1x1") else 3
        weight = torch.randn(out, into, side, side, generator=generator) / (into * side * side) ** 0.5
        if not name.startswith("body") and name != "conv_body":  # the middle of each carries what comes in
            weight *= 0.2
            for channel in range(min(out, into)):
                weight[channel, channel, side // 2, side // 2] += 1
        weights[f"{name}.weight"] = weight
        if side == 3:
            weights[f"{name}.bias"] = torch.randn(out, generator=generator) * 0.02
    return weights


def compact(convolutions: int = 2, scale: int = 2, seed: int = 1) -> Weights:
    """SRVGGNetCompact's weights."""
    generator = torch.Generator().manual_seed(seed)
    sides = [(FILTERS, 3), *[(FILTERS, FILTERS)] * convolutions, (3 * scale**2, FILTERS)]
    weights: dict[str, Tensor] = {}
    for place, (out, into) in enumerate(sides):
        weights[f"body.{2 * place}.weight"] = torch.randn(out, into, 3, 3, generator=generator) * 0.05
        weights[f"body.{2 * place}.bias"] = torch.randn(out, generator=generator) * 0.05
        if place <= convolutions:
            weights[f"body.{2 * place + 1}.weight"] = torch.rand(out, generator=generator)
    return weights


def as_first_code(weights: Weights) -> Weights:
    """`model.1.sub.0.RDB1.conv1.0.weight`; its layers are numbered through, those without weights too."""
    blocks = 1 + max(int(name.split(".")[1]) for name in weights if name.startswith("body."))
    doublings = sum(bool(re.fullmatch(r"conv_up\d\.weight", name)) for name in weights)
    flat = {"conv_first": 0, "conv_hr": 2 + 3 * doublings, "conv_last": 4 + 3 * doublings}
    flat |= {f"conv_up{n + 1}": 3 + 3 * n for n in range(doublings)}

    def named(name: str) -> str:
        stem, _, part = name.rpartition(".")
        if stem in flat:
            return f"model.{flat[stem]}.{part}"
        if stem == "conv_body":
            return f"model.1.sub.{blocks}.{part}"
        numbered = re.sub(r"body\.(\d+)\.rdb", r"model.1.sub.\1.RDB", stem)
        return f"{numbered}.{part}" if stem.endswith("conv1x1") else f"{numbered}.0.{part}"

    return {named(name): weight for name, weight in weights.items()}


def as_second_code(weights: Weights) -> Weights:
    """`RRDB_trunk.0.RDB1.conv1.weight`."""
    plain = {
        "conv_body": "trunk_conv",
        "conv_hr": "HRconv",
        "conv_up": "upconv",
        ".rdb": ".RDB",
        "body.": "RRDB_trunk.",
    }

    def named(name: str) -> str:
        for ours, theirs in plain.items():
            name = name.replace(ours, theirs)
        return name

    return {named(name): weight for name, weight in weights.items()}


NAMINGS: Mapping[str, Callable[[Weights], Weights]] = {
    "BasicSR": lambda weights: weights,
    "first code": as_first_code,
    "second code": as_second_code,
}


def write(folder: Path, file: str, content: object) -> Path:
    """By its suffix: weights as safetensors, anything as torch.save does it."""
    folder.mkdir(exist_ok=True)
    path = folder / file
    if path.suffix == ".safetensors":
        assert isinstance(content, Mapping)
        safetensors.torch.save_file({name: weight.contiguous() for name, weight in content.items()}, path)
    else:
        torch.save(content, path)
    return path
