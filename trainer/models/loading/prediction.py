"""Whether a model predicts noise or velocity: its weights have the same names and shapes either way."""

import re

import torch

from trainer.models.family import Family
from trainer.models.loading.checkpoint_file import CheckpointFile
from trainer.models.parametrisation import Prediction

_YAML = re.compile(r"""^\s*parameterization:\s*["']?(\w+)["']?\s*(#.*)?$""", re.MULTILINE)
_WORDS: dict[str, Prediction] = {
    "v": "v_prediction",
    "v_prediction": "v_prediction",
    "eps": "epsilon",
    "epsilon": "epsilon",
}
# The share of its input that a model of noise gives back is near 1, of velocity below 0.1.
_HALFWAY = 0.5


def told_prediction(file: CheckpointFile) -> Prediction | None:
    """What the file says of itself, or the web UI's `.yaml` of the same name; None where nothing is said."""
    yaml = file.path.with_suffix(".yaml")
    if yaml.is_file() and (found := _YAML.search(yaml.read_text(encoding="utf-8"))):
        return _WORDS.get(found[1])
    if "v_pred" in file.weights:  # an empty tensor that newer trainers write
        return "v_prediction"
    return _WORDS.get(file.metadata.get("modelspec.prediction_type", ""))


@torch.no_grad()
def shown_prediction(model: Family) -> Prediction:
    """Ask the model itself: what does it make of nothing but noise at the last timestep?

    A model of noise gives its input back. A model of velocity, sqrt(a) e - sqrt(1 - a) x with a near 0, gives a picture
    (Salimans & Ho 2022, appendix D).
    """
    side = model.native_size // model.latent_scale
    noise = torch.randn(1, model.latent_channels, side, side, generator=torch.Generator().manual_seed(0))
    noise = noise.to(model.device)
    last = torch.tensor([len(model.parametrisation.sigmas) - 1], device=model.device)
    predicted = model.predict(noise, last, model.encode_prompts([model.reader.read("", {})], [{}]))
    given_back = (predicted * noise).mean() / noise.square().mean()
    return "epsilon" if given_back > _HALFWAY else "v_prediction"
