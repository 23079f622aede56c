"""Requests that figures are taken with: what the bot would ask for, on the demo's pictures."""

from pathlib import Path

from msgspec.structs import replace

from bot.chat.wishes import BATCH_SIZE, NO_START, VECTORS, TrainingWish
from bot.features.train.training import falling_rate, template_lines
from trainer.protocol import TrainingPicture, TrainRequest

_PICTURES = Path(__file__).parents[1] / "sandbox" / "demo_images"


def pictures_of(subject: str, most: int = 10) -> tuple[TrainingPicture, ...]:
    paths = sorted((_PICTURES / subject).iterdir())[:most]
    return tuple(TrainingPicture(path=str(path), file_name=path.name) for path in paths)


def training(subject: str, steps: int, **changes: object) -> TrainRequest:
    """A run with the bot's defaults and these changes, its seed fixed, previews at its two ends only."""
    name = f"my-{subject}"
    request = TrainRequest(
        name=name,
        initialization_text=NO_START,
        vectors_per_token=VECTORS,
        pictures=pictures_of(subject),
        template=template_lines(TrainingWish(name)),
        steps=steps,
        learning_rate=falling_rate(steps),
        seed=1,
        batch_size=BATCH_SIZE,
        preview_every=0,
    )
    return replace(request, **changes)
