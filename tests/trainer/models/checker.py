"""A safety checker of a few kilobytes, which minds everything or nothing."""

import shutil
from pathlib import Path

import torch
from diffusers.pipelines.stable_diffusion.safety_checker import StableDiffusionSafetyChecker
from transformers import CLIPConfig

from tests.trainer.process import MODEL

MINDS_ALL, MINDS_NOTHING = -2.0, 2.0
"""Beyond any cosine."""


def with_checker(folder: Path, likeness: float) -> Path:
    """The small model, and a checker that minds pictures as like a concept as this, a cosine."""
    shutil.copytree(MODEL, folder)
    plain = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    vision = plain | {"image_size": 224, "patch_size": 56}
    torch.manual_seed(0)
    checker = StableDiffusionSafetyChecker(CLIPConfig(vision_config=vision, text_config=plain, projection_dim=8))
    torch.nn.init.constant_(checker.concept_embeds_weights, likeness)
    checker.save_pretrained(folder / "safety_checker")
    return folder
