"""The SQLite file: kept whole, migrated, refused when it is newer."""

import asyncio
import random
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import replace

from bot.chat.drafts import GRACE_SECONDS, KEPT_SECONDS, Drafts, RequestDraft
from bot.db.backups import DAILY_KEPT, Backups
from bot.db.database import Database, NewerDatabase, migrations, open_database
from bot.errors import CannotStore, QuotaReached, StillLearning, UnreadableDraft
from bot.exits import CannotRun
from bot.jobs.apply import Change, release
from bot.jobs.job import Kind, State
from bot.jobs.rows import job_by_id, keep_change, open_jobs
from bot.jobs.submit import Asker, Quota, Submissions
from tests.bot.jobs import DRAW, NO_UPSCALERS, TRAIN

ASKER = Asker(interaction_id=77, owner_id=1, guild_id=2, channel_id=3, locale="zh-CN")


def submissions(database: Database) -> Submissions:
    return Submissions(database, Quota(runs=2, drawings=2), NO_UPSCALERS)


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
        with pytest.raises(StillLearning):
            await submissions(database).submit(ASKER._replace(interaction_id=78), replace(TRAIN, name="My-Cat"))
        other = ASKER._replace(interaction_id=79, owner_id=9)
        assert (await submissions(database).submit(other, replace(TRAIN, name="My-Cat"))).name == "My-Cat"


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
        assert await drafts.move(77, 80, owner_id=9) is None
        assert [await drafts.find(77, 1) for _ in range(2)] == [RequestDraft(DRAW)] * 2
        taken = await asyncio.gather(drafts.move(77, 81, 1), drafts.move(77, 82, 1))
        assert sorted(taken, key=bool) == [None, RequestDraft(DRAW)]
        assert await drafts.find(77, 1) is None


async def test_a_draft_becomes_its_job_or_stays(tmp_path: Path) -> None:
    async with open_database(tmp_path / "e.sqlite3") as database:
        drafts = Drafts(database)
        for n in range(3):
            await drafts.keep(n, ASKER.owner_id, RequestDraft(DRAW))
            if n < 2:
                await submissions(database).submit(ASKER._replace(interaction_id=n), DRAW)
        with pytest.raises(QuotaReached):
            await submissions(database).submit(ASKER._replace(interaction_id=2), DRAW)
        found = [await drafts.find(n, ASKER.owner_id) for n in range(3)]
    assert found == [None, None, RequestDraft(DRAW)]


async def test_a_draft_is_kept_a_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_database(tmp_path / "e.sqlite3") as database:
        drafts = Drafts(database)
        await drafts.keep(77, 1, RequestDraft(DRAW))
        later = time.time() + KEPT_SECONDS + 1
        monkeypatch.setattr(time, "time", lambda: later)
        assert await drafts.find(77, 1) is None
        later += GRACE_SECONDS
        await drafts.keep(78, 1, RequestDraft(DRAW))
        kept = await database.connection.execute_fetchall("SELECT id FROM drafts")
    assert [row["id"] for row in kept] == [78]


async def test_a_draft_that_this_release_cannot_read_is_said_to_be_anothers(tmp_path: Path) -> None:
    async with open_database(tmp_path / "e.sqlite3") as database:
        await Drafts(database).keep(77, 1, RequestDraft(DRAW))
        await database.connection.execute('UPDATE drafts SET content = \'{"type":"of tomorrow"}\'')
        with pytest.raises(UnreadableDraft):
            await Drafts(database).find(77, 1)


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


def names_of(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("seed", range(20))
async def test_a_damaged_file_never_starts_in_silence(tmp_path: Path, seed: int) -> None:
    path = tmp_path / "e.sqlite3"
    async with open_database(path) as database:
        desk = Submissions(database, Quota(runs=1000, drawings=1000), NO_UPSCALERS)
        for n in range(60):
            await desk.submit(ASKER._replace(interaction_id=n), replace(TRAIN, name=f"word-{n}"))
        (tmp_path / "backups").mkdir()
        (tmp_path / "backups" / "daily-2026-01-01.sqlite3").write_bytes(b"")
    data = bytearray(path.read_bytes())
    dice = random.Random(seed)
    for _ in range(200):
        data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
    path.write_bytes(data)
    with pytest.raises(CannotRun) as refused:
        async with open_database(path):
            pass
    assert "daily-2026-01-01.sqlite3" in str(refused.value)
    assert "\n" not in str(refused.value)
    assert path.read_bytes() == bytes(data), "what is damaged is left as it is"


@pytest.mark.parametrize("content", [b"no database at all, but a text of more than a hundred bytes" * 4, b"x" * 5000])
async def test_what_is_no_database_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "e.sqlite3").write_bytes(content)
    with pytest.raises(CannotRun):
        async with open_database(tmp_path / "e.sqlite3"):
            pass


