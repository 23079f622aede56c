"""What the bot and a trainer say to each other: plain typed messages, nothing heavy behind this import.

`docs/protocol.md` is the authority on every field; a test holds the two together. One message is one line of JSON.
Paths and hashes travel, never pixels. A number that is not finite never travels: it becomes `Failed`. Requests, their
settings and what can be wrong with them have files of their own; here is the one door to them.
"""

from typing import Literal

import msgspec

from trainer.protocol.extra_networks import (
    HYPERNETWORK as HYPERNETWORK,
    ExtraNetwork as ExtraNetwork,
    read_extra_networks as read_extra_networks,
)
from trainer.protocol.faults import (
    FailureReason as FailureReason,
    Fault as Fault,
    fault_in as fault_in,
    too_large_in as too_large_in,
)
from trainer.protocol.file_faults import (
    LARGEST_HYPERNETWORK_FILE as LARGEST_HYPERNETWORK_FILE,
    LARGEST_WORD_FILE as LARGEST_WORD_FILE,
    FileFault as FileFault,
    FileNote as FileNote,
    FileReason as FileReason,
    Remark as Remark,
)
from trainer.protocol.limits import (
    LARGEST_SEED as LARGEST_SEED,
    LARGEST_SIDE as LARGEST_SIDE,
    LONGEST_PROMPT as LONGEST_PROMPT,
    MOST_VECTORS as MOST_VECTORS,
    SIDE_MULTIPLE as SIDE_MULTIPLE,
    SMALLEST_SIDE as SMALLEST_SIDE,
)
from trainer.protocol.pair_names import partner_stems as partner_stems
from trainer.protocol.picture_formats import all_formats as all_formats
from trainer.protocol.requests import (
    SAMPLERS as SAMPLERS,
    SCHEDULE_CHOICES as SCHEDULE_CHOICES,
    CreateRequest as CreateRequest,
    DrawRequest as DrawRequest,
    Request as Request,
    TrainingPicture as TrainingPicture,
    TrainRequest as TrainRequest,
)
from trainer.protocol.setting_values import OneOf as OneOf
from trainer.protocol.settings import (
    DRAWING as DRAWING,
    TRAINING as TRAINING,
    DrawingSettings as DrawingSettings,
    Emphasis as Emphasis,
    Hires as Hires,
    NoiseSource as NoiseSource,
    PictureSettings as PictureSettings,
    Setting as Setting,
    Tuning as Tuning,
)
from trainer.sampling.upscaler_names import (
    UnknownUpscaler as UnknownUpscaler,
    Upscaler as Upscaler,
    read_upscaler as read_upscaler,
    upscalers_with as upscalers_with,
)

PROTOCOL_VERSION = 5


class _Message(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True, kw_only=True):
    """Base of all that crosses the boundary: immutable, tagged with its class name, strict about its fields."""


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


