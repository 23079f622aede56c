"""RRDBNet, the network of ESRGAN (Wang et al. 2018, arXiv:1809.00219) and Real-ESRGAN (arXiv:2107.10833).

Legend of shapes: B pictures, C channels, H and W pixels.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate, leaky_relu, pixel_unshuffle

_RESIDUAL = 0.2
"""Share of what a block finds that is added to what it was given (ESRGAN, section 3.1)."""
_SLOPE = 0.2


@dataclass(frozen=True)
class RRDBShape:
    """`blocks` of three dense blocks each; `doublings` times twice as large at the end."""

    filters: int
    growth: int
    blocks: int
    doublings: int
    unshuffle: int = 1
    """A square of so many pixels a side becomes one of more channels first (Real-ESRGAN's 2x and 1x networks)."""
    plus: bool = False
    """ESRGAN+ (Rakotonirina and Rasoanaivo 2020, arXiv:2001.08073): two more residuals in each dense block."""


class RRDBNet(nn.Module):
    """(B, 3, H, W) of 0 to 1 → (B, 3, scale * H, scale * W); H and W are multiples of `multiple`."""

    def __init__(self, shape: RRDBShape) -> None:
        super().__init__()
        self.multiple = shape.unshuffle
        self.scale = 2**shape.doublings // shape.unshuffle
        filters = shape.filters
        self.conv_first = _conv(3 * shape.unshuffle**2, filters)
        self.body = nn.ModuleList(_ResidualInResidual(shape) for _ in range(shape.blocks))
        self.conv_body = _conv(filters, filters)
        self.up = nn.ModuleList(_conv(filters, filters) for _ in range(shape.doublings))
        self.conv_hr = _conv(filters, filters)
        self.conv_last = _conv(filters, 3)

    def forward(self, pixels_BCHW: Tensor) -> Tensor:
        first = self.conv_first(pixels_BCHW if self.multiple == 1 else pixel_unshuffle(pixels_BCHW, self.multiple))
        deep = first
        for block in self.body:
            deep = block(deep)
        large = first + self.conv_body(deep)
        for conv in self.up:
            large = _activated(conv(interpolate(large, scale_factor=2, mode="nearest")))
        made: Tensor = self.conv_last(_activated(self.conv_hr(large)))
        return made


class _ResidualInResidual(nn.Module):
    def __init__(self, shape: RRDBShape) -> None:
        super().__init__()
        self.rdb1, self.rdb2, self.rdb3 = (_DenseBlock(shape) for _ in range(3))

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.rdb3(self.rdb2(self.rdb1(x)))
        return x + found * _RESIDUAL


class _DenseBlock(nn.Module):
    """Five convolutions; each sees what went in and what all before it found."""

    def __init__(self, shape: RRDBShape) -> None:
        super().__init__()
        filters, growth = shape.filters, shape.growth
        self.conv1, self.conv2, self.conv3, self.conv4 = (_conv(filters + place * growth, growth) for place in range(4))
        self.conv5 = _conv(filters + 4 * growth, filters)
        self.conv1x1 = nn.Conv2d(filters, growth, 1, bias=False) if shape.plus else None

    def forward(self, x: Tensor) -> Tensor:
        one = _activated(self.conv1(x))
        two = _activated(self.conv2(torch.cat((x, one), 1)))
        if self.conv1x1 is not None:
            two = two + self.conv1x1(x)
        three = _activated(self.conv3(torch.cat((x, one, two), 1)))
        four = _activated(self.conv4(torch.cat((x, one, two, three), 1)))
        if self.conv1x1 is not None:
            four = four + two
        five: Tensor = self.conv5(torch.cat((x, one, two, three, four), 1))
        return x + five * _RESIDUAL


def _conv(channels: int, filters: int) -> nn.Conv2d:
    return nn.Conv2d(channels, filters, 3, padding=1)


def _activated(x: Tensor) -> Tensor:
    return leaky_relu(x, _SLOPE)
