"""What the bot and a trainer say to each other: plain typed messages, nothing heavy behind this import.

`docs/protocol.md` is the authority on every field; a test holds the two together. One message is one line of JSON.
Paths and hashes travel, never pixels. A number that is not finite never travels: it becomes `Failed`.
"""

import re
from typing import Literal

import msgspec

from trainer.sampling.enlargement import enlargement_of
from trainer.sampling.sampler_names import (
    SAMPLER_NAMES,
    SCHEDULES,
    UnknownSampler,
    UnknownSchedule,
    read_sampler,
    read_schedule,
)
from trainer.sampling.upscaler_names import UPSCALER_NAMES, UnknownUpscaler, read_upscaler
from trainer.training.lr_schedule import BadSchedule, parse_schedule

PROTOCOL_VERSION = 2


class _Message(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True, kw_only=True):
    """Base of all that crosses the boundary: immutable, tagged with its class name, strict about its fields."""


# What a request is made of ---------------------------------------------------------------------------------------


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


Emphasis = Literal["Original", "No norm", "Ignore", "None"]
"""What brackets do: weigh words; weigh them and leave the mean changed; nothing; or they are text."""
SAMPLERS = tuple(row.name for row in SAMPLER_NAMES)
"""The web UI's names, in its order."""
SCHEDULE_CHOICES = ("Automatic", *SCHEDULES)
"""Its labels of noise schedules."""
NoiseSource = Literal["CPU", "GPU", "NV"]
"""torch's generator on the CPU or on the device, or an NVIDIA card's numbers made on any machine."""
UPSCALERS = tuple(row.name for row in UPSCALER_NAMES)
"""The web UI's names of those that need no network of their own."""


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
    hidden_words: tuple[str, ...] = ()
    """Embeddings that exist but are not this person's to use: their names are read as plain text."""
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
    """How much of `image` is drawn anew, 0 to 1."""
    allow_unsafe: bool = False
    """The pictures stand in an age-restricted channel: the safety checker is not asked."""
    seed_resize_from: tuple[int, int] | None = None
    """Width and height in pixels at which the seed was found: its noise of that size is laid in the middle."""
    hires: Hires | None = None


Request = CreateRequest | TrainRequest | DrawRequest


