"""The training objective: mean squared error of what the model predicts (Ho et al. 2020, equation 14)."""

from torch import Tensor

from trainer.models.family import Prediction


def add_noise(latents_BCHW: Tensor, noise_BCHW: Tensor, timesteps_B: Tensor, alphas_cumprod: Tensor) -> Tensor:
    """Latents as they are at their timesteps: sqrt(a) x + sqrt(1 - a) e (same paper, equation 4)."""
    kept = alphas_cumprod.to(timesteps_B.device)[timesteps_B].view(-1, 1, 1, 1)
    return kept.sqrt() * latents_BCHW + (1 - kept).sqrt() * noise_BCHW


def target(
    prediction: Prediction, latents_BCHW: Tensor, noise_BCHW: Tensor, timesteps_B: Tensor, alphas_cumprod: Tensor
) -> Tensor:
    """What the model should give, (B, C, H, W): the noise, or the velocity sqrt(a) e - sqrt(1 - a) x."""
    if prediction == "epsilon":
        return noise_BCHW
    kept = alphas_cumprod.to(timesteps_B.device)[timesteps_B].view(-1, 1, 1, 1)
    return kept.sqrt() * noise_BCHW - (1 - kept).sqrt() * latents_BCHW


def losses(predicted_BCHW: Tensor, target_BCHW: Tensor) -> Tensor:
    """One loss an example (B,), so that examples of several runs can share a pass."""
    return (predicted_BCHW - target_BCHW).square().mean(dim=(1, 2, 3))
