"""Words that were made elsewhere: files from chat, or a concept from the hub, into a person's library."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import discord

from bot.chat.service import Service
from bot.errors import (
    BadName,
    ConceptsNotAllowed,
    FileTooBig,
    NameForSeveral,
    NameTwice,
    NotAConcept,
    NothingToImport,
    Refusal,
    StillLoading,
    TooManyWords,
)
from bot.features.embeddings.widths import check_widths
from bot.files.attachments import original_name, sent
from bot.files.looking import Looked
from bot.files.uploads import MEGABYTE
from bot.library.embeddings import Word
from bot.texts.names import FILE_NAME_LIMIT, check_name
from bot.texts.spelling import key
from trainer.protocol import Ready, SeenFile

LARGEST_FILE = 64
"""Megabytes; what the reader takes at most."""
MOST_WORDS = 50
"""In one import."""
_CONCEPT = re.compile(r"\b[\w.-]{1,96}\b/\b[\w.-]{1,96}\b", re.ASCII)
_NO_CONCEPT = re.compile(r"--|\.\.|\.git$")
"""The hub has no such names, and its library refuses to ask for them."""


@dataclass(frozen=True)
class Import:
    """What a person wants to import. One of `attachments` and `concept` is empty."""

    attachments: Sequence[discord.Attachment]
    concept: str
    name: str
    note: str
    private: bool = False
    """Sent in the private chat."""


@dataclass(frozen=True)
class Imported:
    """What became of it."""

    kept: tuple[tuple[Word, SeenFile], ...]
    refused: tuple[Refusal, ...]


async def import_words(service: Service, wish: Import, person_id: int) -> Imported:
    """Fetches, looks, checks and keeps each word. Raises the Refusal that leaves nothing to keep."""
    ready = await _checked(service, wish, person_id)
    async with service.readings.turn(person_id), service.looking.desk() as desk:
        inbox, outbox = desk / "in", desk / "out"
        inbox.mkdir()
        outbox.mkdir()
        await _fetch(service, wish, inbox, person_id)
        named = (f"--name={check_name(wish.name)}",) if wish.name else ()
        files = sorted(path for path in inbox.glob("[!.]*") if path.is_file()) + sorted(inbox.glob("[0-9]/*"))
        options = ("--write=own", f"--to={outbox}", *named)
        looked = await service.looking.look(files, *options, person_id=person_id)
        _check_count(looked, wish)
        private = await service.library.private_keys(person_id)
        fates = [await _fate(service, wish, ready, seen, person_id, private) for seen in _each_once(looked)]
    kept = tuple(fate for fate in fates if not isinstance(fate, Refusal))
    refused = (*looked.refused, *(fate for fate in fates if isinstance(fate, Refusal)))
    if not kept and len(refused) == 1:
        raise refused[0]
    return Imported(kept, refused)


async def _checked(service: Service, wish: Import, person_id: int) -> Ready:
    """What shows before anything is fetched."""
    if wish.concept and not service.limits.allow_concepts:
        raise ConceptsNotAllowed
    if wish.concept and not is_concept(wish.concept):
        raise NotAConcept(name=wish.concept)
    if not wish.concept and not wish.attachments:
        raise NothingToImport
    for attachment in wish.attachments:
        if attachment.size > LARGEST_FILE * MEGABYTE:
            megabytes = -(-attachment.size // MEGABYTE)
            raise FileTooBig(file=original_name(attachment), megabytes=megabytes, limit=LARGEST_FILE)
    if wish.name:
        await service.library.check_free(check_name(wish.name), person_id)
    if service.dispatch.ready is None:
        raise StillLoading
    return service.dispatch.ready


def is_concept(name: str) -> bool:
    """Whether a name can be one of the hub's."""
    return bool(_CONCEPT.fullmatch(name)) and not _NO_CONCEPT.search(name)


async def _fetch(service: Service, wish: Import, inbox: Path, person_id: int) -> None:
    """Files of one name go into folders of their own; those of different names lie side by side, as halves have to."""
    if wish.concept:
        await service.looking.fetch(wish.concept, inbox, person_id=person_id)
        return
    times: Counter[str] = Counter()
    for attachment in wish.attachments:
        name = file_name_of(attachment)
        path = inbox / str(times[name.casefold()]) / name
        times[name.casefold()] += 1
        path.parent.mkdir(exist_ok=True)
        async with service.attachments.budget.share(attachment.size):
            await service.attachments.to_file(sent(attachment), path)


def file_name_of(attachment: discord.Attachment) -> str:
    """The upload's own name, as a name that stays in its folder and that a file system takes."""
    name = PurePosixPath(original_name(attachment).replace("\\", "/").replace("\0", "")).name
    name = name.encode(errors="replace")[-FILE_NAME_LIMIT:].decode(errors="ignore")
    return name.strip().lstrip(".") or "file"


def _check_count(looked: Looked, wish: Import) -> None:
    if len(looked.seen) > MOST_WORDS:
        raise TooManyWords(words=len(looked.seen), limit=MOST_WORDS)
    if wish.name and len(looked.seen) > 1:
        raise NameForSeveral(name=wish.name, words=len(looked.seen))


def _each_once(looked: Looked) -> list[SeenFile | NameTwice]:
    """Two words of one name were written over each other, so that neither can be trusted to be itself."""
    times = Counter(key(seen.name) for seen in looked.seen)
    single: list[SeenFile | NameTwice] = [seen for seen in looked.seen if times[key(seen.name)] == 1]
    return [*single, *(NameTwice(name=name) for name, count in times.items() if count > 1)]


async def _fate(
    service: Service, wish: Import, ready: Ready, seen: SeenFile | NameTwice, person_id: int, private: frozenset[str]
) -> tuple[Word, SeenFile] | Refusal:
    if isinstance(seen, NameTwice):
        return seen
    try:
        check_widths(seen, ready)
        word = _word(seen, wish, person_id, private)
        word = await service.library.add(word, Path(seen.written[0]))
    except Refusal as refusal:
        return refusal
    return word, seen


def _word(seen: SeenFile, wish: Import, person_id: int, private: frozenset[str]) -> Word:
    """`private` are the person's private words: a file that is called like one was most likely sent to them by us.

    Raises BadName; also for a name that would have to be changed, because its file is written under it.
    """
    if check_name(seen.name) != seen.name:
        raise BadName(name=seen.name, reason="characters", characters=" ")
    return Word(
        name=seen.name,
        owner_id=person_id,
        vectors=seen.vectors,
        step=seen.step or 0,
        model=seen.model,
        model_hash=seen.model_hash,
        origin=wish.concept or Path(seen.file).name,
        note=wish.note or None,
        private=wish.private or key(Path(seen.file).stem) in private,
    )
