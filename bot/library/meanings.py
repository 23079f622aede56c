"""Which words a person's prompts mean: of one name the nearest, their own, then the server's, then the operator's."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Sequence, Set
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from bot.access import Actor, Thing, owns
from bot.db.database import Database
from bot.files.hashes import FileHashes
from bot.library.mentions import may_be_meant
from bot.library.shelf import PICTURES, SUFFIXES
from bot.library.whose import ChosenWord, Whose
from bot.library.word_files import WordFiles
from bot.texts.spelling import key
from trainer.protocol import LARGEST_WORD_FILE, WordFile, partner_stems

_Files: TypeAlias = list[tuple[str, Path]]


class Meant(NamedTuple):
    """Files of words, each as it is now, of one name's the preferred first; and names that could have meant others."""

    files: tuple[WordFile, ...]
    chosen: tuple[ChosenWord, ...]


async def usable_words(database: Database, files: WordFiles, actor: Actor) -> tuple[str, ...]:
    """Names that this person's prompts may use here and now, file or not: their own, those shared here, the operator's.

    Names that are not among them are plain text, whatever becomes of them while the prompt is drawn.
    """
    own, shared = await _rows(database, actor)
    everybodys = await asyncio.to_thread(files.of, None, (*SUFFIXES, *PICTURES))
    return (*(row["name"] for row in (*own, *shared)), *dict.fromkeys(stem for stem, _ in everybodys))


async def words_meant(
    database: Database, files: WordFiles, hashes: FileHashes, actor: Actor, prompts: Sequence[str]
) -> Meant:
    """What this person's prompts may mean here and now."""
    own, shared = await _rows(database, actor)
    return await asyncio.to_thread(_meant, files, hashes, own, shared, prompts)


async def _rows(database: Database, actor: Actor) -> tuple[list[Any], list[Any]]:
    """Of the person's own words and of those that others share here.

    Of two with one key, from before names were compared so, a prompt could mean either, and means none.
    """
    rows = [
        row
        async for row in database.queries.embeddings_usable_by(
            database.reader, person_id=actor.person_id, guild_id=actor.guild_id
        )
    ]
    own = [row for row in rows if owns(actor.person_id, Thing(row["owner_id"]))]
    return _unlike(own), _unlike([row for row in rows if row not in own])


def _unlike(rows: list[Any]) -> list[Any]:
    keys = [row["key"] for row in rows]
    return [row for row in rows if keys.count(row["key"]) == 1]


def _meant(
    files: WordFiles, hashes: FileHashes, own: Sequence[Any], shared: Sequence[Any], prompts: Sequence[str]
) -> Meant:
    rings: dict[Whose, _Files] = {
        "own": _of_people(files, own),
        "server": _of_people(files, shared),
        "operator": files.of(None, (*SUFFIXES, *PICTURES)),
    }
    in_sight = Counter(folded for ring in rings.values() for folded in {key(stem) for stem, _ in ring})
    found: list[tuple[str, Path]] = []
    chosen: list[ChosenWord] = []
    taken: set[str] = set()
    for whose, ring in rings.items():
        meant = _named_in(ring, prompts, taken)
        named = {key(stem): stem for stem, _ in reversed(ring)}
        chosen += [ChosenWord(named[folded], whose) for folded in sorted(meant) if in_sight[folded] > 1]
        found += [(stem, path) for stem, path in ring if key(stem) in meant]
        taken |= meant
    named_files = (WordFile(name=stem, path=str(path), sha256=_sha256(path, hashes)) for stem, path in found)
    return Meant(tuple(named_files), tuple(chosen))


def _of_people(files: WordFiles, rows: Sequence[Any]) -> _Files:
    """Files that have a row; what else lies in a person's folder was left by something that was cut short."""
    names: defaultdict[int, set[str]] = defaultdict(set)
    for row in rows:
        names[row["owner_id"]].add(row["key"])
    return [(stem, path) for owner_id in names for stem, path in files.of(owner_id) if key(stem) in names[owner_id]]


def _named_in(ring: _Files, prompts: Sequence[str], taken: Set[str]) -> set[str]:
    """Keys of the names that the prompts may mean, and of the second files of those that come in two.

    `taken` are keys of nearer words; the second file of one that is farther is not theirs.
    """
    stems = {stem.lower() for stem, _ in ring}
    meant = {name for name in may_be_meant(stems, prompts) if key(name) not in taken}
    meant |= stems & {stem for name in meant for stem in partner_stems(name)}
    return {key(name) for name in meant} - taken


def _sha256(path: Path, hashes: FileHashes) -> str:
    """Nothing for a file that the trainer will not read either, and says why."""
    try:
        return hashes.of(path) if path.stat().st_size <= LARGEST_WORD_FILE else ""
    except OSError:
        return ""
