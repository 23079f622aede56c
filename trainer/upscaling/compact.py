"""The small network of Real-ESRGAN's "general" and "animevideo" files (SRVGGNetCompact), which works at the small size.

Legend of shapes: B pictures, C channels, H and W pixels.
"""

from dataclasses import dataclass

from torch import Tensor, nn
from torch.nn.functional import interpolate, pixel_shuffle


@dataclass(frozen=True)
class CompactShape:
    """`convolutions` between the first and the last."""

    filters: int
    convolutions: int
    scale: int


class Compact(nn.Module):
    """(B, 3, H, W) of 0 to 1 → (B, 3, scale * H, scale * W): what is missing in the picture with larger pixels."""

    multiple = 1

    def __init__(self, shape: CompactShape) -> None:
        super().__init__()
        self.scale = shape.scale
        filters = shape.filters
        self.body = nn.ModuleList([_conv(3, filters), nn.PReLU(filters)])
        for _ in range(shape.convolutions):
            self.body.extend([_conv(filters, filters), nn.PReLU(filters)])
        self.body.append(_conv(filters, 3 * shape.scale**2))

    def forward(self, pixels_BCHW: Tensor) -> Tensor:
        found = pixels_BCHW
        for layer in self.body:
            found = layer(found)
        return pixel_shuffle(found, self.scale) + interpolate(pixels_BCHW, scale_factor=self.scale, mode="nearest")


def _conv(channels: int, filters: int) -> nn.Conv2d:
    return nn.Conv2d(channels, filters, 3, padding=1)
