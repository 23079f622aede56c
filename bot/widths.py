"""Whether a word fits the model that is loaded, by how many numbers its vectors have."""

from bot.errors import KnownModel, WrongModel
from trainer.protocol import Ready, SeenFile

_FAMILIES: dict[tuple[int, ...], KnownModel] = {(768,): "sd1", (1024,): "sd2", (768, 1280): "sdxl"}


def check_widths(seen: SeenFile, ready: Ready) -> None:
    """Raises WrongModel."""
    if seen.widths != ready.widths:
        raise WrongModel(
            name=seen.name,
            theirs=_FAMILIES.get(seen.widths, "other"),
            width=sum(seen.widths),
            ours=_FAMILIES.get(ready.widths, "other"),
            here=sum(ready.widths),
        )
