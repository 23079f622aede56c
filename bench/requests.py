"""Requests that figures are taken with: what the bot would ask for, on the demo's pictures."""

from pathlib import Path

from bot.training import BATCH_SIZE, INITIALIZATION_TEXT, VECTORS, Wish, falling_rate, template_lines
from trainer.protocol import TrainingPicture, TrainRequest

_PICTURES = Path(__file__).parents[1] / "sandbox" / "demo_images"
_MOST_PICTURES = 10


def pictures_of(subject: str) -> tuple[TrainingPicture, ...]:
    paths = sorted((_PICTURES / subject).iterdir())[:_MOST_PICTURES]
    return tuple(TrainingPicture(path=str(path), file_name=path.name) for path in paths)


def training(
    subject: str, steps: int, *, batch_size: int = BATCH_SIZE, start: str = INITIALIZATION_TEXT
) -> TrainRequest:
    """A run with the bot's defaults, its seed fixed, without previews between the first and the last."""
    name = f"my-{subject}"
    return TrainRequest(
        name=name,
        initialization_text=start,
        vectors_per_token=VECTORS,
        pictures=pictures_of(subject),
        template=template_lines(Wish(name)),
        steps=steps,
        learning_rate=falling_rate(steps),
        seed=1,
        batch_size=batch_size,
        preview_every=0,
    )
