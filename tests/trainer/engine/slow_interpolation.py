"""Latents enlarged as the definitions say, one weight after the other."""

import math

import torch
from torch import Tensor


def linear(distance: float) -> float:
    return max(1 - abs(distance), 0.0)


def cubic(distance: float, a: float) -> float:
    """Keys 1981, "Cubic convolution interpolation for digital image processing"."""
    x = abs(distance)
    if x < 1:
        return (a + 2) * x**3 - (a + 3) * x**2 + 1
    return a * x**3 - 5 * a * x**2 + 8 * a * x - 4 * a if x < 2 else 0.0


def weights_of(name: str, place: int, small: int, large: int) -> dict[int, float]:
    """Of the elements along a side of length `small` that make element `place` of one of length `large`."""
    if name == "Latent (nearest)":
        return {place * small // large: 1.0}
    if name == "Latent (nearest-exact)":
        return {math.floor((place + 0.5) * small / large): 1.0}
    at = (place + 0.5) * small / large - 0.5
    kernel = {
        "Latent": linear,
        "Latent (antialiased)": linear,
        "Latent (bicubic)": lambda distance: cubic(distance, -0.75),
        "Latent (bicubic antialiased)": lambda distance: cubic(distance, -0.5),
    }[name]
    found: dict[int, float] = {}
    for element in range(math.floor(at) - 1, math.floor(at) + 3):
        if "antialiased" in name and not 0 <= element < small:
            continue  # there, what lies outside does not count; elsewhere it is as the edge
        inside = min(max(element, 0), small - 1)
        found[inside] = found.get(inside, 0.0) + kernel(at - element)
    return {element: weight / sum(found.values()) for element, weight in found.items()}


def slowly_enlarged(latent_CHW: Tensor, height: int, width: int, name: str = "Latent") -> Tensor:
    made = torch.zeros(len(latent_CHW), height, width)
    for y in range(height):
        for x in range(width):
            for row, down in weights_of(name, y, latent_CHW.shape[1], height).items():
                for column, across in weights_of(name, x, latent_CHW.shape[2], width).items():
                    made[:, y, x] += down * across * latent_CHW[:, row, column]
    return made