class Word(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An embedding that a prompt used. `model` and `model_hash` say what it was trained on, None if untrained."""

    name: str
    vectors: int
    model: str | None
    model_hash: str | None


class DrawnPicture(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A finished picture: a PNG that carries `parameters`, the text people paste."""

    path: str
    seed: int
    parameters: str
    unsafe: bool = False
    """What the model's own safety checker says; False where it has none or is not asked."""


class ReadStage(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a part of a prompt says during some steps, counted from 1, the last one included."""

    first_step: int
    last_step: int
    blocks: tuple[tuple[tuple[str, float], ...], ...]
    """Texts with their weights, up to each BREAK or the end."""


class ReadPart(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One side of an AND, and how much it pulls."""

    weight: float
    stages: tuple[ReadStage, ...]
    stages_left_out: int = 0


# What looking into files tells -----------------------------------------------------------------------------------


class SeenFile(_Message, frozen=True):
    """An embedding that can be used."""

    file: str
    """Path as it was given; of a pair, the first's; of a ZIP, with the name in it behind."""
    name: str
    vectors: int
    widths: tuple[int, ...]
    step: int | None
    model: str | None
    model_hash: str | None
    file_hash: str | None
    norms: tuple[float, ...]
    """Euclidean length of each vector; with two text encoders of the first's part, then of the second's."""
    notes: tuple[str, ...]
    written: tuple[str, ...] = ()
    """Paths of the files made of it, if files were asked for."""


class RefusedFile(_Message, frozen=True):
    """A file, or a format, that does not do; `reason` goes on from the file's name."""

    file: str
    reason: str
    unsafe: bool = False
    """It holds a program where numbers belong."""


class PictureSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a picture's text says of how it was made; for what it leaves out, what the web UI's reader assumes."""

    prompt: str
    negative_prompt: str
    steps: int
    sampler: str
    """The web UI's name where it is known, else as written; so is the schedule's."""
    schedule: str
    guidance_scale: float
    seed: int
    """-1 is any."""
    width: int
    height: int
    """Pixels; 0 is the model's own size."""
    model_hash: str
    model: str
    clip_skip: int
    ti_hashes: tuple[tuple[str, str], ...]
    """Of each word that it used: its name, and the first 12 hexadecimal digits of its file's SHA-256."""
    variation_seed: int | None
    variation_strength: float
    seed_resize_from: tuple[int, int] | None
    denoising_strength: float | None
    """Of a picture that was drawn over another, or over a smaller one of its own, 0 to 1."""
    init_image_hash: str
    ensd: int
    rng: str
    hires_upscale: float | None
    hires_resize: tuple[int, int] | None
    hires_steps: int
    hires_upscaler: str
    eta: float | None
    drop_penultimate: bool
    emphasis: str
    others: tuple[tuple[str, str], ...]
    """Settings that are not known here, as written."""
    version: str
    """Of the program that made it."""


class SeenPicture(_Message, frozen=True):
    """A picture that could be looked into."""

    file: str
    text: str | None
    """What it carries, up to 65,536 characters; None where it carries nothing."""
    settings: PictureSettings | None
    """None where the text is no settings."""


Look = SeenFile | SeenPicture | RefusedFile

# What inspecting a word tells ------------------------------------------------------------------------------------


class Neighbour(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A word of the vocabulary, and how near it stands to a vector: cosine similarity, −1 to 1."""

    token: str
    similarity: float


class InspectedVector(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One vector of a word; with two text encoders, its part for the first."""

    norm: float
    nearest: tuple[Neighbour, ...]
    """Nearest first."""
    moved: float | None = None
    """Euclidean distance from where it started, None where that is not known."""


# Bot → trainer ---------------------------------------------------------------------------------------------------


class Start(_Message, frozen=True):
    """Begin (or go on with) a job. `folder` is the job's own; `resume_from` a checkpoint in it."""

    attempt: str
    job: int
    request: Request
    folder: str
    resume_from: str | None = None


class Stop(_Message, frozen=True):
    """End the attempt between two passes; what was learned is saved."""

    attempt: str


class Pause(_Message, frozen=True):
    """Save, and make no passes for this attempt until `Resume`."""

    attempt: str


class Resume(_Message, frozen=True):
    """Go on after `Pause`, perhaps to another number of steps or at other rates."""

    attempt: str
    steps: int | None = None
    learning_rate: str | None = None


class PreviewNow(_Message, frozen=True):
    """Draw a preview of the vectors as they are."""

    attempt: str


class Inspect(_Message, frozen=True):
    """Compare an embedding's file with the model's vocabulary: a question, not a job; answered between two passes."""

    attempt: str
    name: str
    path: str
    initialization_text: str | None = None
    """What its vectors started from, if that is known."""


class Shutdown(_Message, frozen=True):
    """Save every run and exit with code 0."""


Control = Start | Stop | Pause | Resume | PreviewNow | Inspect | Shutdown

# Trainer → bot ---------------------------------------------------------------------------------------------------


class Ready(_Message, frozen=True):
    """The model is loaded and requests are taken. Nothing else is sent before it."""

    version: int
    pid: int
    device: str
    model: str
    model_hash: str
    family: str
    widths: tuple[int, ...]
    """Numbers in one vector for each text encoder."""
    native_size: int
    """Pixels of the square that the model was trained on."""


class Alive(_Message, frozen=True):
    """The loop turned. Told by the loop itself, at least every second while idle and once in a while between passes."""

    passes: int


class _Event(_Message, frozen=True):
    """Something that happened to an attempt; `n` counts up from 1 within it."""

    attempt: str
    n: int


Easing = Literal["examples", "checkpointing", "offloading"]
"""Fewer examples in a pass; activations computed twice instead of kept; parts of the model away from the device."""


class Started(_Event, frozen=True):
    """The pictures are read and encoded; the next pass is step `from_step`."""

    from_step: int
    steps: int
    held_back: int = 0
    """Pictures that only measure and are not learned from; 0 when there are too few to spare any."""


class Progress(_Event, frozen=True):
    """How a run stands. `loss` is the mean since the last such event; `seconds_per_step` of late."""

    step: int
    loss: float
    learning_rate: float
    seconds_per_step: float
    sharing: int = 0
    """How many other runs share the model right now."""


class Validated(_Event, frozen=True):
    """Loss on noise and timesteps that never change, so that two steps can be compared."""

    step: int
    loss: float
    norm: float
    """Median length of the vectors ÷ median length of the vocabulary's. Many times 1 warns of too much training."""


class Preview(_Event, frozen=True):
    """A picture of the run at `step`, and the curve of its losses so far."""

    step: int
    path: str
    curve: str
    prompt: str
    seed: int


class Saved(_Event, frozen=True):
    """A checkpoint (for resuming) and a snapshot (the file for people) are on disk."""

    step: int
    checkpoint: str
    snapshot: str
    sha256: str
    """Of the snapshot."""


class Eased(_Event, frozen=True):
    """The device ran out of memory, and the pass is tried again with less."""

    change: Easing
    examples: int
    """At most so many in a pass from now on."""


class Paused(_Event, frozen=True):
    step: int


class Resumed(_Event, frozen=True):
    step: int
    steps: int
    """Of the whole run, which `Resume` may have changed."""


class Finished(_Event, frozen=True):
    """The run is over. `strip` is before beside after, `film` the previews in order, `snapshot` the embedding."""

    step: int
    """Fewer than were asked for when the loss no longer fell."""
    snapshot: str
    strip: str
    film: str
    best: str | None = None
    """The embedding at the step of the lowest validation loss; None when that is the last."""
    best_step: int = 0


class Stopped(_Event, frozen=True):
    """A wish to stop was honoured. For a drawing, nothing was kept; for a run `snapshot` was."""

    step: int
    snapshot: str | None


class Created(_Event, frozen=True):
    """The untrained embedding is in the folder."""

    path: str
    vectors: int


class Drawing(_Event, frozen=True):
    """How a picture stands, told when it takes longer than a moment."""

    step: int
    steps: int
    preview: str | None = None
    """A coarse picture of how the first one looks by now, told every few seconds: one file, written over each
    time and gone when the drawing is over."""


class Drawn(_Event, frozen=True):
    """The pictures are on disk; how the prompt was read."""

    pictures: tuple[DrawnPicture, ...]
    tokens: int
    windows: int
    words: tuple[Word, ...]
    unreadable: tuple[str, ...] = ()
    """Names in the prompt whose files could not be used: broken, or of another model's width."""
    reading: tuple[ReadPart, ...] = ()
    """How the prompt's brackets and ANDs were read; empty where there is nothing to explain."""
    not_used: tuple[str, ...] = ()
    """Tags of the prompt that ask for more than words, as written: `<lora:name:1>`."""


FailureReason = Literal[
    "not_finite",
    "out_of_memory",
    "bad_template",
    "bad_learning_rate",
    "bad_picture",
    "bad_embedding",
    "bad_size",
    "bad_tuning",
    "unknown_sampler",
    "unknown_upscaler",
    "prompt_too_long",
    "disk",
    "internal",
]


class Failed(_Event, frozen=True):
    """The attempt ended badly. `facts` name what was wrong; `step` and `snapshot` what was kept."""

    reason: FailureReason
    facts: dict[str, str]
    step: int = 0
    snapshot: str | None = None


Event = (
    Started
    | Progress
    | Validated
    | Preview
    | Saved
    | Eased
    | Paused
    | Resumed
    | Finished
    | Stopped
    | Created
    | Drawing
    | Drawn
    | Failed
)


class Inspected(_Message, frozen=True):
    """The answer to `Inspect`; `Failed` is the other one."""

    attempt: str
    vectors: tuple[InspectedVector, ...]
    median_norm: float
    """Of the vocabulary's rows."""
    tokens: int
    """Of the name itself, as the model reads it where no such word is known; 1 is a word of the vocabulary."""


Told = Ready | Alive | Event | Inspected
"""All that a trainer may say."""


# What can be refused before anything starts ----------------------------------------------------------------------

MOST_VECTORS = 75
"""The tokens of one window of a prompt."""
MOST_ACCUMULATION = 64
LONGEST_PATTERN = 100
LARGEST_NUMBER = 1_000_000
LARGEST_SEED = 2**32 - 1
LONGEST_PROMPT = 4000
"""Characters."""
SMALLEST_SIDE, LARGEST_SIDE, SIDE_MULTIPLE = 64, 2048, 8
"""Pixels of a picture; the autoencoder makes one latent of eight."""
MOST_DRAWING_STEPS = 10_000
MOST_PICTURES = 64
MOST_CLIP_SKIP = 12
STRONGEST_GUIDANCE = 100
LARGEST_SCALE = 4
LARGEST_COVERING = LARGEST_SCALE * LARGEST_SIDE
"""Pixels of a side before what is too much of another shape is cut off."""
MOST_HIRES_STEPS = 150
WEAKEST_HIRES = 0.01
LONGEST_SCHEDULE = 1000
"""Steps, of which hires steps are the end: the models' timesteps. A longer one would stand still."""


_Range = tuple[str, float, float, float]
"""A setting's name, its value, the least and the most that it may be."""


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """Why a request cannot be carried out, in the words of `Failed`."""

    reason: FailureReason
    facts: dict[str, str] = {}


def fault_in(request: Request) -> Fault | None:
    """The first fault that shows without a model. The bot asks before it promises, the trainer before it begins."""
    match request:
        case CreateRequest():
            return _fault_in_word(request)
        case TrainRequest():
            return _fault_in_word(request) or _fault_in_training(request)
        case DrawRequest():
            return _fault_in_drawing(request)


def _fault_in_word(request: CreateRequest | TrainRequest) -> Fault | None:
    if not request.initialization_text.strip():
        return Fault(reason="bad_embedding", facts={"fault": "initialization_text"})
    if not 1 <= request.vectors_per_token <= MOST_VECTORS:
        return Fault(reason="bad_embedding", facts={"fault": "vectors", "vectors": str(request.vectors_per_token)})
    return None


def _fault_in_training(request: TrainRequest) -> Fault | None:
    try:
        parse_schedule(request.learning_rate, request.steps)
    except BadSchedule as fault:
        facts = {"text": request.learning_rate, "problem": fault.problem, "part": fault.part}
        return Fault(reason="bad_learning_rate", facts={**facts, "steps": str(request.steps)})
    nameless = next((line for line in request.template if "[name]" not in line), None)
    if nameless is not None or not request.template:
        return Fault(reason="bad_template", facts={"line": nameless or ""})
    return _fault_in_tuning(request.tuning) or _fault_in_size(request.size, request.size)


def _fault_in_tuning(tuning: Tuning) -> Fault | None:
    ranges: tuple[_Range, ...] = (
        ("accumulation", tuning.accumulation, 1, MOST_ACCUMULATION),
        ("warmup", tuning.warmup, 0, LARGEST_NUMBER),
        ("clip", tuning.clip_norm, 0, LARGEST_NUMBER),
        ("decay", tuning.weight_decay, 0, 1),
        ("min-snr", tuning.min_snr_gamma, 0, LARGEST_NUMBER),
        ("drop", tuning.drop_tags, 0, 1),
        ("patience", tuning.patience, 0, LARGEST_NUMBER),
    )
    if fault := _fault_in_ranges(ranges):
        return fault
    if not _is_pattern(tuning.word_regex):
        return Fault(reason="bad_tuning", facts={"pattern": tuning.word_regex})
    return None


def _fault_in_ranges(ranges: tuple[_Range, ...]) -> Fault | None:
    for name, value, least, most in ranges:
        if not least <= value <= most:  # false for what is not a number, too
            return Fault(reason="bad_tuning", facts={"setting": name, "least": f"{least:.10g}", "most": f"{most:.10g}"})
    return None


def _is_pattern(text: str) -> bool:
    try:
        re.compile(text)
    except (re.error, RecursionError, OverflowError):
        return False
    return len(text) <= LONGEST_PATTERN


def _fault_in_drawing(request: DrawRequest) -> Fault | None:
    longest = max(len(request.prompt), len(request.negative_prompt))
    if longest > LONGEST_PROMPT:
        return Fault(reason="prompt_too_long", facts={"characters": str(longest)})
    return (
        _fault_in_names(request)
        or _fault_in_ranges(_drawing_ranges(request))
        or _fault_in_size(request.width, request.height)
        or (_fault_in_hires(request, request.hires) if request.hires is not None else None)
    )


def _fault_in_names(request: DrawRequest) -> Fault | None:
    try:
        read_sampler(request.sampler)
    except UnknownSampler:
        return Fault(reason="unknown_sampler", facts={"sampler": request.sampler})
    try:
        read_schedule(request.schedule)
    except UnknownSchedule:
        return Fault(reason="unknown_sampler", facts={"schedule": request.schedule})
    return None


def _fault_in_hires(request: DrawRequest, hires: Hires) -> Fault | None:
    try:
        read_upscaler(hires.upscaler)
    except UnknownUpscaler:
        return Fault(reason="unknown_upscaler", facts={"upscaler": hires.upscaler})
    steps = hires.steps or request.steps
    ranges: tuple[_Range, ...] = (
        ("hires", hires.scale, 1, LARGEST_SCALE),
        ("hires-steps", steps, 0, MOST_HIRES_STEPS),
        ("hires-strength", hires.strength, max(WEAKEST_HIRES, steps / LONGEST_SCHEDULE), 1),
    )
    return _fault_in_ranges(ranges) or _fault_in_size(*hires.resize) or _fault_in_larger(request, hires)


def _fault_in_larger(request: DrawRequest, hires: Hires) -> Fault | None:
    """Known only when the first size is said; the trainer asks again with the model's own."""
    if not (request.width and request.height):
        return None
    first = request.width, request.height
    covering, larger, *_ = enlargement_of(first, hires.scale, hires.resize, SIDE_MULTIPLE)
    if not all(_can_be_drawn(side) for side in larger):
        return _bad_size(*larger)
    return _bad_size(*covering) if max(covering) > LARGEST_COVERING else None


def _drawing_ranges(request: DrawRequest) -> tuple[_Range, ...]:
    seed_resize = request.seed_resize_from or (SIDE_MULTIPLE, SIDE_MULTIPLE)
    return (
        ("steps", request.steps, 1, MOST_DRAWING_STEPS),
        ("seed", request.seed, 0, LARGEST_SEED),
        ("variation-seed", request.variation_seed or 0, 0, LARGEST_SEED),
        ("ensd", request.ensd, -LARGEST_SEED, LARGEST_SEED),
        ("count", request.count, 1, MOST_PICTURES),
        ("cfg", request.guidance_scale, -STRONGEST_GUIDANCE, STRONGEST_GUIDANCE),
        ("clip-skip", request.clip_skip, 1, MOST_CLIP_SKIP),
        ("eta", 0 if request.eta is None else request.eta, 0, 1),
        ("variation", request.variation_strength, 0, 1),
        ("strength", request.strength, 0, 1),
        *(("seed-resize", side, SIDE_MULTIPLE, LARGEST_SIDE) for side in seed_resize),
    )


def _fault_in_size(width: int, height: int) -> Fault | None:
    if _side_fits(width) and _side_fits(height):
        return None
    return _bad_size(width, height)


def _bad_size(width: int, height: int) -> Fault:
    return Fault(reason="bad_size", facts={"width": str(width), "height": str(height)})


def _side_fits(side: int) -> bool:
    return side == 0 or _can_be_drawn(side)


def _can_be_drawn(side: int) -> bool:
    return SMALLEST_SIDE <= side <= LARGEST_SIDE and side % SIDE_MULTIPLE == 0
