"""DDIM and what grew from it: samplers on the model's own timesteps, here in sigma like all the others."""

from collections.abc import Generator

from torch import Tensor

from trainer.sampling.samplers.euler import euler_ancestral
from trainer.sampling.samplers.stepping import Guided, Noise, Sampler, ancestral_split, pairs


def ddim(x: Tensor, sigmas: Tensor, noise: Noise, eta: float = 0.0) -> Sampler:
    """DDIM (Song et al. 2020a, arXiv:2010.02502, eq. 12 and 16), which in sigma is Euler's ancestral step (eq. 14)."""
    return (yield from euler_ancestral(x, sigmas, noise, eta))


def ddim_cfgpp(
    x: Tensor, sigmas: Tensor, noise: Noise, eta: float = 0.0
) -> Generator[tuple[Tensor, float], Guided, Tensor]:
    """CFG++ (Chung et al. 2024, arXiv:2406.08070, algorithm 1): guided picture, noise as seen without the prompt."""
    for sigma, following in pairs(sigmas):
        looked = yield x, sigma
        down, up = ancestral_split(sigma, following, eta)
        x = looked.denoised + (x - looked.unguided) / sigma * down
        if up > 0:
            x = x + noise() * up
    return x


def plms(x: Tensor, sigmas: Tensor, noise: Noise) -> Sampler:
    """Pseudo linear multistep (Liu et al. 2022, arXiv:2202.09778, eq. 11 and 12); begins with one step of two looks."""
    slopes: list[Tensor] = []  # newest first
    for sigma, following in pairs(sigmas):
        denoised = yield x, sigma
        slopes = [(x - denoised) / sigma, *slopes[:3]]
        if len(slopes) == 1:
            guess = x + slopes[0] * (following - sigma)
            denoised = yield guess, following
            slope = (slopes[0] + (guess - denoised) / following) / 2
        else:
            slope = _adams_bashforth(slopes)
        x = x + slope * (following - sigma)
    return x


def _adams_bashforth(slopes: list[Tensor]) -> Tensor:
    """Slope from the last two, three or four, as if steps were equal in time."""
    if len(slopes) == 2:
        return (3 * slopes[0] - slopes[1]) / 2
    if len(slopes) == 3:
        return (23 * slopes[0] - 16 * slopes[1] + 5 * slopes[2]) / 12
    return (55 * slopes[0] - 59 * slopes[1] + 37 * slopes[2] - 9 * slopes[3]) / 24
