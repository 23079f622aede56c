"""Whatever one job, row or event does, that job alone is settled, and the others go on."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest
from msgspec.structs import replace

from bot.db.database import Database, open_database
from bot.delivery.post import Post
from bot.features.imagine.card import DrawingMessages
from bot.files.looking import Looking
from bot.jobs.apply import Change
from bot.jobs.dispatch import Dispatch, Places
from bot.jobs.job import Job, Kind, State
from bot.jobs.rows import job_by_id, keep_change, place_of
from bot.jobs.submit import Asker, Quota, Submissions
from bot.library.embeddings import Library
from bot.library.hypernetworks import Hypernetworks
from bot.library.shelf import Shelf
from tests.bot.jobs import DRAW, NO_UPSCALERS, TRAIN
from tests.sandboxed import PATIENCE
from trainer.protocol import (
    PROTOCOL_VERSION,
    Control,
    Drawn,
    DrawnPicture,
    Failed,
    Ready,
    Request,
    Saved,
    Start,
    Told,
)

READY = Ready(
    version=PROTOCOL_VERSION,
    pid=1,
    device="cpu",
    model="m",
    model_hash="0",
    family="sd1",
    widths=(768,),
    native_size=512,
    largest_pixels=2048 * 2048,
)


class ScriptedWorker:
    """A place for a trainer that says what the test has it say; what it was told is in `controls`."""

    def __init__(self) -> None:
        self.controls: asyncio.Queue[Control] = asyncio.Queue()
        self.says: asyncio.Queue[Told] = asyncio.Queue()
        self.says.put_nowait(READY)

    @asynccontextmanager
    async def live(self) -> AsyncIterator["ScriptedWorker"]:
        yield self

    async def send(self, control: Control) -> None:
        self.controls.put_nowait(control)

    async def told(self) -> AsyncIterator[Told]:
        while True:
            yield await self.says.get()

    async def started(self) -> Start:
        while not isinstance(control := await self.controls.get(), Start):
            pass
        return control


class House:
    """A database with a dispatch at work in it."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database = database
        self.worker = ScriptedWorker()
        self.dispatch = Dispatch(database, self.worker, Places(4, 4), folder, lambda: None)
        self._interactions = iter(range(1, 1000))

    async def ask(self, request: Request, owner: int = 1) -> Job:
        desk = Submissions(self.database, Quota(runs=9, drawings=9), NO_UPSCALERS)
        return await desk.submit(Asker(next(self._interactions), owner, 2, 3, "en-US"), request)

    async def until(self, job: Job, state: State) -> Job:
        async with asyncio.timeout(PATIENCE):
            while True:
                found = await job_by_id(self.database, job.id)
                if found is not None and found.state is state:
                    return found
                await asyncio.sleep(0.01)


@asynccontextmanager
async def house(folder: Path) -> AsyncIterator[House]:
    async with open_database(folder / "e.sqlite3") as database:
        yield House(database, folder)


@asynccontextmanager
async def at_work(played: House) -> AsyncIterator[None]:
    work = asyncio.create_task(played.dispatch.run())
    try:
        yield
        assert not work.done(), work
    finally:
        work.cancel()
        await asyncio.wait([work])


def drawn(start: Start) -> Drawn:
    picture = DrawnPicture(path="/d/0.png", seed=1, parameters="p")
    return Drawn(attempt=start.attempt, n=1, pictures=(picture,), tokens=1, windows=1, words=())


async def damage(database: Database, job: Job, column: str, value: str) -> None:
    await database.connection.execute(f"UPDATE jobs SET {column} = ? WHERE id = ?", (value, job.id))


@pytest.mark.parametrize("state", ["queued", "running"])
@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("request", "{"),
        ("request", '{"type": "DanceRequest"}'),
        ("report", '{"step": "three"}'),
        ("report", "not json"),
        ("request", '{"version": 99, "type": "TrainRequest"}'),
        ("report", '{"version": 99}'),
    ],
)
async def test_a_row_that_cannot_be_read_fails_alone(tmp_path: Path, column: str, value: str, state: str) -> None:
    async with house(tmp_path) as played:
        bad, good = await played.ask(TRAIN), await played.ask(DRAW)
        await damage(played.database, bad, column, value)
        await damage(played.database, bad, "state", state)
        async with at_work(played):
            played.dispatch.wake()
            start = await played.worker.started()
            assert start.job == good.id
            played.worker.says.put_nowait(drawn(start))
            await played.until(good, State.SUCCEEDED)
        ended = await played.database.queries.job_by_id(played.database.connection, id=bad.id)
        assert (ended["state"], ended["attempt"]) == ("failed", None)
        place = await place_of(played.database, bad.id)
        assert place is not None
        assert place.code is not None
        assert place.code.startswith("E-")
        assert place.failure == ("newer_release" if "99" in value else "fault")
        rows = [r async for r in played.database.queries.messages_open_of(played.database.connection, job_id=bad.id)]
        assert [row["key"] for row in rows] == ["fault"]
        rows = played.database.queries.all_embeddings(played.database.connection)
        assert [row async for row in rows] == []


async def test_a_row_that_is_damaged_under_its_worker_fails_alone(tmp_path: Path) -> None:
    async with house(tmp_path) as played, at_work(played):
        bad, good = await played.ask(DRAW), await played.ask(DRAW, owner=2)
        played.dispatch.wake()
        starts = {start.job: start for start in [await played.worker.started() for _ in range(2)]}
        await damage(played.database, bad, "report", "not json")
        played.worker.says.put_nowait(drawn(starts[bad.id]))
        played.worker.says.put_nowait(drawn(starts[good.id]))
        await played.until(good, State.SUCCEEDED)
        ended = await played.database.queries.job_by_id(played.database.connection, id=bad.id)
        assert ended["state"] == "failed"


