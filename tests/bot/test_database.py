"""The SQLite file: kept whole, migrated, refused when it is newer."""

import asyncio
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import replace

from bot.db.database import Database, NewerDatabase, migrations, open_database
from bot.drafts import KEPT_SECONDS, Drafts, RequestDraft
from bot.errors import CannotStore, NameTaken, QuotaReached
from bot.jobs.apply import Change, release
from bot.jobs.job import Kind, State
from bot.jobs.rows import job_by_id, keep_change
from bot.jobs.submit import Asker, Quota, Submissions
from tests.bot.jobs import DRAW, TRAIN

ASKER = Asker(interaction_id=77, owner_id=1, guild_id=2, channel_id=3, locale="zh-CN")


def submissions(database: Database) -> Submissions:
    return Submissions(database, Quota(runs=2, drawings=2))


async def test_a_blank_file_gets_the_newest_schema(tmp_path: Path) -> None:
    path = tmp_path / "e.sqlite3"
    async with open_database(path):
        pass
    with closing(sqlite3.connect(path)) as blank:
        assert blank.execute("PRAGMA user_version").fetchone() == (len(migrations()),)


async def test_a_newer_file_is_refused_untouched(tmp_path: Path) -> None:
    path = tmp_path / "e.sqlite3"
    with closing(sqlite3.connect(path)) as newer:
        newer.execute(f"PRAGMA user_version = {len(migrations()) + 1}")
    with pytest.raises(NewerDatabase):
        async with open_database(path):
            pass


async def test_a_transaction_is_kept_whole_or_not_at_all(tmp_path: Path) -> None:
    async with open_database(tmp_path / "e.sqlite3") as database:
        with pytest.raises(ZeroDivisionError):
            async with database.transaction() as queries:
                await queries.add_consent(database.connection, person_id=1, given_at=0.0)
                raise ZeroDivisionError
        assert not await database.queries.has_consented(database.connection, person_id=1)


@pytest.mark.parametrize("moment", range(16))
async def test_a_task_that_is_cancelled_anywhere_leaves_no_transaction(tmp_path: Path, moment: int) -> None:
    """`moment` counts the turns of the loop until the cancellation, and so walks over every await of a transaction."""
    async with open_database(tmp_path / "e.sqlite3") as database:

        async def work(person: int) -> None:
            async with database.transaction() as queries:
                await queries.add_consent(database.connection, person_id=person, given_at=0.0)
                await queries.add_consent(database.connection, person_id=-person, given_at=0.0)

        for person in range(1, 30):
            task = asyncio.create_task(work(person))
            for _ in range(moment):
                await asyncio.sleep(0)
            task.cancel()
            task.cancel()
            await asyncio.wait([task])
            await work(1000 + person)
            both = [await database.queries.has_consented(database.connection, person_id=p) for p in (person, -person)]
            assert both[0] == both[1], "half a transaction was kept"
        assert not database.connection.in_transaction


async def test_a_cancelled_transaction_is_over_before_the_next_begins(tmp_path: Path) -> None:
    async with open_database(tmp_path / "e.sqlite3") as database:

        async def work(person: int) -> None:
            async with database.transaction() as queries:
                await queries.add_consent(database.connection, person_id=person, given_at=0.0)

        tasks = [asyncio.create_task(work(person)) for person in range(1, 200)]
        await asyncio.sleep(0)
        for task in tasks[::3]:
            task.cancel()
        done, _ = await asyncio.wait(tasks)
        faults = [task.exception() for task in done if not task.cancelled() and task.exception() is not None]
        assert faults == []
        assert await database.queries.has_consented(database.connection, person_id=2)


async def test_a_database_that_another_process_holds_is_a_refusal_that_passes(tmp_path: Path) -> None:
    path = tmp_path / "e.sqlite3"
    async with open_database(path) as database:
        await database.connection.execute("PRAGMA busy_timeout = 20")
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            with pytest.raises(CannotStore) as refused:
                await submissions(database).submit(ASKER, TRAIN)
            assert refused.value.reason == "locked"
            other.execute("COMMIT")
        assert await submissions(database).submit(ASKER, TRAIN)


async def test_a_job_comes_back_as_it_was_kept(tmp_path: Path) -> None:
    async with open_database(tmp_path / "e.sqlite3") as database:
        kept = await submissions(database).submit(ASKER, TRAIN)
    async with open_database(tmp_path / "e.sqlite3") as database:
        found = await job_by_id(database, kept.id)
    assert found is not None
    assert found.request == TRAIN
    assert (found.state, found.kind, found.locale) == (State.QUEUED, Kind.TRAIN, "zh-CN")


async def test_half_a_character_in_a_prompt_is_no_fault(tmp_path: Path) -> None:
    async with open_database(tmp_path / "e.sqlite3") as database:
        asked = replace(DRAW, prompt="a \ud83d cat 猫", negative_prompt="\udc00")
        job = await submissions(database).submit(ASKER, asked)
    assert job.request == replace(DRAW, prompt="a ? cat 猫", negative_prompt="?")


async def test_the_same_interaction_twice_is_one_job(tmp_path: Path) -> None:
    async with open_database(tmp_path / "e.sqlite3") as database:
        first = await submissions(database).submit(ASKER, TRAIN)
        second = await submissions(database).submit(ASKER, TRAIN)
        rows = [row async for row in database.queries.messages_open(database.connection)]
    assert first.id == second.id
    assert [row["key"] for row in rows] == ["card"]


