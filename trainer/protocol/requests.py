"""What people ask for, as data: an untrained word, a run, a drawing."""

from typing import Literal

import msgspec

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


class Tuning(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """What most people leave as it is. A zero switches a thing off."""

    accumulation: int = 1
    """Batches whose gradients make one step."""
    warmup: int = 0
    """Steps over which the rate rises to what the schedule says."""
    cosine: bool = False
    """The schedule's rate falls to zero over the run, as half a cosine."""
    clip_norm: float = 0.0
    """Longest gradient of a step; what is longer is shortened to it."""
    weight_decay: float = 0.0
    min_snr_gamma: float = 0.0
    """Steps at little noise count for less (Hang et al. 2023); 5 is their choice."""
    flip: bool = False
    """Half of the examples are mirrored."""
    shuffle_tags: bool = False
    """The file words' parts between commas come in another order each time."""
    drop_tags: float = 0.0
    """Share of the file words' parts that is left out each time, 0 to 1."""
    alpha_weights: bool = False
    """What is transparent in a picture counts for less."""
    word_regex: str = ""
    """What file words are made of: `\\w+` finds each word; empty takes a file name's words as they are."""
    word_join: str = " "
    """What stands between them."""
    average: bool = True
    """Hand over the mean of the late vectors, which is steadier than the last."""
    patience: int = 0
    """Validations without a better loss after which the run ends early."""


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


Emphasis = Literal["Original", "No norm", "Ignore", "None"]
"""What brackets do: weigh words; weigh them and leave the mean changed; nothing; or they are text."""
SAMPLERS = tuple(row.name for row in SAMPLER_NAMES)
"""The web UI's names, in its order."""
SCHEDULE_CHOICES = ("Automatic", *SCHEDULES)
"""Its labels of noise schedules."""
NoiseSource = Literal["CPU", "GPU", "NV"]
"""torch's generator on the CPU or on the device, or an NVIDIA card's numbers made on any machine."""


class Hires(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What becomes of a drawn picture: enlarged, and drawn over at the larger size, as the web UI's hires fix does."""

    scale: float = 2.0
    resize: tuple[int, int] = (0, 0)
    """Width and height in pixels instead of a scale; a side of 0 follows from the other one."""
    steps: int = 0
    """All of them are made, whatever the strength; 0 is as many as before."""
    upscaler: str = "Latent"
    strength: float = 0.7
    """How much of the enlarged picture is drawn anew, 0.01 (or a thousandth of the steps, if more) to 1."""


class DrawRequest(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True, kw_only=True):
    """Draw pictures. Seed + i draws picture i. Width and height 0 take the model's own size."""

    prompt: str
    negative_prompt: str = ""
    steps: int = 20
    sampler: str = "Euler a"
    guidance_scale: float = 7.0
    seed: int = 0
    width: int = 0
    height: int = 0
    count: int = 1
    clip_skip: int = 1
    schedule: str = "Automatic"
    """Noise schedule by the web UI's label; the sampler's own unless said."""
    eta: float | None = None
    """Amount of fresh noise, 0 to 1; None is the sampler's own."""
    ensd: int = 0
    """Added to the seed of the fresh noise, for the samplers that heed it."""
    rng: NoiseSource = "CPU"
    variation_seed: int | None = None
    variation_strength: float = 0.0
    """Above 0, all pictures have one seed, and `variation_seed` + i is mixed into picture i."""
    emphasis: Emphasis = "Original"
    image: str | None = None
    """A stored picture to draw over."""
    strength: float = 0.75
    """How much of `image` is drawn anew, 0 to 1; at 0 with `hires` it is enlarged as it is."""
    allow_unsafe: bool = False
    """The pictures stand in an age-restricted channel: the safety checker is not asked."""
    seed_resize_from: tuple[int, int] | None = None
    """Width and height in pixels at which the seed was found: its noise of that size is laid in the middle."""
    hires: Hires | None = None


Request = CreateRequest | TrainRequest | DrawRequest
