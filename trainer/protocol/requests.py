"""What people ask for, as data: an untrained word, a run, a drawing."""

import msgspec

from trainer.protocol.settings import DrawingSettings, Emphasis, Hires, NoiseSource, Tuning
from trainer.sampling.sampler_names import SAMPLER_NAMES, SCHEDULES


class TrainingPicture(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One stored picture of a dataset. Its file words are its caption, or else read from `file_name`."""

    path: str
    file_name: str
    """The name it was uploaded under."""
    caption: str | None = None
    alpha: str | None = None
    """A grey picture of its opacity, which `path` has no more; None where it is the same everywhere."""


class CreateRequest(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True, kw_only=True):
    """Make an embedding from the token rows of its initialization text, untrained."""

    name: str
    initialization_text: str
    vectors_per_token: int


class TrainRequest(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True, kw_only=True):
    """Train an embedding. Sizes are pixels of the training square; 0 takes the model's own."""

    name: str
    initialization_text: str
    vectors_per_token: int
    pictures: tuple[TrainingPicture, ...]
    template: tuple[str, ...]
    steps: int
    learning_rate: str
    seed: int
    batch_size: int = 4
    size: int = 0
    preview_prompt: str = ""
    preview_every: int = 50
    continue_from: str | None = None
    """An embedding file whose vectors are trained further; None starts from the initialization text."""
    tuning: Tuning = Tuning()
    allow_unsafe: bool = False
    """Its previews stand in an age-restricted channel: the safety checker is not asked."""
    validation_seed: int | None = None
    """Takes the place of `seed` in what is compared between runs: a run that goes on from another has the other's."""

    @property
    def measuring_seed(self) -> int:
        """Of the pictures held back, the validation loss's noise and timesteps, and the previews."""
        return self.seed if self.validation_seed is None else self.validation_seed


SAMPLERS = tuple(row.name for row in SAMPLER_NAMES)
"""The web UI's names, in its order."""
SCHEDULE_CHOICES = ("Automatic", *SCHEDULES)
"""Its labels of noise schedules."""


class DrawRequest(DrawingSettings, frozen=True, tag=True, forbid_unknown_fields=True, kw_only=True):
    """Draw pictures. Seed + i draws picture i."""

    rng: NoiseSource = "CPU"
    emphasis: Emphasis = "Original"
    count: int = 1
    """Above a variation strength of 0, all have one seed, and `variation_seed` + i is mixed into picture i."""
    image: str | None = None
    """A stored picture to draw over."""
    strength: float = 0.75
    """How much of `image` is drawn anew, 0 to 1; at 0 with `hires` it is enlarged as it is."""
    allow_unsafe: bool = False
    """The pictures stand in an age-restricted channel: the safety checker is not asked."""
    hires: Hires | None = None


Request = CreateRequest | TrainRequest | DrawRequest
