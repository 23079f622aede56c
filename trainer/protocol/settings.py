"""The settings of a drawing and of a training. One is a field of a struct here and a row of a table below it.

From the rows come the lines that people write (`/imagine settings:`, `/embed train tuning:`), the limits that are
checked, the text in pictures, written and read, what "Draw this" asks for, and the tables in docs/users.md.
"""

from dataclasses import dataclass
from typing import Any, Literal, get_args

import msgspec

from trainer.protocol.limits import (
    LARGEST_NUMBER,
    LARGEST_SCALE,
    LARGEST_SEED,
    LARGEST_SIDE,
    LONGEST_PATTERN,
    MOST_ACCUMULATION,
    MOST_CLIP_SKIP,
    MOST_DRAWING_STEPS,
    MOST_HIRES_STEPS,
    MOST_PICTURES,
    SIDE_MULTIPLE,
    STRONGEST_GUIDANCE,
    WEAKEST_HIRES,
)
from trainer.protocol.setting_values import Flag, Number, OneOf, Pairs, Pattern, Sides, Text, Truth, Value, Whole

Emphasis = Literal["Original", "No norm", "Ignore", "None"]
"""What brackets do: weigh words; weigh them and leave the mean changed; nothing; or they are text."""
NoiseSource = Literal["CPU", "GPU", "NV"]
"""torch's generator on the CPU or on the device, or an NVIDIA card's numbers made on any machine."""


class DrawingSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a request for a picture and the picture's own text both say. Sizes are pixels; 0 is the model's own."""

    prompt: str
    negative_prompt: str = ""
    steps: int = 20
    sampler: str = "Euler a"
    """The web UI's name; as written where a picture's text has another; so is the schedule's."""
    guidance_scale: float = 7.0
    seed: int = 0
    width: int = 0
    height: int = 0
    clip_skip: int = 1
    schedule: str = "Automatic"
    """Noise schedule by the web UI's label; the sampler's own unless said."""
    eta: float | None = None
    """Amount of fresh noise, 0 to 1; None is the sampler's own."""
    ensd: int = 0
    """Added to the seed of the fresh noise, for the samplers that heed it."""
    rng: str = "CPU"
    """Where the noise comes from."""
    variation_seed: int | None = None
    variation_strength: float = 0.0
    """How much of the variation seed's noise is mixed in, 0 to 1."""
    emphasis: str = "Original"
    seed_resize_from: tuple[int, int] | None = None
    """Width and height in pixels at which the seed was found: its noise of that size is laid in the middle."""


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


