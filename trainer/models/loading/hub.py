"""Models by their name on the Hugging Face hub: "owner/name"."""

import re
from collections.abc import Callable
from pathlib import Path

from huggingface_hub import snapshot_download
from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError
from huggingface_hub.utils.tqdm import tqdm

from trainer.models.errors import BadModel, HubUnreachable
from trainer.pulse import Pulse

_NAME = re.compile(r"[\w.-]+/[\w.-]+", re.ASCII)
_SETTINGS = ["model_index.json", "*/config.json", "scheduler/*.json", "tokenizer/*"]
_PLACES = {
    "text_encoder": "model",
    "text_encoder_2": "model",
    "unet": "diffusion_pytorch_model",
    "vae": "diffusion_pytorch_model",
}
# Whole precision, then half; a repository often holds both, pickles and other programs' formats besides.
_ENDINGS = (
    ("{}.safetensors", "{}-*-of-*.safetensors", "{}.safetensors.index.json"),
    (
        "{}.fp16.safetensors",
        "{}.fp16-*-of-*.safetensors",
        "{}-*-of-*.fp16.safetensors",
        "{}.safetensors.index.fp16.json",
    ),
)


def looks_like_name(source: str) -> bool:
    return _NAME.fullmatch(source) is not None


def fetch(name: str, pulse: Pulse, *, allow_download: bool) -> Path:
    """The folder of a hub's model, from the hub's cache if it is there. Raises BadModel, OSError."""
    pulse.load("download")
    for endings in _ENDINGS:
        folder = _snapshot(name, endings, pulse, allow_download=allow_download)
        if next((folder / "unet").glob("*.safetensors"), None):
            return folder
    raise BadModel(f"{name} on the hub has no UNet in .safetensors")


def _snapshot(name: str, endings: tuple[str, ...], pulse: Pulse, *, allow_download: bool) -> Path:
    weights = [f"{place}/{ending.format(stem)}" for place, stem in _PLACES.items() for ending in endings]
    try:
        folder = snapshot_download(
            name,
            allow_patterns=[*_SETTINGS, *weights],
            local_files_only=not allow_download,
            tqdm_class=_bar(pulse),
        )
    except LocalEntryNotFoundError as error:
        kind = HubUnreachable if allow_download else BadModel
        why = "the hub does not answer" if allow_download else "downloads are not allowed"
        raise kind(f"{name} is neither a file or folder here nor in the hub's cache, and {why}") from error
    except HfHubHTTPError as error:
        raise BadModel(f"the hub refuses {name}: {str(error).splitlines()[0]}") from error
    return Path(folder)


def _bar(pulse: Callable[[], None]) -> type[tqdm]:
    """The hub's progress bar, which hears of all that arrives, by the bytes."""

    class Telling(tqdm):
        def update(self, n: float | None = 1) -> bool | None:
            pulse()
            shown: bool | None = super().update(n)
            return shown

    return Telling
