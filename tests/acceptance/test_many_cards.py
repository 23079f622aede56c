"""Cards of many people in one channel, where Discord lets through five edits in five seconds."""

import sqlite3
from contextlib import closing
from pathlib import Path

from tests.acceptance.stage import Stage, pictures, stage, text_of
from tests.sandboxed import Json

PEOPLE = 16


async def test_an_end_is_shown_before_places_in_line(tmp_path: Path) -> None:
    async with stage(tmp_path, "--people", str(PEOPLE), EMBEDSMITH_RUNS_AT_ONCE="1") as played:
        names = list(played.sandbox.people)
        last = f"**word-{PEOPLE - 1}**"
        agreed(played)
        for number, person in enumerate(names):
            options = {"name": f"word-{number}", "from": "emoji", "steps": 5000, "batch_size": 1}
            await played.sandbox.run("embed train", options, pictures("owl", 1), person=person)
        cards = [await played.card(f"word-{number}") for number in range(len(names))]
        await played.press(cards[1], "Cancel", person=names[1])  # each of the others moves up by one
        await played.sandbox.until_message("general", lambda message: "**word-1** · cancelled" in text_of(message))
        before = len(edits(await played.sandbox.traffic()))
        await played.press(cards[-1], "Cancel", person=names[-1])
        await played.sandbox.until_message("general", lambda message: f"{last} · cancelled" in text_of(message))
        edited = edits(await played.sandbox.traffic())[before:]
        assert edited.index(cards[-1]["id"]) < PEOPLE / 2, "it came after the others' places in line"


def edits(traffic: list[Json]) -> list[str]:
    """The messages that were edited, one after the other."""
    edited = [each for each in traffic if each["method"] == "PATCH" and each["status"] == 200]
    return [each["path"].rpartition("/")[2] for each in edited if "/channels/" in each["path"]]


def agreed(played: Stage) -> None:
    """Everybody has given the consent that training asks for."""
    with closing(sqlite3.connect(played.data / "embedsmith.sqlite3")) as database, database:
        ids = [(int(identity), 0.0) for identity in played.sandbox.people.values()]
        database.executemany("INSERT INTO consents (person_id, given_at) VALUES (?, ?)", ids)
