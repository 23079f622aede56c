"""From named weights to the network that they are for, as far as we have it; others by their names."""

import math
import re
from collections.abc import Iterable, Mapping

import torch
from torch import Tensor

from trainer.upscaling.compact import Compact, CompactShape
from trainer.upscaling.errors import BadUpscaler
from trainer.upscaling.rrdbnet import RRDBNet, RRDBShape
from trainer.upscaling.weights import rrdbnet_weights

Network = RRDBNet | Compact

_MOST_BLOCKS, _MOST_FILTERS = 64, 512
"""ESRGAN has 23 blocks of 64 filters."""
_SCALES = (1, 2, 4, 8)
_OTHERS = {
    "HAT": "layers.0.residual_group.blocks.0.conv_block.cab.0.weight",
    "SwinIR": "layers.0.residual_group.blocks.0.norm1.weight",
    "DAT": "layers.0.blocks.2.attn.attn_mask_0",
    "SCUNet": "m_head.0.weight",
    "SPAN": "block_1.c1_r.sk.weight",
    "OmniSR": "residual_layer.0.residual_layer.0.layer.0.fn.0.weight",
    "Real-CUGAN": "unet1.conv1.conv.0.weight",
    "SAFMN": "feats.0.safm.aggr.weight",
    "PLKSR": "feats.1.lk.conv.weight",
    "GFPGAN": "stylegan_decoder.style_mlp.1.weight",
    "CodeFormer": "quantize.embedding.weight",
    "Stable Diffusion": "model.diffusion_model.input_blocks.0.0.weight",
}
"""Networks that people have as upscalers, and a name that only their weights have; the first one found counts."""


def network_of(upscaler: str, weights: Mapping[str, Tensor]) -> Network:
    """The network with these weights in float32, on the CPU, frozen. Raises BadUpscaler."""
    if not weights:
        raise BadUpscaler(upscaler, "it holds no named weights")
    if kind := next((kind for kind, name in _OTHERS.items() if name in weights), None):
        raise BadUpscaler(upscaler, f"it is for {kind}, which is not built here", kind=kind)
    ours = rrdbnet_weights(weights)
    with torch.device("meta"):  # the weights take their places
        network = _rrdbnet(ours) or _compact(ours)
    if network is None:
        raise BadUpscaler(upscaler, f"it is for a network that is not known here; its weights begin {_some(weights)}")
    try:
        network.load_state_dict(
            {name: weight.to(torch.float32, copy=True) for name, weight in ours.items()}, assign=True
        )
    except RuntimeError as error:
        raise BadUpscaler(upscaler, f"its weights do not fit together: {error}") from error
    return network.requires_grad_(requires_grad=False).eval()


def _rrdbnet(weights: Mapping[str, Tensor]) -> RRDBNet | None:
    first, dense = _shape(weights, "conv_first.weight", 4), _shape(weights, "body.0.rdb1.conv1.weight", 4)
    if first is None or dense is None:
        return None
    shape = RRDBShape(
        filters=first[0],
        growth=dense[0],
        blocks=_count(weights, r"body\.(\d+)\.rdb1\.conv1\.weight"),
        doublings=_count(weights, r"up\.(\d+)\.weight"),
        unshuffle=math.isqrt(first[1] // 3),
        plus="body.0.rdb1.conv1x1.weight" in weights,
    )
    fits = shape.blocks <= _MOST_BLOCKS and max(shape.filters, shape.growth) <= _MOST_FILTERS
    if not fits or shape.doublings > 4 or 2**shape.doublings not in [scale * shape.unshuffle for scale in _SCALES]:
        return None
    return RRDBNet(shape)


def _compact(weights: Mapping[str, Tensor]) -> Compact | None:
    layers = _count(weights, r"body\.(\d+)\.weight")
    first, slopes = _shape(weights, "body.0.weight", 4), _shape(weights, "body.1.weight", 1)
    last = _shape(weights, f"body.{layers - 1}.weight", 4)
    if first is None or slopes is None or last is None:
        return None
    shape = CompactShape(filters=first[0], convolutions=(layers - 3) // 2, scale=math.isqrt(last[0] // 3))
    if layers > 2 * _MOST_BLOCKS or shape.filters > _MOST_FILTERS or shape.scale not in (*_SCALES, 3):
        return None
    return Compact(shape)


def _shape(weights: Mapping[str, Tensor], name: str, dimensions: int) -> torch.Size | None:
    weight = weights.get(name)
    return weight.shape if weight is not None and weight.ndim == dimensions else None


def _count(weights: Iterable[str], pattern: str) -> int:
    """One more than the highest number in the names."""
    return max((int(match[1]) + 1 for name in weights if (match := re.fullmatch(pattern, name))), default=0)


def _some(weights: Iterable[str]) -> str:
    return ", ".join(sorted(weights)[:3])
