"""The composition root: opens everything with a lifetime, names every long task, closes in order."""

import asyncio
import fcntl
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

import aiohttp
import structlog

from bot.chat.drafts import Drafts
from bot.chat.service import Limits, Service
from bot.client import Client, connect_elsewhere, stay_connected
from bot.db.database import Database, open_database
from bot.delivery.cards import Cards
from bot.delivery.deferred import Deferred
from bot.delivery.fitting import Fitting
from bot.delivery.living import Living
from bot.delivery.outbox import Outbox
from bot.delivery.post import Post
from bot.delivery.trouble import Routes
from bot.exits import CannotRun
from bot.features.embeddings.feature import FEATURE as EMBEDDINGS
from bot.features.feature import commands_of, forms_of, messages_of, presses_of
from bot.features.help.feature import FEATURE as HELP
from bot.features.imagine.feature import FEATURE as IMAGINE
from bot.features.pictures.feature import FEATURE as PICTURES
from bot.features.queue.feature import FEATURE as QUEUE
from bot.features.styles.feature import FEATURE as STYLES
from bot.features.train.feature import FEATURE as TRAIN
from bot.files.attachments import IN_FLIGHT, Attachments, Budget
from bot.files.copies import sweep
from bot.files.looking import Looking
from bot.files.turns import OwnTurns
from bot.files.uploads import PictureStore
from bot.jobs.dispatch import Dispatch, Places
from bot.jobs.submit import Quota, Submissions
from bot.library.embeddings import Library
from bot.library.hypernetworks import Hypernetworks
from bot.library.moving import move_words, words_to_move
from bot.library.shelf import Shelf
from bot.library.styles import Styles
from bot.library.sweeping import keep_swept
from bot.library.upscalers import Upscalers
from bot.library.word_files import WordFiles
from bot.settings import Settings
from bot.workers.child import ChildWorker

FEATURES = (TRAIN, EMBEDDINGS, STYLES, PICTURES, IMAGINE, QUEUE, HELP)

log = structlog.get_logger(__name__)

SAVE_SECONDS = 15.0
"""The trainer may take so long to save when the bot is asked to go."""
PATIENCE_SECONDS = 3600.0
"""A channel may be closed to us for so long before what people wait for goes to them privately."""


class AlreadyRunning(CannotRun):
    """Another Embedsmith works in this data folder."""


async def run(settings: Settings) -> None:
    """Runs the bot until SIGTERM or SIGINT. Raises CannotRun, TryLater, and discord.py's hopeless errors."""
    if settings.discord_api and settings.discord_gateway:
        connect_elsewhere(settings.discord_api, settings.discord_gateway)
    folder = settings.data_folder.resolve()
    with _opened(folder):
        async with open_database(folder / "embedsmith.sqlite3") as database, aiohttp.ClientSession() as http:
            await _run_parts(settings, folder, database, Attachments(http, Budget(IN_FLIGHT)))


