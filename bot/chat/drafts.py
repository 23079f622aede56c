"""What a person has given so far, in a row that a form or a button names: no refusal and no restart loses it.

Only the interaction in which it was given changes a draft. Whoever edits one sends a form, and what comes of that is a
draft of its own; so two windows with the same form do not meet.
"""

import time
from collections.abc import Callable
from typing import Literal, TypeAlias

import msgspec

from bot.chat.wishes import DrawingWish, TrainingWish
from bot.db.database import Database
from bot.db.stored import Plain, Stored, UnreadableValue
from bot.errors import UnreadableDraft
from bot.files.attachments import SentFile
from bot.jobs.stored_paths import in_request, request_with_paths_inside
from trainer.protocol import Request

KEPT_SECONDS = 24 * 3600
GRACE_SECONDS = 3600
"""A row stays longer than its draft can be found, so that nothing of one that was found just in time is swept away."""


class KeptPicture(msgspec.Struct, frozen=True):
    """A picture that was read and is stored, by the hashes of its pixels' file and of its opacity's."""

    sha256: str
    file_name: str
    alpha: str = ""
    caption: str | None = None


class TrainingDraft(msgspec.Struct, frozen=True, tag="training"):
    wish: TrainingWish
    pictures: tuple[KeptPicture, ...] = ()
    waiting: tuple[SentFile, ...] = ()
    """Pictures and captions that were not fetched yet."""
    template: SentFile | None = None
    """The person's own template, not fetched yet."""
    lines: str = ""
    """Settings as they were typed, where they could not be read."""
    shown_for: str = ""
    """The word for which its person chose where the run is shown; a form that did not know it yet said "here"."""
    asked_by: str = ""
    """The token by which the question of consent, or of where, can be edited, for the quarter of an hour that Discord
    knows it."""


class DrawingDraft(msgspec.Struct, frozen=True, tag="drawing"):
    wish: DrawingWish
    picture: KeptPicture | None = None
    waiting: SentFile | None = None
    """A picture to draw over that was not fetched yet; it takes the place of `picture`."""


class RequestDraft(msgspec.Struct, frozen=True, tag="request"):
    """A checked request that waits for its person to press a button."""

    request: Request


class RunDraft(msgspec.Struct, frozen=True, tag="run"):
    """What was typed into a form about a run that is there already."""

    form: Literal["change", "further"]
    job_id: int
    steps: str
    rate: str


Draft: TypeAlias = TrainingDraft | DrawingDraft | RequestDraft | RunDraft


def _with_shown_for(plain: Plain) -> None:
    """Version 2. Nobody was asked of a word, so that all are asked now."""


def _in_draft(plain: Plain, change: Callable[[str], str]) -> None:
    if plain.get("type") == "request":
        in_request(plain["request"], change)


def _with_paths_inside(plain: Plain) -> None:
    """Version 3."""
    if plain.get("type") == "request":
        request_with_paths_inside(plain["request"])


DRAFT: Stored[Draft] = Stored(Draft, (_with_shown_for, _with_paths_inside), _in_draft)


class Drafts:
    """Each draft is named by the interaction in which it was given, and only its owner finds it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, draft_id: int, owner_id: int, draft: Draft) -> None:
        """For a day, in place of what this interaction kept before. Removes what is long older."""
        now = time.time()
        async with self._database.transaction() as queries:
            await queries.delete_old_drafts(self._database.connection, before=now - KEPT_SECONDS - GRACE_SECONDS)
            await queries.add_draft(
                self._database.connection,
                id=draft_id,
                owner_id=owner_id,
                content=DRAFT.text(draft, self._database.folder),
                created_at=now,
            )

    async def find(self, draft_id: int, owner_id: int) -> Draft | None:
        """None when it is gone or somebody else's. Raises UnreadableDraft."""
        row = await self._database.queries.draft_by_id(
            self._database.reader, id=draft_id, owner_id=owner_id, after=time.time() - KEPT_SECONDS
        )
        return None if row is None else self._read(row["content"])

    async def move(self, draft_id: int, new_id: int, owner_id: int) -> Draft | None:
        """Finds it once, for the interaction that goes on with it: of two presses at the same moment one gets it.

        Raises UnreadableDraft.
        """
        async with self._database.transaction() as queries:
            row = await queries.move_draft(
                self._database.connection,
                id=draft_id,
                new_id=new_id,
                owner_id=owner_id,
                after=time.time() - KEPT_SECONDS,
            )
        return None if row is None else self._read(row["content"])

    async def drop(self, draft_id: int) -> None:
        """What its person does not want any more."""
        async with self._database.transaction() as queries:
            await queries.delete_draft(self._database.connection, id=draft_id)

    def _read(self, content: str) -> Draft:
        try:
            return DRAFT.read(content, self._database.folder)
        except UnreadableValue as error:
            raise UnreadableDraft from error
