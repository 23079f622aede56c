"""A picture enlarged by a network, a tile at a time, so that memory is bounded and others have a turn in between."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn.functional import pad

from trainer.models.errors import NoNumbers
from trainer.sampling.enlargement import Size
from trainer.upscaling.kinds import Network

CORE, MARGIN = 160, 16
"""Pixels of a tile's side that are kept, at most, and of what the network sees around them, so that no seam shows."""
MOST_ROUNDS = 3
"""Through the network, as in the web UI: one that doubles makes pictures up to eight times as large."""
_MULTIPLE = 8
"""The web UI enlarges to whole multiples of eight pixels."""


class Tile(NamedTuple):
    """Pixels of the small picture, the ends not included."""

    left: int
    top: int
    right: int
    bottom: int


def tiles_of(size: Size) -> list[Tile]:
    """As few and as even as they can be, row by row."""
    across, down = (_spans(side) for side in size)
    return [Tile(left, top, right, bottom) for top, bottom in down for left, right in across]


def _spans(side: int) -> list[tuple[int, int]]:
    count = -(-side // CORE)
    ends = [side * place // count for place in range(count + 1)]
    return list(pairwise(ends))


def rounds_of(size: Size, covering: Size, scale: int) -> list[Size]:
    """Sizes that go into the network, one after another, until `covering` is covered."""
    rounds: list[Size] = []
    wide, high = (side // _MULTIPLE * _MULTIPLE for side in covering)
    while len(rounds) < MOST_ROUNDS and (size[0] < wide or size[1] < high):
        rounds.append(size)
        if scale == 1:
            break
        size = size[0] * scale, size[1] * scale
    return rounds


def tiles_in_all(size: Size, covering: Size, scale: int) -> int:
    return sum(len(tiles_of(each)) for each in rounds_of(size, covering, scale))


class Upscaling:
    """One picture on its way to `covering`. What the network leaves over or owes, Lanczos' method does.

    Colours go in as blue, green, red, as the web UI's do, whatever the network was trained on.
    """

    def __init__(self, network: Network, picture: Image.Image, covering: Size) -> None:
        self._network, self._covering = network, covering
        self._rounds = rounds_of(picture.size, covering, network.scale)
        self._picture = picture.convert("RGB")
        self.done = 0
        """Tiles."""
        self._begin()

    def _begin(self) -> None:
        """A round, if there is another."""
        self._tiles = tiles_of(self._picture.size) if self._rounds else []
        if self._tiles:
            width, height = self._rounds.pop(0)
            scale = self._network.scale
            self._made = np.empty((height * scale, width * scale, 3), dtype=np.uint8)

    @property
    def over(self) -> bool:
        return not self._tiles

    @property
    def picture(self) -> Image.Image:
        """At the size wished for, once it is over."""
        return self._picture.resize(self._covering, Image.Resampling.LANCZOS)

    def go_on(self) -> None:
        """With the next tile. When the network fails, nothing has changed. Raises NoNumbers."""
        tile, scale = self._tiles[0], self._network.scale
        made = enlarged_tile(self._network, self._picture, tile)
        self._made[tile.top * scale : tile.bottom * scale, tile.left * scale : tile.right * scale] = made
        self.done += 1
        del self._tiles[0]
        if not self._tiles:
            self._picture = Image.fromarray(self._made)
            self._begin()


@torch.no_grad()
def enlarged_tile(network: Network, picture: Image.Image, tile: Tile, margin: int = MARGIN) -> np.ndarray:
    """(H, W, 3) of 0 to 255: the tile alone, seen with `margin` pixels around it where the picture has them.

    Raises NoNumbers.
    """
    multiple = network.multiple
    left, top = (max(0, start - margin) // multiple * multiple for start in (tile.left, tile.top))
    right, bottom = (
        min(side, -(-(end + margin) // multiple) * multiple)
        for side, end in zip(picture.size, (tile.right, tile.bottom), strict=True)
    )
    seen = torch.from_numpy(np.array(picture.crop((left, top, right, bottom)))[:, :, ::-1].copy())
    made_CHW = _through(network, seen.permute(2, 0, 1))
    if not made_CHW.isfinite().all():
        raise NoNumbers
    scale = network.scale
    rows = slice((tile.top - top) * scale, (tile.bottom - top) * scale)
    columns = slice((tile.left - left) * scale, (tile.right - left) * scale)
    kept = made_CHW[:, rows, columns].clamp(0, 1).mul(255).round().byte()
    return kept.permute(1, 2, 0).cpu().numpy()[:, :, ::-1]


def _through(network: Network, seen_CHW: Tensor) -> Tensor:
    """0 to 1. Sides that the network cannot take are mirrored a little further, and cut again."""
    _, height, width = seen_CHW.shape
    device = next(network.parameters()).device
    pixels = seen_CHW.to(device, torch.float32).div(255)[None]
    missing = (0, -width % network.multiple, 0, -height % network.multiple)
    if any(missing):
        pixels = pad(pixels, missing, mode="reflect")
    made: Tensor = network(pixels)[0]
    return made[:, : height * network.scale, : width * network.scale]