class PictureSettings(DrawingSettings, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a picture's text says of how it was made. The defaults are what the web UI's reader assumes of what it
    leaves out. Nobody's id is among it.
    """

    prompt: str = ""
    seed: int = -1
    """-1 is any."""
    rng: str = "GPU"
    model_hash: str = ""
    model: str = ""
    ti_hashes: tuple[tuple[str, str], ...] = ()
    """Of each embedding used: its name, and the first 12 hexadecimal digits of its file's SHA-256."""
    hypernetwork_hashes: tuple[tuple[str, str], ...] = ()
    """Of each hypernetwork that its prompt names: its name, and digits that its file's SHA-256 begins with."""
    denoising_strength: float | None = None
    """Of a picture that was drawn over another, or over a smaller one of its own, 0 to 1."""
    init_image_hash: str = ""
    hires_scale: float | None = None
    """By how much it was enlarged and then drawn over; None where it was not, or to a size in pixels."""
    hires_resize: tuple[int, int] | None = None
    hires_steps: int = 0
    hires_upscaler: str = ""
    drop_penultimate: bool = False
    others: tuple[tuple[str, str], ...] = ()
    """What a text says that is not known here: key and value, as written."""
    version: str = ""
    """Of the program that made it."""


class Tuning(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """What most people leave as it is when a word is trained. A zero switches a thing off."""

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


@dataclass(frozen=True)
class Setting:
    """A row. What has no name is not for people to set, what has no key does not stand in pictures' texts."""

    field: str
    """Of the request, `hires.scale` of its Hires; empty for what a picture's text only works out from others."""
    value: Value
    name: str = ""
    """What people call it, in a line of settings and where it is refused."""
    example: str = ""
    """How it is asked for in such a line; empty for what cannot stand in one."""
    key: str = ""
    """In a picture's text."""
    always: bool = False
    """Whether such a text, and a line that is to be edited, say it even where their reader would assume the same."""

    @property
    def said(self) -> str:
        """The field of PictureSettings."""
        return self.field.replace(".", "_")

    def of(self, request: Any) -> Any:
        """The request's value; None where there is none."""
        for part in self.field.split("."):
            request = getattr(request, part, None)
        return request


_SHARE = Number(0, 1)
_GUIDANCE = Number(-STRONGEST_GUIDANCE, STRONGEST_GUIDANCE)
_SEED = Whole(0, LARGEST_SEED)
DRAWING = (
    Setting("steps", Whole(1, MOST_DRAWING_STEPS), "steps", "steps 30", "Steps", always=True),
    Setting("sampler", Text(), "sampler", "sampler DPM++ 2M", "Sampler", always=True),
    Setting("schedule", Text(), "schedule", "schedule Karras", "Schedule type", always=True),
    Setting("guidance_scale", _GUIDANCE, "cfg", "cfg 5", "CFG scale", always=True),
    Setting("seed", _SEED, "seed", "seed 7", "Seed", always=True),
    Setting("", Sides(0, LARGEST_SIDE), key="Size", always=True),
    Setting("model_hash", Text(), key="Model hash"),
    Setting("model", Text(), key="Model"),
    Setting("hypernetwork_hashes", Pairs(), key="Hypernet hash"),
    Setting("variation_seed", _SEED, "variation-seed", "variation-seed 7", "Variation seed"),
    Setting("variation_strength", _SHARE, "variation", "variation 0.2", "Variation seed strength"),
    Setting(
        "seed_resize_from",
        Sides(SIDE_MULTIPLE, LARGEST_SIDE),
        "seed-resize",
        "seed-resize 512x512",
        key="Seed resize from",
    ),
    Setting("denoising_strength", _SHARE, key="Denoising strength"),
    Setting("clip_skip", Whole(1, MOST_CLIP_SKIP), "clip-skip", "clip-skip 2", "Clip skip"),
    Setting("ensd", Whole(-LARGEST_SEED, LARGEST_SEED), "ensd", "ensd 31337", "ENSD"),
    Setting("init_image_hash", Text(), key="Init image hash"),
    Setting("rng", OneOf(get_args(NoiseSource)), "rng", "rng NV", "RNG"),
    Setting("hires.scale", Number(1, LARGEST_SCALE), "hires", "hires 1.5", "Hires upscale"),
    Setting("hires.resize", Sides(0, LARGEST_SIDE), "hires-resize", "hires-resize 1024x768", "Hires resize"),
    Setting("hires.steps", Whole(0, MOST_HIRES_STEPS), "hires-steps", "hires-steps 10", "Hires steps"),
    Setting("hires.upscaler", Text(), "hires-upscaler", "hires-upscaler Lanczos", "Hires upscaler"),
    Setting("hires.strength", Number(WEAKEST_HIRES, 1), "hires-strength", "hires-strength 0.5"),
    Setting("", _SHARE, key="Beta schedule alpha"),
    Setting("", _SHARE, key="Beta schedule beta"),
    Setting("eta", _SHARE, "eta", "eta 0.5", "Eta"),
    Setting("", _SHARE, key="Eta DDIM"),
    Setting("drop_penultimate", Truth(), key="Discard penultimate sigma"),
    Setting("ti_hashes", Pairs(), key="TI hashes"),
    Setting("emphasis", OneOf(get_args(Emphasis)), "emphasis", "emphasis no norm", "Emphasis"),
    Setting("version", Text(), key="Version"),
    Setting("count", Whole(1, MOST_PICTURES), "count"),
    Setting("strength", _SHARE, "strength"),
)
"""In the order of the web UI's text."""
TRAINING = (
    Setting("accumulation", Whole(1, MOST_ACCUMULATION), "accumulation", "accumulation 2"),
    Setting("warmup", Whole(0, LARGEST_NUMBER), "warmup", "warmup 20"),
    Setting("cosine", Flag(), "cosine", "cosine"),
    Setting("clip_norm", Number(0, LARGEST_NUMBER), "clip", "clip 1"),
    Setting("weight_decay", _SHARE, "decay", "decay 0.01"),
    Setting("min_snr_gamma", Number(0, LARGEST_NUMBER), "min-snr", "min-snr 5"),
    Setting("flip", Flag(), "flip", "flip"),
    Setting("shuffle_tags", Flag(), "shuffle", "shuffle"),
    Setting("drop_tags", _SHARE, "drop", "drop 0.1"),
    Setting("alpha_weights", Flag(), "alpha", "alpha"),
    Setting("word_regex", Pattern(LONGEST_PATTERN), "words", r"words \w+"),
    Setting("word_join", Text(), "join", 'join ", "'),
    Setting("patience", Whole(0, LARGEST_NUMBER), "patience", "patience 4"),
    Setting("average", Flag(sets=False), "last", "last"),
)
"""Of a Tuning."""
