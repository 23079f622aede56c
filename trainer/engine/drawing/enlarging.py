"""From a picture, or its latent, to the larger latent that is drawn over, as the web UI's hires fix makes it."""

from PIL import Image
from torch import Tensor
from torch.nn.functional import interpolate

from trainer.models.family import Family
from trainer.sampling.enlargement import Enlargement
from trainer.sampling.upscaler_names import Upscaler

_OF_PIXELS = {"lanczos": Image.Resampling.LANCZOS, "nearest": Image.Resampling.NEAREST}


def enlarged_picture(model: Family, picture: Image.Image, upscaler: Upscaler, enlargement: Enlargement) -> Tensor:
    """The latent (C, H, W) of what is kept of a picture, or of what a network has made of it."""
    (width, height), left, top = enlargement.size, enlargement.left, enlargement.top
    whole = picture.resize(enlargement.covering, _OF_PIXELS[upscaler.interpolation])
    mean_CHW, _ = model.encode_picture(whole.crop((left, top, left + width, top + height)))
    return mean_CHW


def enlarged_latent(latent_CHW: Tensor, upscaler: Upscaler, enlargement: Enlargement, scale: int) -> Tensor:
    """The latent (C, H, W) of what is kept. `scale` is the model's: pixels to one latent element."""
    width, height = (side // scale for side in enlargement.covering)
    mode, antialias = upscaler.interpolation, upscaler.antialias
    whole_CHW = interpolate(latent_CHW[None], (height, width), mode=mode, antialias=antialias)[0]
    left, top = enlargement.left // scale, enlargement.top // scale
    width, height = (side // scale for side in enlargement.size)
    return whole_CHW[:, top : top + height, left : left + width]
