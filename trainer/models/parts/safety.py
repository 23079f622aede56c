"""The safety checker that some models ship: does a picture look like what should not be shown to everybody?"""

import numpy as np
import torch
from diffusers.pipelines.stable_diffusion.safety_checker import StableDiffusionSafetyChecker
from PIL import Image, ImageOps
from torch import Tensor

from trainer.models.parts.residency import working

# As CLIP ViT-L/14 was trained (Radford et al. 2021); the numbers stand in every model's preprocessor_config.json.
_SIDE = 224
_MEAN = torch.tensor([0.48145466, 0.4578275, 0.40821073])
_DEVIATION = torch.tensor([0.26862954, 0.26130258, 0.27577711])


class Safety:
    """Asks a checker, which comes to the device only while it looks."""

    def __init__(self, checker: StableDiffusionSafetyChecker, device: torch.device) -> None:
        self.checker, self._device = checker, device

    @torch.no_grad()
    def is_unsafe(self, image: Image.Image) -> bool:
        blackened = [np.zeros((1, 1, 3))]  # it paints unsafe pictures black; we only want to know
        with working(self.checker, self._device, leaves=True):
            seen = clip_pixels(image).to(self._device, self.checker.dtype)
            _, (unsafe,) = self.checker(clip_input=seen, images=blackened)
        return bool(unsafe)


def clip_pixels(image: Image.Image) -> Tensor:
    """The middle of a picture as CLIP sees it: (1, 3, 224, 224)."""
    square = ImageOps.fit(image.convert("RGB"), (_SIDE, _SIDE), Image.Resampling.BICUBIC)
    pixels = torch.from_numpy(np.array(square, dtype=np.float32)) / 255
    return ((pixels - _MEAN) / _DEVIATION).permute(2, 0, 1)[None]
