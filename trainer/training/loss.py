"""The training objective: mean squared error of what the model predicts (Ho et al. 2020, equation 14)."""

import torch
from torch import Tensor

from trainer.models.family import Prediction


def add_noise(latents_BCHW: Tensor, noise_BCHW: Tensor, timesteps_B: Tensor, alphas_cumprod: Tensor) -> Tensor:
    """Latents as they are at their timesteps: sqrt(a) x + sqrt(1 - a) e (same paper, equation 4)."""
    kept = _kept(timesteps_B, alphas_cumprod).view(-1, 1, 1, 1)
    return kept.sqrt() * latents_BCHW + (1 - kept).sqrt() * noise_BCHW


def target(
    prediction: Prediction, latents_BCHW: Tensor, noise_BCHW: Tensor, timesteps_B: Tensor, alphas_cumprod: Tensor
) -> Tensor:
    """What the model should give, (B, C, H, W): the noise, or the velocity sqrt(a) e - sqrt(1 - a) x."""
    if prediction == "epsilon":
        return noise_BCHW
    kept = _kept(timesteps_B, alphas_cumprod).view(-1, 1, 1, 1)
    return kept.sqrt() * noise_BCHW - (1 - kept).sqrt() * latents_BCHW


def losses(predicted_BCHW: Tensor, target_BCHW: Tensor, weights_BHW: Tensor) -> Tensor:
    """One loss an example (B,), each place counted by its weight (of mean 1), so that several runs can share a pass."""
    return ((predicted_BCHW - target_BCHW).square().mean(dim=1) * weights_BHW).mean(dim=(1, 2))


def min_snr_weights(prediction: Prediction, timesteps_B: Tensor, alphas_cumprod: Tensor, gamma: float) -> Tensor:
    """What each example's loss counts, (B,): min(SNR, gamma) ÷ SNR, for velocities ÷ (SNR + 1) (Hang et al. 2023)."""
    kept = _kept(timesteps_B, alphas_cumprod)
    snr = kept / (1 - kept)
    return snr.clamp(max=gamma) / (snr if prediction == "epsilon" else snr + 1)


def _kept(timesteps_B: Tensor, alphas_cumprod: Tensor) -> Tensor:
    return alphas_cumprod.to(timesteps_B.device, non_blocking=True)[timesteps_B]


def stratified_timesteps(count: int, most: int, generator: torch.Generator) -> Tensor:
    """One timestep in each of `count` equal stretches of time: uniform, and a step's losses vary less."""
    drawn = torch.rand(count, generator=generator, dtype=torch.float64)
    spread = (torch.arange(count) + drawn) / count * most
    return spread.long().clamp(max=most - 1)
