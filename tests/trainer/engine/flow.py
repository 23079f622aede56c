"""A family of the next kind: it sees straight lines from picture to noise, and gives their direction (Lipman 2022).

It knows what the small model knows: a direction is made from the noise that the small model sees. What the engine does
with it must then come out as with the small model, though nothing in the engine has heard of flows.
"""

import torch
from torch import Tensor

from trainer.models.families.sd1 import StableDiffusion1
from trainer.models.family import Conditioning
from trainer.sampling.noise_schedule import timestep_of

LEVELS = 1000


class Flow:
    """Latents at a level are (1 - s) x + s e; the model gives e - x."""

    def __init__(self) -> None:
        shares = torch.arange(1, LEVELS + 1, dtype=torch.float64) / (LEVELS + 1)
        self.sigmas = shares / (1 - shares)

    def share(self, levels_B: Tensor) -> Tensor:
        return ((levels_B.double() + 1) / (LEVELS + 1)).float().view(-1, 1, 1, 1)

    def noised(self, latents_BCHW: Tensor, noise_BCHW: Tensor, levels_B: Tensor) -> Tensor:
        return torch.lerp(latents_BCHW, noise_BCHW, self.share(levels_B))

    def target(self, latents_BCHW: Tensor, noise_BCHW: Tensor, levels_B: Tensor) -> Tensor:
        return noise_BCHW - latents_BCHW

    def min_snr_weights(self, levels_B: Tensor, gamma: float) -> Tensor:
        snr = self.sigmas[levels_B] ** -2
        return (snr.clamp(max=gamma) / snr).float()

    def seen(self, noisy: Tensor, sigma: float) -> Tensor:
        return noisy / (1 + sigma)

    def clean(self, noisy: Tensor, sigma: float, predicted: Tensor) -> Tensor:
        return self.seen(noisy, sigma) - predicted * sigma / (1 + sigma)


class FlowModel(StableDiffusion1):
    """The small model's own weights."""

    family = "flow"
    parametrisation: Flow
    small: StableDiffusion1

    def predict(self, latents_BCHW: Tensor, timesteps_B: Tensor, conditioning: Conditioning) -> Tensor:
        share = self.parametrisation.share(timesteps_B)
        noisy, sigmas = latents_BCHW / (1 - share), (share / (1 - share)).flatten().tolist()
        known = self.small.parametrisation
        timesteps = torch.tensor([timestep_of(sigma, known.sigmas) for sigma in sigmas])
        seen = torch.cat([known.seen(noisy[at : at + 1], sigma) for at, sigma in enumerate(sigmas)])
        noise = self.small.predict(seen, timesteps, conditioning)
        clean = torch.cat([known.clean(noisy[[at]], sigma, noise[[at]]) for at, sigma in enumerate(sigmas)])
        return (latents_BCHW - clean) / share


def flow_of(small: StableDiffusion1) -> FlowModel:
    model = FlowModel.__new__(FlowModel)
    model.__dict__.update(small.__dict__ | {"parametrisation": Flow(), "small": small})
    return model