async def test_an_event_that_cannot_be_applied_fails_its_job_alone(tmp_path: Path) -> None:
    async with house(tmp_path) as played, at_work(played):
        bad, good = await played.ask(TRAIN), await played.ask(DRAW, owner=2)
        played.dispatch.wake()
        starts = {start.job: start for start in [await played.worker.started() for _ in range(2)]}
        await played.database.connection.execute(
            "CREATE TRIGGER refuse BEFORE UPDATE ON jobs WHEN NEW.event = 2 "
            "BEGIN SELECT RAISE(ABORT, 'something of ours'); END"
        )
        saved = Saved(attempt=starts[bad.id].attempt, n=1, step=5, checkpoint="/c", snapshot="/gone.pt", sha256="0")
        played.worker.says.put_nowait(saved)
        played.worker.says.put_nowait(
            Failed(attempt=starts[bad.id].attempt, n=2, reason="internal", facts={}, snapshot="/gone.pt")
        )
        played.worker.says.put_nowait(drawn(starts[good.id]))
        await played.until(good, State.SUCCEEDED)
        failed = await played.until(bad, State.FAILED)
        assert (failed.report.failure, failed.report.facts["code"][:2]) == ("fault", "E-")


async def test_what_a_failed_run_had_learned_is_gone_and_so_is_the_folder(tmp_path: Path) -> None:
    async with house(tmp_path) as played, at_work(played):
        gone, kept = await played.ask(TRAIN), await played.ask(replace(TRAIN, name="other"), owner=2)
        played.dispatch.wake()
        starts = {start.job: start for start in [await played.worker.started() for _ in range(2)]}
        snapshot = tmp_path / "other.pt"
        snapshot.write_bytes(b"vectors")
        for job, path in ((gone, tmp_path / "nothing.pt"), (kept, snapshot)):
            failed = Failed(attempt=starts[job.id].attempt, n=1, reason="not_finite", facts={}, snapshot=str(path))
            played.worker.says.put_nowait(failed)
        assert (await played.until(gone, State.FAILED)).report.snapshot is None
        assert (await played.until(kept, State.FAILED)).report.snapshot == str(snapshot)
        assert (tmp_path / "words" / "2" / "other.pt").read_bytes() == b"vectors"  # the folder was not there


async def test_a_locked_database_is_waited_for(tmp_path: Path) -> None:
    async with house(tmp_path) as played, at_work(played):
        await played.database.connection.execute("PRAGMA busy_timeout = 50")
        job = await played.ask(DRAW)
        played.dispatch.wake()
        start = await played.worker.started()
        with closing(sqlite3.connect(tmp_path / "e.sqlite3", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            played.worker.says.put_nowait(drawn(start))
            while not played.worker.says.empty():
                await asyncio.sleep(0.01)
            other.execute("COMMIT")
        await played.until(job, State.SUCCEEDED)


async def test_a_run_that_finds_the_disk_full_waits_for_room_with_its_last_checkpoint(tmp_path: Path) -> None:
    async with house(tmp_path) as played:
        job = await played.ask(TRAIN)
        async with at_work(played):
            played.dispatch.wake()
            start = await played.worker.started()
            saved = Saved(attempt=start.attempt, n=1, step=5, checkpoint="/c", snapshot="/s.pt", sha256="0")
            played.worker.says.put_nowait(saved)
            played.worker.says.put_nowait(Failed(attempt=start.attempt, n=2, reason="disk", facts={}))
            waiting = await played.until(job, State.QUEUED)
            assert (waiting.resume_from, waiting.attempt) == ("/c", None)
            room = asyncio.create_task(played.database.keep_ballast(played.dispatch.wake))
            again = await played.worker.started()
            assert again.resume_from == "/c"
            room.cancel()


async def test_changes_that_cannot_be_put_back_do_not_hold_up_the_start(tmp_path: Path) -> None:
    async with house(tmp_path) as played:
        held, other = await played.ask(TRAIN), await played.ask(DRAW)
        async with played.database.transaction() as queries:
            running = replace(held, state=State.RUNNING, attempt="a", stop_wanted=True)
            await keep_change(played.database, queries, Change(running))
        await played.database.connection.execute(
            f"CREATE TRIGGER refuse BEFORE UPDATE ON jobs WHEN NEW.id = {held.id} AND NEW.state <> 'failed' "
            "BEGIN SELECT RAISE(ABORT, 'something of ours'); END"
        )
        async with at_work(played):
            played.dispatch.wake()
            assert (await played.worker.started()).job == other.id
            failed = await played.until(held, State.FAILED)
            assert failed.report.facts["code"].startswith("E-")


async def test_a_card_says_that_its_job_waits_for_room(tmp_path: Path) -> None:
    async with house(tmp_path) as played:
        job = await played.ask(DRAW)
        library = Library(played.database, tmp_path, Shelf(Looking(tmp_path / "incoming")))
        messages = DrawingMessages(library, Hypernetworks(tmp_path / "hypernetworks"))
        post = Post(played.database, {Kind.DRAW: messages}, 4, threads=False)
        assert "in line" in str((await post.card(job)).view.to_components())
        played.database.give_up_ballast()
        assert "waiting for room" in str((await post.card(job)).view.to_components())
