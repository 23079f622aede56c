"""A run's pictures into latents, one a pass, so that nobody waits for all of them."""

from pathlib import Path

from PIL import ImageOps

from trainer.data.latents import Latents
from trainer.data.picture import read_picture, read_weights
from trainer.models.family import Family
from trainer.protocol import TrainRequest


def entries_of(request: TrainRequest) -> int:
    """Latents that a run needs: its pictures, then, where it wants them, their mirror images."""
    return len(request.pictures) * (2 if request.tuning.flip else 1)


def encode_next(model: Family, request: TrainRequest, latents: Latents) -> None:
    """Encode the next picture that is missing. Raises BadPicture."""
    mirrored, index = divmod(len(latents), len(request.pictures))
    path, size = Path(request.pictures[index].path), request.size or model.native_size
    picture = read_picture(path, size)
    alpha = request.pictures[index].alpha if request.tuning.alpha_weights else None
    weights = read_weights(Path(alpha) if alpha else None, size, model.latent_scale)
    if mirrored:
        picture, weights = ImageOps.mirror(picture), weights.flip(1)
    latents.add(*model.encode_picture(picture), weights)
