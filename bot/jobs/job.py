"""A job: what a person asked for, and how it stands. No input or output here."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Literal, NamedTuple

import msgspec

from bot.access import Thing
from bot.library.whose import ChosenWord
from trainer.protocol import CreateRequest, DrawnPicture, DrawRequest, ReadPart, Request, StartText, TrainRequest, Word


class Kind(StrEnum):
    CREATE = "create"
    TRAIN = "train"
    DRAW = "draw"


class KindRow(NamedTuple):
    request: type[Request]
    place: Literal["runs", "drawings"]
    """Whose places at the worker it takes."""
    quota: Literal["runs", "drawings"]
    """As what a person's waiting jobs count."""


KINDS: Mapping[Kind, KindRow] = {
    Kind.CREATE: KindRow(CreateRequest, place="drawings", quota="runs"),
    Kind.TRAIN: KindRow(TrainRequest, place="runs", quota="runs"),
    Kind.DRAW: KindRow(DrawRequest, place="drawings", quota="drawings"),
}
"""What it shows is `messages` of the feature that offers it; what carries it out, `Engine._start`."""


class State(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


TRANSITIONS: dict[State, frozenset[State]] = {
    State.QUEUED: frozenset({State.RUNNING, State.CANCELLED}),
    State.RUNNING: frozenset({State.PAUSED, State.QUEUED, State.SUCCEEDED, State.FAILED, State.CANCELLED}),
    State.PAUSED: frozenset({State.RUNNING, State.QUEUED, State.SUCCEEDED, State.FAILED, State.CANCELLED}),
    State.SUCCEEDED: frozenset(),
    State.FAILED: frozenset(),
    State.CANCELLED: frozenset(),
}
"""Drawn in docs/architecture.md; a test compares the two. An attempt that is lost puts its job back in the queue."""

ENDED = frozenset(state for state, following in TRANSITIONS.items() if not following)
HELD = frozenset({State.RUNNING, State.PAUSED})
"""States in which an attempt holds the job."""


class ShownPreview(msgspec.Struct, frozen=True):
    step: int
    path: str


class Report(msgspec.Struct, frozen=True):
    """How a job stands, as its card tells it."""

    phase: str = "waiting"
    """`waiting`, `preparing`, `working`: finer than the state, for the card only."""
    step: int = 0
    steps: int = 0
    loss: float | None = None
    learning_rate: float | None = None
    seconds_per_step: float | None = None
    sharing: int = 0
    validation: float | None = None
    validation_step: int = 0
    first_validation: float | None = None
    """At step 0: of what the run goes on from."""
    best_validation: float | None = None
    best_step: int = 0
    norm: float | None = None
    """Of the vectors, in lengths of the vocabulary's."""
    held_back: int | None = None
    """Pictures that only measure; None until the pictures are read."""
    easing: str | None = None
    """What was given up last, because the device's memory did not suffice."""
    examples: int = 0
    """At most so many in a pass since then."""
    previews: tuple[ShownPreview, ...] = ()
    no_preview: int | None = None
    """The step whose preview was no picture, until a later one is."""
    curve: str | None = None
    snapshot: str | None = None
    strip: str | None = None
    film: str | None = None
    best: str | None = None
    """The file of the best step, where it is not the last."""
    before: str | None = None
    """A copy of the file that the run goes on from."""
    start: StartText | None = None
    """How its initialization text was read."""
    lost_steps: int = 0
    """It had to begin again from step 0, and had made so many before."""
    failure: str | None = None
    facts: dict[str, str] = {}
    recovered: bool = False
    """An attempt was lost and the job went on: the card says so."""
    killed: int = 0
    """Attempts in a row, without a step gained, in whose work the trainer was killed from outside."""
    coarse: ShownPreview | None = None
    """How the first picture of a drawing looks by now."""
    pictures: tuple[DrawnPicture, ...] = ()
    tokens: int = 0
    windows: int = 0
    words: tuple[Word, ...] = ()
    unreadable: tuple[str, ...] = ()
    reading: tuple[ReadPart, ...] = ()
    not_used: tuple[str, ...] = ()
    chosen: tuple[ChosenWord, ...] = ()
    """Of the words that the prompts of a drawing may mean: those that were the nearest of several of their name."""
    model: str | None = None
    model_hash: str | None = None
    """The model that the worker of this job had loaded."""

    @property
    def stays(self) -> bool:
        """What the run went on from stays the word: it measured better, or what was learned was never measured."""
        if self.before is None:
            return False
        if self.first_validation is None or self.validation is None or not self.validation_step:
            return True
        return self.validation > self.first_validation


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """One row of `jobs`. Times are seconds since 1970; ids are Discord's."""

    id: int
    kind: Kind
    state: State
    owner_id: int
    guild_id: int | None
    channel_id: int
    locale: str
    """Of the public card: the server's, or the person's in a private chat."""
    interaction_id: int
    request: Request
    stop_wanted: bool = False
    pause_wanted: bool = False
    attempt: str | None = None
    event: int = 0
    """Number of the last event applied of this attempt."""
    lost_attempts: int = 0
    """Attempts lost in a row without a step gained."""
    resume_from: str | None = None
    report: Report = Report()
    revision: int = 1
    shown_revision: int = 0
    """The card shows this revision; it is behind while smaller than `revision`."""
    message_id: int | None = None
    thread_id: int | None = None
    created_at: float
    started_at: float | None = None
    ended_at: float | None = None

    @property
    def ended(self) -> bool:
        return self.state in ENDED

    @property
    def suspect(self) -> bool:
        """A trainer died in its work, perhaps because of it: its passes are made apart from others'."""
        return bool(self.lost_attempts or self.report.killed)

    @property
    def name(self) -> str | None:
        """The embedding that the job makes; None for a drawing."""
        return None if isinstance(self.request, DrawRequest) else self.request.name

    @property
    def unchecked(self) -> bool:
        """No safety checker has seen its pictures: they are for age-restricted channels."""
        return isinstance(self.request, DrawRequest | TrainRequest) and self.request.allow_unsafe

    @property
    def withheld(self) -> bool:
        """Its pictures are not for the place where it is told of: its channel was lost, and a private chat got it."""
        return self.unchecked and self.guild_id is None


def kind_of(request: Request) -> Kind:
    return next(kind for kind, row in KINDS.items() if row.request is type(request))


def of_job(job: Job) -> Thing:
    """A job, as `access.py` judges it."""
    return Thing(job.owner_id, frozenset() if job.guild_id is None else frozenset({job.guild_id}))
