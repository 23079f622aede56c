"""The networks as their papers draw them, one convolution after the other in numpy. Weights by BasicSR's names."""

from collections.abc import Mapping

import numpy as np
from torch import Tensor

Weights = Mapping[str, Tensor]


def convolved(x: np.ndarray, weights: Weights, name: str) -> np.ndarray:
    """(C, H, W), zeros around it; each weight of the square moves the picture and adds it."""
    kernel = weights[f"{name}.weight"].numpy().astype(np.float64)
    side = kernel.shape[-1]
    padded = np.pad(x, ((0, 0), (side // 2,) * 2, (side // 2,) * 2))
    _, height, width = x.shape
    made = np.zeros((len(kernel), height, width))
    for down in range(side):
        for across in range(side):
            moved = padded[:, down : down + height, across : across + width]
            made += np.einsum("oi,ihw->ohw", kernel[:, :, down, across], moved)
    bias = weights.get(f"{name}.bias")
    return made if bias is None else made + bias.numpy()[:, None, None]


def leaky(x: np.ndarray) -> np.ndarray:
    return np.where(x > 0, x, 0.2 * x)


def dense(x: np.ndarray, weights: Weights, name: str) -> np.ndarray:
    plus = f"{name}.conv1x1.weight" in weights
    seen = [x]
    for number in (1, 2, 3, 4):
        found = leaky(convolved(np.concatenate(seen), weights, f"{name}.conv{number}"))
        if plus and number == 2:
            found = found + convolved(x, weights, f"{name}.conv1x1")
        if plus and number == 4:
            found = found + seen[2]
        seen.append(found)
    return x + 0.2 * convolved(np.concatenate(seen), weights, f"{name}.conv5")


def rrdbnet_by_hand(weights: Weights, picture: np.ndarray) -> np.ndarray:
    """(3, H, W) → what the network makes of it."""
    square = int((weights["conv_first.weight"].shape[1] // 3) ** 0.5)
    channels, height, width = picture.shape
    folded = picture.reshape(channels, height // square, square, width // square, square)
    x = first = convolved(
        folded.transpose(0, 2, 4, 1, 3).reshape(-1, height // square, width // square), weights, "conv_first"
    )
    block = 0
    while f"body.{block}.rdb1.conv1.weight" in weights:
        found = x
        for number in (1, 2, 3):
            found = dense(found, weights, f"body.{block}.rdb{number}")
        x, block = x + 0.2 * found, block + 1
    x = first + convolved(x, weights, "conv_body")
    doubling = 1
    while f"conv_up{doubling}.weight" in weights:
        x = leaky(convolved(x.repeat(2, axis=1).repeat(2, axis=2), weights, f"conv_up{doubling}"))
        doubling += 1
    return convolved(leaky(convolved(x, weights, "conv_hr")), weights, "conv_last")


def compact_by_hand(weights: Weights, picture: np.ndarray) -> np.ndarray:
    x, place = picture, 0
    while f"body.{place + 1}.weight" in weights:
        x = convolved(x, weights, f"body.{place}")
        slopes = weights[f"body.{place + 1}.weight"].numpy()[:, None, None]
        x, place = np.where(x > 0, x, slopes * x), place + 2
    x = convolved(x, weights, f"body.{place}")
    scale = int((len(x) // 3) ** 0.5)
    _, height, width = picture.shape
    unfolded = x.reshape(3, scale, scale, height, width).transpose(0, 3, 1, 4, 2).reshape(3, height * scale, -1)
    return unfolded + picture.repeat(scale, axis=1).repeat(scale, axis=2)