async def test_a_name_is_one_persons_from_the_moment_it_is_asked_for(tmp_path: Path) -> None:
    async with open_database(tmp_path / "e.sqlite3") as database:
        await submissions(database).submit(ASKER, TRAIN)
        with pytest.raises(NameTaken):
            await submissions(database).submit(
                ASKER._replace(interaction_id=78, owner_id=9), replace(TRAIN, name="My-Cat")
            )


async def test_a_name_is_free_again_when_its_run_ends_with_nothing(tmp_path: Path) -> None:
    async with open_database(tmp_path / "e.sqlite3") as database:
        job = await submissions(database).submit(ASKER, TRAIN)
        async with database.transaction() as queries:
            cancelled = replace(job, state=State.CANCELLED, ended_at=1.0)
            await keep_change(database, queries, Change(cancelled))
        await submissions(database).submit(ASKER._replace(interaction_id=78, owner_id=9), TRAIN)


async def test_a_person_may_have_so_many_jobs_and_no_more(tmp_path: Path) -> None:
    async with open_database(tmp_path / "e.sqlite3") as database:
        for n in range(2):
            await submissions(database).submit(ASKER._replace(interaction_id=n), DRAW)
        with pytest.raises(QuotaReached):
            await submissions(database).submit(ASKER._replace(interaction_id=3), DRAW)
        await submissions(database).submit(ASKER._replace(interaction_id=4, owner_id=9), DRAW)


async def test_a_draft_is_its_own_persons_and_is_taken_once(tmp_path: Path) -> None:
    async with open_database(tmp_path / "e.sqlite3") as database:
        drafts = Drafts(database)
        await drafts.keep(77, 1, RequestDraft(DRAW))
        assert await drafts.find(77, owner_id=9) is None
        assert await drafts.take(77, owner_id=9) is None
        assert [await drafts.find(77, 1) for _ in range(2)] == [RequestDraft(DRAW)] * 2
        taken = await asyncio.gather(drafts.take(77, 1), drafts.take(77, 1))
        assert sorted(taken, key=bool) == [None, RequestDraft(DRAW)]
        assert await drafts.find(77, 1) is None


async def test_a_draft_is_kept_a_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_database(tmp_path / "e.sqlite3") as database:
        drafts = Drafts(database)
        await drafts.keep(77, 1, RequestDraft(DRAW))
        later = time.time() + KEPT_SECONDS + 1
        monkeypatch.setattr(time, "time", lambda: later)
        assert await drafts.find(77, 1) is None
        await drafts.keep(78, 1, RequestDraft(DRAW))
        kept = await database.connection.execute_fetchall("SELECT id FROM drafts")
    assert [row["id"] for row in kept] == [78]


async def test_a_draft_that_this_release_cannot_read_counts_as_gone(tmp_path: Path) -> None:
    async with open_database(tmp_path / "e.sqlite3") as database:
        await Drafts(database).keep(77, 1, RequestDraft(DRAW))
        await database.connection.execute('UPDATE drafts SET content = \'{"type":"of tomorrow"}\'')
        assert await Drafts(database).find(77, 1) is None


async def test_consent_is_one_persons(tmp_path: Path) -> None:
    async with open_database(tmp_path / "e.sqlite3") as database:
        desk = submissions(database)
        await desk.consent(ASKER.owner_id)
        await desk.consent(ASKER.owner_id)
        assert await desk.has_consented(ASKER.owner_id)
        assert not await desk.has_consented(9)


async def test_what_a_channel_allows_is_asked_anew(tmp_path: Path) -> None:
    async with open_database(tmp_path / "e.sqlite3") as database:
        desk = submissions(database)
        restricted = await desk.submit(ASKER, DRAW, age_restricted=True)
        assert restricted.unchecked
        again = await desk.submit(ASKER._replace(interaction_id=78), restricted.request)
        assert not again.unchecked


async def test_a_released_job_waits_again(tmp_path: Path) -> None:
    async with open_database(tmp_path / "e.sqlite3") as database:
        job = await submissions(database).submit(ASKER, TRAIN)
        running = replace(job, state=State.RUNNING, attempt="a")
        async with database.transaction() as queries:
            await keep_change(database, queries, Change(running))
            await keep_change(database, queries, release(running, 1.0))
        found = await job_by_id(database, job.id)
    assert found is not None
    assert (found.state, found.attempt) == (State.QUEUED, None)


async def test_what_is_read_beside_is_what_was_committed_last(tmp_path: Path) -> None:
    """Also while others read: a reader that stood at an older state would find what is gone."""
    async with open_database(tmp_path / "a.sqlite3") as database:

        async def keep_reading() -> None:
            while True:
                assert [row async for row in database.queries.jobs_open(database.reader)] == []

        readers = [asyncio.create_task(keep_reading()) for _ in range(4)]
        for number in range(50):
            async with database.transaction() as queries:
                await queries.set_fact(database.connection, key="k", value=str(number))
            assert await database.queries.get_fact(database.reader, key="k") == str(number)
        async with database.transaction() as queries:
            await queries.set_fact(database.connection, key="k", value="not yet")
            assert await database.queries.get_fact(database.reader, key="k") == "49"
        for reader in readers:
            reader.cancel()
