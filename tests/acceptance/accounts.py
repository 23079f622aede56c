"""What became of everything that people asked for: read from the rows, and from what each of them sees."""

import asyncio
import io
import re
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from PIL import Image

from bot.jobs.job import ENDED, Kind, Report, State
from bot.jobs.rows import REPORT, REQUEST
from tests.acceptance.crowd import PUBLIC, TAG, Hostile, Person
from tests.acceptance.stage import Stage, text_of
from tests.sandboxed import PATIENCE, Json
from trainer.protocol import CreateRequest, DrawRequest, Request, TrainRequest

EPHEMERAL = 1 << 6
_MENTION = re.compile(r"<@(\d+)>")
_NAME = {Kind.CREATE: "name", Kind.TRAIN: "name", Kind.DRAW: "prompt"}


class Asked(NamedTuple):
    """One row of `jobs`, and whether everything about it has been told."""

    number: int
    kind: Kind
    state: State
    owner: str
    tag: str
    request: Request
    report: Report
    card: str | None
    told: bool


@dataclass
class Account:
    """Sentences about what went wrong, by kind; empty is well."""

    asked: int = 0
    promised: int = 0
    accepted: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    wrong_owner: list[str] = field(default_factory=list)
    innocent_failed: list[str] = field(default_factory=list)


async def settled(played: Stage, people: Sequence[Person]) -> None:
    """Returns when every innocent's job has ended and has been told of, or when nothing more happens for that."""
    innocent = {played.sandbox.people[each.name] for each in people if not isinstance(each, Hostile)}
    now = asyncio.get_running_loop().time
    before, moved_at = -1, now()
    while now() - moved_at < PATIENCE:
        mine = [job for job in jobs(played) if job.owner in innocent]
        settled_jobs = sum(job.state in ENDED and job.told for job in mine)
        if settled_jobs == len(mine):
            return
        if settled_jobs != before:
            before, moved_at = settled_jobs, now()
        await asyncio.sleep(0.5)


def jobs(played: Stage) -> list[Asked]:
    """Every job there is, the oldest first."""
    query = """
        SELECT id, kind, state, owner_id, request, report, message_id, shown_revision >= revision AND NOT EXISTS (
            SELECT 1 FROM outbox WHERE job_id = jobs.id AND closed_at IS NULL) FROM jobs ORDER BY id
    """
    with closing(sqlite3.connect(f"file:{played.data / 'embedsmith.sqlite3'}?mode=ro", uri=True)) as database:
        return [_asked(played.data, *row) for row in database.execute(query)]


def _asked(
    data: Path, number: int, kind: str, state: str, owner: int, request: str, report: str, card: int | None, told: int
) -> Asked:
    wanted = REQUEST.read(request, data)
    told_of = wanted.prompt if isinstance(wanted, DrawRequest) else wanted.name
    found = TAG.search(told_of)
    reported = REPORT.read(report, data)
    tag = found[0] if found else ""
    return Asked(number, Kind(kind), State(state), str(owner), tag, wanted, reported, card and str(card), bool(told))


async def account(played: Stage, people: Sequence[Person]) -> Account:
    """Compares the promises, the rows and what stands in the channels."""
    made = Account(asked=sum(each.asked for each in people), promised=sum(len(each.promised) for each in people))
    rows = jobs(played)
    made.accepted = len(rows)
    seen = {channel: await played.sandbox.messages(channel) for channel in PUBLIC}
    cards = {message["id"]: message for messages in seen.values() for message in messages if _is_public(message)}
    for person in people:
        if not isinstance(person, Hostile):
            _follow(made, person, [row for row in rows if row.owner == played.sandbox.people[person.name]], cards)
        _look_for_strangers(made, person, await played.sandbox.messages(person.channel, person=person.name))
    _look_at_owners(made, played, people, rows, seen)
    await _look_into_pictures(made, played, cards)
    return made


def _is_public(message: Json) -> bool:
    return not message["flags"] & EPHEMERAL and message["author"].get("bot", False)


