"""The families that are known: a file each in this folder, and a row here."""

from trainer.models.families.latent_diffusion import LatentDiffusion
from trainer.models.families.sd1 import StableDiffusion1
from trainer.models.families.sd2 import StableDiffusion2
from trainer.models.families.sdxl import StableDiffusionXL

FAMILIES: tuple[type[LatentDiffusion], ...] = (
    StableDiffusionXL,
    StableDiffusion2,
    StableDiffusion1,
)
"""A model is of the first that knows it as its own."""