async def _run_parts(settings: Settings, folder: Path, database: Database, attachments: Attachments) -> None:
    living = Living()
    looking = Looking(folder / "incoming")
    upscalers, hypernetworks = Upscalers(folder / "upscalers"), Hypernetworks(folder / "hypernetworks")
    if await words_to_move(database):
        await move_words(database, WordFiles(folder))
    library = Library(database, folder, Shelf(looking))
    messages = messages_of(FEATURES, library, hypernetworks)
    post = Post(database, messages, settings.runs_at_once, threads=settings.threads)
    routes, fitting, deferred = Routes(), Fitting(), Deferred(database)

    def changed() -> None:
        outbox.wake()
        cards.wake()

    cards = Cards(database, living, post, settings.card_seconds, routes, fitting, PATIENCE_SECONDS, changed)
    outbox = Outbox(database, living, post, cards.wake, routes, fitting, PATIENCE_SECONDS)

    places = Places(settings.runs_at_once, settings.drawings_at_once)
    dispatch = Dispatch(database, _worker(settings, folder), places, folder, changed)
    service = Service(
        attachments=attachments,
        submissions=Submissions(
            database,
            Quota(settings.waiting_per_person, settings.drawings_per_person),
            upscalers,
            lambda: dispatch.ready,
        ),
        dispatch=dispatch,
        outbox=outbox,
        living=living,
        drafts=Drafts(database),
        deferred=deferred,
        fitting=fitting,
        library=library,
        styles=Styles(database),
        upscalers=upscalers,
        hypernetworks=hypernetworks,
        pictures=PictureStore(folder / "pictures"),
        looking=looking,
        readings=OwnTurns(),
        limits=_limits(settings),
    )

    def new_client() -> Client:
        return Client(database, service, commands_of(FEATURES, service), presses_of(FEATURES), forms_of(FEATURES))

    token = settings.discord_token.get_secret_value()
    stopping = _stop_signal()
    async with asyncio.TaskGroup() as tasks:
        work = tasks.create_task(dispatch.run(), name="dispatch")
        telling = [
            tasks.create_task(stay_connected(living, new_client, token), name="gateway"),
            tasks.create_task(outbox.run(), name="outbox"),
            tasks.create_task(cards.run(), name="cards"),
            tasks.create_task(database.keep_ballast(dispatch.wake), name="ballast"),
            tasks.create_task(database.keep_backups(), name="backups"),
            tasks.create_task(database.keep_watch(), name="watch"),
            tasks.create_task(deferred.answer_left(living), name="deferred"),
            tasks.create_task(keep_swept(database, service.pictures), name="sweeping"),
        ]
        await stopping.wait()
        await _leave(dispatch, work)
        for task in telling:
            task.cancel()


def _limits(settings: Settings) -> Limits:
    steps = (settings.steps_quick, settings.steps_balanced, settings.steps_thorough)
    return Limits(*steps, max_steps=settings.max_steps, allow_concepts=settings.allow_concepts)


def _worker(settings: Settings, folder: Path) -> ChildWorker:
    arguments = ["--model", str(settings.model), "--upscalers", str(folder / "upscalers")]
    arguments += ["--device", settings.device, "--precision", settings.precision]
    arguments += ["--largest-pixels", str(settings.largest_pixels)]
    arguments += ["--hashes", str(folder / "model-hashes.json")]
    if settings.prediction != "auto":
        arguments += ["--prediction", settings.prediction]
    for wanted, option in (
        (settings.allow_ckpt, "--allow-ckpt"),
        (settings.allow_downloads, "--allow-downloads"),
        (settings.offload, "--offload"),
        (settings.compile, "--compile"),
    ):
        arguments += [option] * wanted
    return ChildWorker(arguments, settings.silence_seconds)


async def _leave(dispatch: Dispatch, work: asyncio.Task[None]) -> None:
    """Lets the trainer save, and takes down what it says last. One that still loads has nothing to save."""
    if await dispatch.leave():
        log.info("stopping: the trainer saves")
        done, _ = await asyncio.wait([work], timeout=SAVE_SECONDS)
        if not done:
            log.warning("the trainer did not save in time; it goes on from its last checkpoint")
    work.cancel()


def _stop_signal() -> asyncio.Event:
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    return stopping


@contextmanager
def _opened(folder: Path) -> Iterator[None]:
    """The data folder, ours alone, without what a killed bot left half written. Raises CannotRun."""
    os.umask(0o077)  # private words, pictures and the database are no other user's of this machine
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with suppress(PermissionError):  # somebody else's, who has let us in
            folder.chmod(0o700)
        for part in ("embeddings", "words", "hypernetworks", "upscalers", "pictures", "runs"):
            (folder / part).mkdir(exist_ok=True)
        lock = (folder / "lock").open("w")
    except OSError as error:
        raise CannotRun(f"EMBEDSMITH_DATA_FOLDER cannot be used: {error.filename}: {error.strerror}.") from error
    with lock:
        _lock(lock, folder)
        sweep(folder)
        yield


def _lock(lock: TextIO, folder: Path) -> None:
    """The kernel lets go of it however the process ends. Raises AlreadyRunning."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise AlreadyRunning(f"Another Embedsmith works in {folder}.") from None