def _follow(made: Account, person: Person, rows: list[Asked], cards: dict[str, Json]) -> None:
    """Each promise has its row, each row its one card and its end."""
    by_tag = defaultdict(list)
    for row in rows:
        by_tag[row.tag].append(row)
    made.lost += [f"{tag} was accepted and has no row" for tag in sorted(person.promised - by_tag.keys())]
    made.doubled += [f"{tag} has {len(same)} rows" for tag, same in by_tag.items() if len(same) > 1]
    shown = Counter(_what(message) for message in cards.values())
    for row in rows:
        made.doubled += [
            f"{what} {row.tag} was told {n} times" for (what, tag), n in shown.items() if tag == row.tag if n > 1
        ]
        if row.state in (State.FAILED, State.CANCELLED):
            made.innocent_failed.append(f"{row.kind} {row.tag} {row.state}: {row.report.failure} {row.report.facts}")
        elif row.state is not State.SUCCEEDED:
            made.lost.append(f"{row.kind} {row.tag} is still {row.state} ({row.report.phase})")
        elif not row.told or not _is_shown(row, cards):
            card = cards.get(row.card or "")
            made.lost.append(f"{row.kind} {row.tag} is done, and its card does not show it: {card and text_of(card)}")


def _is_shown(row: Asked, cards: dict[str, Json]) -> bool:
    card = cards.get(row.card or "")
    if card is None or row.tag not in text_of(card):
        return False
    match row.request:
        case DrawRequest(count=count):
            return len(card["attachments"]) == count
        case TrainRequest():
            handed = [message for message in cards.values() if _what(message) == ("result", row.tag)]
            files = [file["filename"] for message in handed for file in message["attachments"]]
            return "✓" in text_of(card) and f"{row.tag}.pt" in files
        case CreateRequest():
            return f"**{row.tag}**" in text_of(card)


def _what(message: Json) -> tuple[str, str]:
    """Card or result, and of what."""
    text = text_of(message)
    found = TAG.search(text)
    return "result" if text.startswith("<@") else "card", found[0] if found else ""


def _look_for_strangers(made: Account, person: Person, messages: list[Json]) -> None:
    """What only this person sees must be about what is theirs."""
    for message in messages:
        if message["flags"] & EPHEMERAL:
            for number in set(TAG.findall(text_of(message))) - {f"{person.number:02}"}:
                made.wrong_owner.append(f"{person.name} was told of p{number}: {text_of(message)[:200]}")


def _look_at_owners(
    made: Account, played: Stage, people: Sequence[Person], rows: list[Asked], seen: dict[str, list[Json]]
) -> None:
    """Rows, pictures to learn from and public messages go with the person whose tag they carry."""
    by_number = {f"{each.number:02}": each for each in people}
    for row in rows:
        given = [picture.file_name for picture in row.request.pictures] if isinstance(row.request, TrainRequest) else []
        for number in {number for text in (row.tag, *given) for number in TAG.findall(text)}:
            if row.owner != played.sandbox.people[by_number[number].name]:
                made.wrong_owner.append(f"job {row.number} of {row.owner} has what p{number} gave")
    for channel, messages in seen.items():
        for message in filter(_is_public, messages):
            for number in set(TAG.findall(text_of(message))):
                owner = by_number[number]
                strangers = set(_MENTION.findall(text_of(message))) - {played.sandbox.people[owner.name]}
                if strangers or channel != owner.channel:
                    made.wrong_owner.append(f"in {channel}, for {strangers}: {text_of(message)[:200]}")


async def _look_into_pictures(made: Account, played: Stage, cards: dict[str, Json]) -> None:
    """Pictures carry the prompt they were drawn from; it is their card's."""
    for message in cards.values():
        what, tag = _what(message)
        drawn = [file for file in message["attachments"] if file["filename"].startswith("embedsmith-")]
        for file in drawn:
            with Image.open(io.BytesIO(await played.sandbox.fetch(file["url"]))) as picture:
                carried = TAG.search(picture.info.get("parameters", ""))
            if carried is None or carried[0] != tag:
                made.wrong_owner.append(f"the {what} of {tag} shows a picture of {carried and carried[0]}")
