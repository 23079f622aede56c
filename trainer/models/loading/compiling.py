"""torch.compile for the UNet, taken only if it gives the same gradients.

On a CPU (torch 2.13) it was seen to give the small model's pictures right and its gradients wrong.
"""

import torch
from torch import Tensor

from trainer.models.errors import BadModel
from trainer.models.families.latent_diffusion import LatentDiffusion
from trainer.models.family import Conditioning

# Half precision alone differs by about a hundredth.
_MOST_DIFFERENCE = 0.05


def compile_unet(model: LatentDiffusion) -> None:
    """Takes minutes, and again at the first pass of each further size of picture. Raises BadModel."""
    expected = _gradient(model)
    # Sizes as symbols would spare the latter, but torch 2.13 fails to compile the upsampling then.
    model.unet.compile(dynamic=False)
    model.batch_varies = True
    difference = (_gradient(model) - expected).norm() / expected.norm()
    if not difference <= _MOST_DIFFERENCE:
        raise BadModel(f"compiled, {model.model} has gradients that are off by {difference:.0%}: do without compiling")


def _gradient(model: LatentDiffusion) -> Tensor:
    """With respect to the prompt's tokens, of a weighted sum of what the model makes of noise."""
    side = model.native_size // model.latent_scale
    generator = torch.Generator().manual_seed(0)
    shape = (2, model.latent_channels, side, side)
    noise, weights = (torch.randn(shape, generator=generator).to(model.device) for _ in range(2))
    with torch.no_grad():
        said = model.encode_prompts([model.reader.read("", {})], [{}]).repeated(2)
    tokens = said.tokens_BTW.detach().clone().requires_grad_()
    timesteps = torch.tensor([300, 600], device=model.device)
    weighted = (model.predict(noise, timesteps, Conditioning(tokens, said.pooled_BP)) * weights).mean()
    (gradient,) = torch.autograd.grad(weighted, tokens)
    return gradient.float()
