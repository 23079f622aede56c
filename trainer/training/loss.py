"""The training objective: mean squared error of the predicted noise (Ho et al. 2020, equation 14)."""

from torch import Tensor


def add_noise(latents_BCHW: Tensor, noise_BCHW: Tensor, timesteps_B: Tensor, alphas_cumprod: Tensor) -> Tensor:
    """Latents as they are at their timesteps: sqrt(a) x + sqrt(1 - a) e (same paper, equation 4)."""
    kept = alphas_cumprod.to(timesteps_B.device)[timesteps_B].view(-1, 1, 1, 1)
    return kept.sqrt() * latents_BCHW + (1 - kept).sqrt() * noise_BCHW


def noise_losses(predicted_BCHW: Tensor, noise_BCHW: Tensor) -> Tensor:
    """One loss an example (B,), so that examples of several runs can share a pass."""
    return (predicted_BCHW - noise_BCHW).square().mean(dim=(1, 2, 3))
