"""Pictures that nothing refers to are removed; what somebody may still go on with never."""

import asyncio
import io
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from msgspec.structs import replace
from PIL import Image

from bot.chat.drafts import KEPT_SECONDS, Drafts, DrawingDraft, KeptPicture, TrainingDraft
from bot.chat.wishes import DrawingWish, TrainingWish
from bot.db.database import Database, open_database
from bot.files.uploads import PictureStore, StoredPicture, Upload
from bot.jobs.submit import Asker, Quota, Submissions
from bot.library.sweeping import LEFT_ALONE_SECONDS, sweep_pictures
from tests.bot.jobs import DRAW, NO_UPSCALERS, TRAIN
from trainer.protocol import TrainingPicture

ASKER = Asker(interaction_id=77, owner_id=1, guild_id=2, channel_id=3, locale="en")


@pytest_asyncio.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with open_database(tmp_path / "e.sqlite3") as opened:
        yield opened


@pytest.fixture
def store(tmp_path: Path) -> PictureStore:
    return PictureStore(tmp_path / "pictures")


def upload(red: int, alpha: int | None = None) -> Upload:
    stream = io.BytesIO()
    image = Image.new("RGBA", (64, 64), (red, 0, 0, 255))
    if alpha is not None:
        image.putpixel((1, 1), (red, 0, 0, alpha))
    image.save(stream, "PNG")
    return Upload(f"{red}.png", stream.getvalue())


async def stored(store: PictureStore, red: int, alpha: int | None = None, *, old: bool = True) -> StoredPicture:
    (picture,) = (await store.keep([upload(red, alpha)])).pictures
    for path in filter(None, (picture.path, picture.alpha)):
        if old:
            long_ago = time.time() - LEFT_ALONE_SECONDS - 1
            os.utime(path, (long_ago, long_ago))
    return picture


def of(picture: StoredPicture) -> KeptPicture:
    return KeptPicture(picture.sha256, picture.file_name, picture.alpha.stem if picture.alpha else "")


async def test_only_what_nothing_names_is_removed(database: Database, store: PictureStore) -> None:
    drafts, submissions = Drafts(database), Submissions(database, Quota(runs=9, drawings=9), NO_UPSCALERS)
    drafted, painted, learned, started = [await stored(store, red, 50 + red) for red in range(4)]
    young, nobodys = await stored(store, 10, old=False), await stored(store, 11, 90)
    await drafts.keep(1, 1, TrainingDraft(TrainingWish(), pictures=(of(drafted),)))
    await drafts.keep(2, 1, DrawingDraft(DrawingWish(), picture=of(painted)))
    picture = TrainingPicture(path=str(learned.path), file_name="a.png", alpha=str(learned.alpha))
    await submissions.submit(ASKER, replace(TRAIN, pictures=(picture,)))
    await submissions.submit(ASKER._replace(interaction_id=78), replace(DRAW, image=str(started.path)))
    await database.connection.execute("UPDATE jobs SET request = '[' || request WHERE kind = 'draw'")
    assert await sweep_pictures(database, store) == 3, "the one that nobody has, its opacity, and that of the start"
    for kept in (drafted, painted, learned):
        assert kept.path.exists()
        assert kept.alpha is not None
        assert kept.alpha.exists()
    assert started.path.exists(), "also of a row that cannot be read"
    assert young.path.exists(), "its row may be still to come"
    assert not nobodys.path.exists()


async def test_a_draft_that_was_opened_just_in_time_keeps_its_pictures(
    database: Database, store: PictureStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between Edit and what comes of it, another person's draft clears old ones away, and the sweep comes by."""
    drafts, picture = Drafts(database), await stored(store, 1)
    await drafts.keep(1, 1, TrainingDraft(TrainingWish(), pictures=(of(picture),)))
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + KEPT_SECONDS - 1)
    found = await drafts.find(1, 1)
    assert isinstance(found, TrainingDraft)
    monkeypatch.setattr(time, "time", lambda: now + KEPT_SECONDS + 60)
    assert await drafts.find(1, 1) is None
    await drafts.keep(2, 9, TrainingDraft(TrainingWish()))
    assert await sweep_pictures(database, store) == 0
    await drafts.keep(3, 1, found)
    monkeypatch.setattr(time, "time", lambda: now + KEPT_SECONDS * 2)
    await drafts.keep(4, 9, TrainingDraft(TrainingWish()))
    assert await sweep_pictures(database, store) == 0, "the draft that came of it"
    monkeypatch.setattr(time, "time", lambda: now + KEPT_SECONDS * 3)
    await drafts.keep(5, 9, TrainingDraft(TrainingWish()))
    assert await sweep_pictures(database, store) == 1


async def test_what_is_stored_anew_during_the_sweep_stays(
    database: Database, store: PictureStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = await stored(store, 1)
    remove = PictureStore.remove_all_but
    loop = asyncio.get_running_loop()

    def late(self: PictureStore, *arguments: Any) -> int:
        """The same pixels come once more after the names were read."""
        asyncio.run_coroutine_threadsafe(stored(store, 1, old=False), loop).result()
        return remove(self, *arguments)

    monkeypatch.setattr(PictureStore, "remove_all_but", late)
    assert await sweep_pictures(database, store) == 0
    assert picture.path.exists()
