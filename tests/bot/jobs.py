"""Jobs for tests, as the database would give them."""

from pathlib import Path
from typing import Any

from bot.jobs.job import Job, Kind, State
from bot.library.upscalers import Upscalers
from trainer.protocol import DrawRequest, TrainingPicture, TrainRequest

TRAIN = TrainRequest(
    name="my-cat",
    initialization_text="cat",
    vectors_per_token=4,
    pictures=(TrainingPicture(path="/p/1.png", file_name="1.png"),),
    template=("a photo of a [name]",),
    steps=100,
    learning_rate="0.005",
    seed=1,
)
DRAW = DrawRequest(prompt="portrait of my-cat")
NO_UPSCALERS = Upscalers(Path("/nowhere"))


def job(number: int = 1, state: State = State.QUEUED, owner: int = 1, kind: Kind = Kind.TRAIN, **facts: Any) -> Job:
    """A job of the given state; one that is held has the attempt "a"."""
    held = {"attempt": "a"} if state in (State.RUNNING, State.PAUSED) else {}
    return Job(
        id=number,
        kind=kind,
        state=state,
        owner_id=owner,
        guild_id=5,
        channel_id=6,
        locale="en-US",
        interaction_id=1000 + number,
        request=TRAIN if kind is Kind.TRAIN else DRAW,
        created_at=0.0,
        **{**held, **facts},
    )