class StartText(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How an initialization text was read. Of more tokens than vectors the first are used."""

    tokens: int
    used: str
    """Those that are, as the vocabulary writes them."""


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
    notes: tuple[Remark, ...]
    written: tuple[str, ...] = ()
    """Paths of the files made of it, if files were asked for."""


class RefusedFile(_Message, frozen=True):
    """A file, or a format, that does not do."""

    file: str
    fault: FileFault


class OpeningFile(_Message, frozen=True):
    """About to be looked into: told before, so that a file that ends its reader is known."""

    file: str


class SeenPicture(_Message, frozen=True):
    """A picture that could be looked into."""

    file: str
    program: str
    """Whose text it is, such as ComfyUI; empty for the web UI's kind of text, which many programs write."""
    text: str | None
    """What it carries, up to 65,536 characters; None where it carries nothing."""
    settings: PictureSettings | None
    """None where the text is no settings, or a graph that is not understood."""


Look = OpeningFile | SeenFile | SeenPicture | RefusedFile

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


class WordFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A file that is a word in prompts, as it was when the job was started."""

    name: str
    path: str
    sha256: str
    """64 hexadecimal digits; empty where the file could not be read, or is too large for a word."""


class HypernetworkFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A file that a `<hypernet:…>` tag names, as it was when the job was started."""

    name: str
    path: str
    sha256: str
    """64 hexadecimal digits; empty where the file could not be read, or is too large for a hypernetwork."""


class Start(_Message, frozen=True):
    """Begin (or go on with) a job. `folder` is the job's own; `resume_from` a checkpoint in it."""

    attempt: str
    job: int
    request: Request
    folder: str
    resume_from: str | None = None
    words: tuple[WordFile, ...] = ()
    """Of a drawing: what its prompts may mean; all else is text. Of one name the first that can be used counts."""
    hypernetworks: tuple[HypernetworkFile, ...] = ()
    """Of a drawing: those that its prompt's tags may name. Of one name the first that can be used counts."""
    owner: str = ""
    """Whose job it is: a key that says nothing else. Passes are shared out between people, not between jobs."""
    alone: bool = False
    """Its passes are shared with nobody: a trainer died in one of them, and it is to be known whose it was."""


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


class Spell(_Message, frozen=True):
    """Ask which names are words of the model's vocabulary: a question, as `Inspect` is."""

    attempt: str
    names: tuple[str, ...]


class Shutdown(_Message, frozen=True):
    """Save every run and exit with code 0."""


Control = Start | Stop | Pause | Resume | PreviewNow | Inspect | Spell | Shutdown

# Trainer → bot ---------------------------------------------------------------------------------------------------


class Ready(_Message, frozen=True):
    """The model is loaded and requests are taken. Only `Loading` is sent before it."""

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
    largest_pixels: int
    """Of one picture that is drawn or learned from: for larger ones the device has not the memory, or not the pace."""


LoadingStep = Literal["program", "download", "weights", "hash", "compile"]


class Loading(_Message, frozen=True):
    """A step of loading begins, or goes on: what may be silent for long. After `Ready`, a further size is compiled."""

    step: LoadingStep


UnusableReason = Literal["model", "device"]
"""No model that can be loaded, or no such device."""


class Unusable(_Message, frozen=True):
    """In place of `Ready`: another try would end the same. `detail` is one sentence for the operator."""

    reason: UnusableReason
    detail: str


class Alive(_Message, frozen=True):
    """The work goes on: told by the loop between passes, and by the model's own blocks within one.

    Before work begins for other attempts than the last, it is told at once: who is named last when a trainer dies is
    whose work it died of.
    """

    attempts: tuple[str, ...] = ()
    """Whose work it is; nobody's while there is nothing to do."""


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
    before: str | None = None
    """A copy of the file that the run goes on from, as it was; None for a run that begins from a text."""
    start: StartText | None = None
    """The text, for one that does."""


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
    """A picture of the run at `step`, and the curve of its losses so far. No path: the picture was no numbers."""

    step: int
    path: str | None
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
    """The run is over. `strip` is before beside after, `film` the previews in order, `snapshot` the embedding.

    A run without a preview has neither strip nor film.
    """

    step: int
    """Fewer than were asked for when the loss no longer fell."""
    snapshot: str
    strip: str | None
    film: str | None
    best: str | None = None
    """The embedding at the step of the lowest validation loss; None when that is the last."""
    best_step: int = 0


class Stopped(_Event, frozen=True):
    """A wish to stop was honoured. For a drawing, nothing was kept; for a run `snapshot` was."""

    step: int
    snapshot: str | None


class Created(_Event, frozen=True):
    """The untrained embedding is in the job's folder."""

    path: str
    vectors: int
    start: StartText | None = None


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


class Spelled(_Message, frozen=True):
    """The answer to `Spell`."""

    attempt: str
    ordinary: tuple[str, ...]
    """Those names that the model reads as one token: prompts may mean the word that it knew before."""


Told = Ready | Loading | Unusable | Alive | Event | Inspected | Spelled
"""All that a trainer may say."""
