"""Whether a word fits the model that is loaded, by how many numbers its vectors have."""

from pathlib import Path

from bot.chat.service import Service
from bot.errors import KnownModel, NotAnEmbedding, TooManyVectors, WrongModel
from trainer.protocol import MOST_VECTORS, Ready, SeenFile

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


async def check_trainable(service: Service, file: Path, person_id: int) -> SeenFile:
    """What is in the file of a word, if it can be trained further here.

    Raises NotAnEmbedding, EmbeddingTooSlow, EmbeddingTooHard; TooManyVectors; WrongModel, where a model is loaded.
    """
    looked = await service.looking.look([file], person_id=person_id)
    for refusal in looked.refused:
        raise refusal
    if len(looked.seen) != 1:
        raise NotAnEmbedding(file=file.name, reason="several_words")
    seen = looked.seen[0]
    if seen.vectors > MOST_VECTORS:
        raise TooManyVectors(vectors=seen.vectors, limit=MOST_VECTORS)
    if service.dispatch.ready is not None:
        check_widths(seen, service.dispatch.ready)
    return seen
