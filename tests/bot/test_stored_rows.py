"""Rows outlive releases: what any of them wrote is read by this one, and no shape changes unnoticed."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bot.chat.drafts import DRAFT
from bot.db.database import migrations, open_database
from bot.db.stored import NewerValue, Stored, UnreadableValue, inside, whole
from bot.jobs.rows import job_from
from tests.bot.stored_rows import DATA, EXAMPLES, ROWS, STORED, folder_of, shape_file, shape_of

RECORDED = [
    pytest.param(what, path, id=str(path.relative_to(ROWS)))
    for what in STORED
    for path in (ROWS / what).rglob("*.json")
]
SCHEMAS = sorted(ROWS.glob("schema-*.sql"))


@pytest.mark.parametrize(("what", "path"), RECORDED)
def test_what_a_release_wrote_is_read(what: str, path: Path) -> None:
    stored = STORED[what]
    value = stored.read(path.read_text(encoding="utf-8"), DATA)
    assert stored.read(stored.text(value, DATA), DATA) == value


@pytest.mark.parametrize("what", STORED)
def test_what_is_recorded_of_today_is_all_there_is(what: str) -> None:
    stored = STORED[what]
    for name in EXAMPLES[what]:
        recorded = (folder_of(what) / f"{name}.json").read_text(encoding="utf-8")
        written = json.loads(stored.text(stored.read(recorded, DATA), DATA))
        assert written == {"version": 1} | json.loads(recorded)


@pytest.mark.parametrize(("what", "path"), RECORDED)
def test_a_row_follows_its_data_folder(what: str, path: Path) -> None:
    stored, recorded, elsewhere = STORED[what], path.read_text(encoding="utf-8"), Path("/srv/embedsmith")
    value = stored.read(recorded, elsewhere)
    assert str(DATA) not in repr(value)
    assert stored.text(value, elsewhere) == stored.text(stored.read(recorded, DATA), DATA)


@pytest.mark.parametrize("path", ["/data/embeddings/runs.pt", "/data/embeddings/pictures/ab.pt", "/data/runs/1/runs/2"])
def test_a_path_is_relative_to_the_folder_that_holds_it(path: str) -> None:
    assert whole(inside(path, Path("/data")), Path("/else")) == f"/else{path.removeprefix('/data')}"
    assert inside(path, Path("/dat")) == path


@pytest.mark.parametrize("what", STORED)
def test_every_path_of_a_value_is_made_relative(what: str) -> None:
    for value in EXAMPLES[what].values():
        assert str(DATA) not in STORED[what].text(value, DATA)
        assert STORED[what].read(STORED[what].text(value, DATA), DATA) == value


@pytest.mark.parametrize("what", STORED)
def test_a_shape_that_changes_is_a_new_version(what: str) -> None:
    """Give its `Stored` one more step, from what was written until now to the new shape; then record it by
    `python -m tests.bot.stored_rows`."""
    assert shape_of(STORED[what]) == msgspec.json.decode(shape_file(what).read_bytes())


@pytest.mark.parametrize("what", STORED)
def test_every_kind_is_recorded(what: str) -> None:
    recorded = [json.loads(path.read_text(encoding="utf-8")) for path in folder_of(what).glob("*.json")]
    assert {value.get("type") for value in recorded} == kinds(STORED[what])


def kinds(stored: Stored[Any]) -> set[Any]:
    shape = msgspec.inspect.type_info(stored.shape)
    members = shape.types if isinstance(shape, msgspec.inspect.UnionType) else [shape]
    return {getattr(member, "tag", None) for member in members}


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda path: path.stem)
async def test_a_database_of_an_earlier_release_is_read(tmp_path: Path, schema: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "e.sqlite3")) as earlier:
        earlier.executescript(schema.read_text(encoding="utf-8"))
        counted = {table: rows_in(earlier, table) for table in ("jobs", "outbox", "embeddings", "shares", "styles")}
    async with open_database(tmp_path / "e.sqlite3") as database:
        jobs = [job_from(row, DATA) for row in await database.connection.execute_fetchall("SELECT * FROM jobs")]
        assert len(jobs) == 7
        assert not [job for job in jobs if str(DATA) not in str(job.resume_from or DATA)]
        drafts = await database.connection.execute_fetchall("SELECT content FROM drafts")
        assert [DRAFT.read(row["content"], DATA) for row in drafts]
    with closing(sqlite3.connect(tmp_path / "e.sqlite3")) as today:
        assert {table: rows_in(today, table) for table in counted} == counted
        assert today.execute("PRAGMA user_version").fetchone() == (len(migrations()),)
        assert today.execute("PRAGMA foreign_key_check").fetchall() == []


def rows_in(database: sqlite3.Connection, table: str) -> int:
    return int(database.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def test_there_are_databases_of_earlier_releases() -> None:
    assert len(SCHEMAS) >= 2


class Once(msgspec.Struct):
    said: str
    loud: bool = False


def named(plain: dict[str, Any]) -> None:
    plain["said"] = plain.pop("words")


def loudly(plain: dict[str, Any]) -> None:
    plain["loud"] = plain["said"].isupper()


STEPPED: Stored[Once] = Stored(Once, (named, loudly))


@pytest.mark.parametrize(
    "text",
    [
        '{"words": "HO"}',
        '{"version": 1, "words": "HO"}',
        '{"version": 2, "said": "HO"}',
        STEPPED.text(Once("HO", loud=True), DATA),
    ],
)
def test_each_version_takes_the_steps_that_it_has_not_taken(text: str) -> None:
    assert STEPPED.read(text, DATA) == Once("HO", loud=True)


@pytest.mark.parametrize("text", ["", "[]", '{"version": 3}', '{"version": "two"}', '{"version": 0}', "{}"])
def test_what_no_release_wrote_is_damaged(text: str) -> None:
    with pytest.raises(UnreadableValue) as error:
        STEPPED.read(text, DATA)
    assert not isinstance(error.value, NewerValue)


def test_what_a_newer_release_wrote_is_told_apart() -> None:
    with pytest.raises(NewerValue):
        STEPPED.read('{"version": 4, "said": "HO"}', DATA)
