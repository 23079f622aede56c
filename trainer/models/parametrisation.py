"""How a model was trained to see noise, and what it says of it. A further kind is a further class here.

A level is a whole number, a "timestep" of the model's; its sigma is the deviation of the noise beside a picture that is
counted once (Karras et al. 2022). Samplers go by sigmas, training by levels; both ask here.
"""

from typing import Literal, Protocol

from torch import Tensor

Prediction = Literal["epsilon", "v_prediction"]
"""What a model gives: the noise, or the velocity sqrt(a) e - sqrt(1 - a) x (Salimans & Ho 2022, appendix D)."""


class Parametrisation(Protocol):
    """B examples of latents (B, C, H, W) with levels (B,); a sigma is one for all of them."""

    @property
    def sigmas(self) -> Tensor:
        """Of each level: (levels,) float64 on the CPU, rising."""
        ...

    def noised(self, latents_BCHW: Tensor, noise_BCHW: Tensor, levels_B: Tensor) -> Tensor:
        """Latents as the model was trained to see them at their levels."""
        ...

    def target(self, latents_BCHW: Tensor, noise_BCHW: Tensor, levels_B: Tensor) -> Tensor:
        """What the model should give for them."""
        ...

    def min_snr_weights(self, levels_B: Tensor, gamma: float) -> Tensor:
        """What each example's loss counts, (B,), so that no level counts more than at an SNR of gamma."""
        ...

    def seen(self, noisy: Tensor, sigma: float) -> Tensor:
        """A picture with noise of deviation sigma added, as the model was trained to see it."""
        ...

    def clean(self, noisy: Tensor, sigma: float, predicted: Tensor) -> Tensor:
        """The clean latents that the model sees in `noisy`, for which, as `seen`, it gave `predicted`."""
        ...


class _VariancePreserving:
    """Latents at a level are sqrt(a) x + sqrt(1 - a) e (Ho et al. 2020, equation 4), a of the level."""

    def __init__(self, alphas_cumprod: Tensor) -> None:
        """`alphas_cumprod` is (levels,) float32 on the CPU, falling."""
        self._alphas_cumprod = alphas_cumprod
        kept = alphas_cumprod.double()
        self.sigmas = ((1 - kept) / kept).sqrt()

    def noised(self, latents_BCHW: Tensor, noise_BCHW: Tensor, levels_B: Tensor) -> Tensor:
        kept = self._kept(levels_B).view(-1, 1, 1, 1)
        return kept.sqrt() * latents_BCHW + (1 - kept).sqrt() * noise_BCHW

    def seen(self, noisy: Tensor, sigma: float) -> Tensor:
        deviation: float = (sigma**2 + 1) ** 0.5
        return noisy / deviation

    def _kept(self, levels_B: Tensor) -> Tensor:
        return self._alphas_cumprod.to(levels_B.device, non_blocking=True)[levels_B]

    def _snr(self, levels_B: Tensor) -> Tensor:
        kept = self._kept(levels_B)
        return kept / (1 - kept)


class Epsilon(_VariancePreserving):
    """The model gives the noise e (Ho et al. 2020)."""

    def target(self, latents_BCHW: Tensor, noise_BCHW: Tensor, levels_B: Tensor) -> Tensor:
        return noise_BCHW

    def min_snr_weights(self, levels_B: Tensor, gamma: float) -> Tensor:
        """min(SNR, gamma) ÷ SNR (Hang et al. 2023)."""
        snr = self._snr(levels_B)
        return snr.clamp(max=gamma) / snr

    def clean(self, noisy: Tensor, sigma: float, predicted: Tensor) -> Tensor:
        return noisy - sigma * predicted


class Velocity(_VariancePreserving):
    """The model gives sqrt(a) e - sqrt(1 - a) x (Salimans & Ho 2022, appendix D)."""

    def target(self, latents_BCHW: Tensor, noise_BCHW: Tensor, levels_B: Tensor) -> Tensor:
        kept = self._kept(levels_B).view(-1, 1, 1, 1)
        return kept.sqrt() * noise_BCHW - (1 - kept).sqrt() * latents_BCHW

    def min_snr_weights(self, levels_B: Tensor, gamma: float) -> Tensor:
        """min(SNR, gamma) ÷ (SNR + 1) (Hang et al. 2023)."""
        snr = self._snr(levels_B)
        return snr.clamp(max=gamma) / (snr + 1)

    def clean(self, noisy: Tensor, sigma: float, predicted: Tensor) -> Tensor:
        """With a = 1 / (sigma^2 + 1)."""
        deviation: float = (sigma**2 + 1) ** 0.5
        return noisy / (sigma**2 + 1) - predicted * sigma / deviation


PARAMETRISATIONS: dict[Prediction, type[Epsilon] | type[Velocity]] = {"epsilon": Epsilon, "v_prediction": Velocity}
