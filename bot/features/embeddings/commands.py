"""`/embed create`, `list`, `show`, `file`, `stop`."""

from typing import Any

from discord import app_commands

from bot.access import Act, Actor, may, owns
from bot.chat.answers import Interaction, actor_of, check_may_post, place, say, texts_of, think
from bot.chat.options import choices, suggest_runs, suggest_words, worded
from bot.chat.service import Service
from bot.errors import AlreadyEnded
from bot.features.embeddings.words import send_file, show_word, show_words, tell_collisions, tell_which
from bot.jobs.faults import check
from bot.jobs.job import Job, Kind, of_job
from bot.texts.names import NAME_LIMIT, check_name
from bot.texts.spelling import same
from bot.texts.translator import word
from trainer.protocol import CreateRequest


def create_command(service: Service) -> app_commands.Command[Any, ..., None]:
    @app_commands.command(name=word("command-embed-create"), description=word("command-embed-create-description"))
    @worded(name="name", start="from", vectors="vectors")
    async def create(
        interaction: Interaction,
        name: app_commands.Range[str, 1, NAME_LIMIT],
        start: app_commands.Range[str, 1, 200],
        vectors: app_commands.Range[int, 1, 75] = 1,
    ) -> None:
        check_may_post(interaction)
        await think(interaction)
        request = CreateRequest(name=check_name(name), initialization_text=start.strip(), vectors_per_token=vectors)
        check(request)
        await service.library.check_free(request.name, interaction.user.id)
        await place(interaction, service, request)
        await tell_collisions(interaction, service, request.name)

    return create


def list_command(service: Service) -> app_commands.Command[Any, ..., None]:
    @app_commands.command(name=word("command-embed-list"), description=word("command-embed-list-description"))
    @worded(search="search")
    async def list_words(
        interaction: Interaction, search: app_commands.Range[str, 1, NAME_LIMIT] | None = None
    ) -> None:
        await think(interaction)
        await show_words(interaction, service, search=search or "")

    return list_words


def show_command(service: Service) -> app_commands.Command[Any, ..., None]:
    @app_commands.command(name=word("command-embed-show"), description=word("command-embed-show-description"))
    @worded(name="known-name")
    @app_commands.autocomplete(name=suggest_words)
    async def show_one(interaction: Interaction, name: app_commands.Range[str, 1, NAME_LIMIT]) -> None:
        await think(interaction)
        await show_word(interaction, service, name)

    return show_one


def file_command(service: Service) -> app_commands.Command[Any, ..., None]:
    @app_commands.command(name=word("command-embed-file"), description=word("command-embed-file-description"))
    @worded(name="known-name", kind="format")
    @choices(kind=("pt", "bin", "safetensors", "pair", "png", "onetrainer"))
    @app_commands.autocomplete(name=suggest_words)
    async def file(
        interaction: Interaction, name: app_commands.Range[str, 1, NAME_LIMIT], kind: str | None = None
    ) -> None:
        await think(interaction)
        found = await service.library.find(name, actor_of(interaction))
        await send_file(interaction, service, found, kind)
        await tell_which(interaction, service, found)

    return file


async def _run_to_stop(service: Service, name: str, actor: Actor) -> Job:
    """The person's own run of this name, or for a moderator another's on this server.

    Raises AlreadyEnded for a word of theirs that learns no more, and NothingCalled for all that they may not stop.
    """
    jobs = [job for job in await service.dispatch.open_jobs() if job.kind is Kind.TRAIN]
    runs = [job for job in jobs if job.name is not None and same(job.name, name)]
    for run in sorted(runs, key=lambda run: not owns(actor.person_id, of_job(run))):
        if may(actor, Act.MODERATE, of_job(run)):
            return run
    await service.library.own(name, actor)
    raise AlreadyEnded


def stop_command(service: Service) -> app_commands.Command[Any, ..., None]:
    @app_commands.command(name=word("command-embed-stop"), description=word("command-embed-stop-description"))
    @worded(name="known-name")
    @app_commands.autocomplete(name=suggest_runs)
    async def stop(interaction: Interaction, name: app_commands.Range[str, 1, NAME_LIMIT]) -> None:
        await think(interaction)
        job = await _run_to_stop(service, name, actor_of(interaction))
        await service.dispatch.stop(job.id)
        await say(interaction, texts_of(interaction)("stopping"))

    return stop