async def test_a_damaged_text_costs_its_own_row(tmp_path: Path) -> None:
    path = tmp_path / "e.sqlite3"
    async with open_database(path) as database:
        good, bad = [await submissions(database).submit(ASKER._replace(interaction_id=n), DRAW) for n in (1, 2)]
        await database.connection.execute("UPDATE jobs SET report = CAST(x'ff7b' AS TEXT) WHERE id = ?", (bad.id,))
        assert [job.id for job in await open_jobs(database)] == [good.id]


async def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "e.sqlite3"
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE theirs (x)")
        other.commit()
    with pytest.raises(CannotRun, match="another program's"):
        async with open_database(path):
            pass


@pytest.mark.parametrize("lost", ["deleted", "emptied", "another", "blank"])
async def test_a_folder_knows_its_database(tmp_path: Path, lost: str) -> None:
    path = tmp_path / "e.sqlite3"
    async with open_database(path) as database:
        async with asyncio.timeout(10):
            backing_up = asyncio.create_task(database.keep_backups())
            while not list((tmp_path / "backups").glob("daily-*.sqlite3")):
                await asyncio.sleep(0.01)
            backing_up.cancel()
    path.unlink()
    if lost == "emptied":
        path.touch()
    if lost == "blank":
        with closing(sqlite3.connect(path)) as blank:
            blank.execute("PRAGMA journal_mode = WAL")
    if lost == "another":
        (tmp_path / "other").mkdir()
        async with open_database(tmp_path / "other" / "e.sqlite3"):
            pass
        (tmp_path / "other" / "e.sqlite3").replace(path)
    before = names_of(tmp_path)
    with pytest.raises(CannotRun) as refused:
        async with open_database(path):
            pass
    (backup,) = (tmp_path / "backups").glob("daily-*.sqlite3")
    assert str(backup) in str(refused.value)
    assert [name for name in names_of(tmp_path) if name[-4:] not in ("-wal", "-shm")] == before
    backup.replace(path)
    async with open_database(path):
        pass


async def test_runs_without_their_database_are_no_first_start(
    tmp_path: Path,
) -> None:
    (tmp_path / "runs" / "1").mkdir(parents=True)
    with pytest.raises(CannotRun):
        async with open_database(tmp_path / "e.sqlite3"):
            pass


async def test_an_operators_own_files_are_no_hindrance_at_the_first_start(tmp_path: Path) -> None:
    for part in ("embeddings", "runs", "pictures"):
        (tmp_path / part).mkdir()
    (tmp_path / "embeddings" / "mine.pt").write_bytes(b"vectors")
    for _ in range(2):
        async with open_database(tmp_path / "e.sqlite3"):
            pass


async def test_what_an_earlier_try_left_behind_does_not_block_a_migration(tmp_path: Path) -> None:
    path = tmp_path / "e.sqlite3"
    for start in range(2):
        with closing(sqlite3.connect(path)) as old:
            if start == 0:
                old.executescript(migrations()[0])
                old.execute("PRAGMA user_version = 1")
        for left in (f"e.sqlite3.before-{len(migrations())}", f"backups/.x{start}.part"):
            (tmp_path / left).parent.mkdir(exist_ok=True)
            (tmp_path / left).write_bytes(b"")
        async with open_database(path):
            pass
    assert len(list((tmp_path / "backups").glob("before-*.sqlite3"))) == 1
    assert not (tmp_path / "backups" / ".x0.part").exists()


async def test_old_backups_go(tmp_path: Path) -> None:
    path = tmp_path / "e.sqlite3"
    async with open_database(path) as database:
        backups = Backups(path)
        (tmp_path / "backups").mkdir()
        for day in range(1, 20):
            (tmp_path / "backups" / f"daily-2020-01-{day:02}.sqlite3").touch()
        await backups.make_daily(database.connection)
    assert len(names_of(tmp_path / "backups")) == DAILY_KEPT


async def test_a_damaged_row_stands_in_nobody_elses_way(tmp_path: Path) -> None:
    async with open_database(tmp_path / "e.sqlite3") as database:
        submit = submissions(database).submit
        whole = await submit(ASKER, TRAIN)
        damaged = await submit(ASKER._replace(interaction_id=78, owner_id=9), replace(TRAIN, name="my-dog"))
        await database.connection.execute(
            "UPDATE jobs SET report = '{\"seconds_per_step\": 0.5}' WHERE id = ?", (whole.id,)
        )
        await database.connection.execute("UPDATE jobs SET report = '[[', request = '[[' WHERE id = ?", (damaged.id,))
        assert await database.queries.latest_speed(database.reader) == 0.5
        making = await database.queries.open_making_of(database.connection, key="my-cat", owner_id=whole.owner_id)
        assert making["id"] == whole.id
        (number,) = [
            row["id"] async for row in database.queries.all_embeddings(database.reader) if row["key"] == "my-dog"
        ]
        await database.queries.rename_jobs(database.connection, new_name="my-cow", id=number)
        rows = database.queries.jobs_without_embedding(database.reader, owner_id=9)
        assert [row async for row in rows] == []
