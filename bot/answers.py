"""Answering one interaction: who asks, in which language, and what they are told when it goes wrong."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeAlias, TypeVar

import discord
import structlog
from discord import app_commands, ui

from bot.access import Act, Actor, check, of_job
from bot.errors import CannotPostHere, CannotStore, Forgotten, NotYours, Refusal, TooBusy
from bot.jobs.job import Job
from bot.jobs.submit import Asker
from bot.logs import fault_code
from bot.service import Service
from bot.storage import storage_fault
from bot.texts.catalogue import Texts, texts_for
from trainer.protocol import Request

log = structlog.get_logger(__name__)

Interaction: TypeAlias = discord.Interaction[Any]
Found = TypeVar("Found")

READ_SECONDS = 1.5
"""Discord waits three seconds for the first answer, and the answer too must find its way."""

_NEEDED = discord.Permissions(view_channel=True, send_messages=True, attach_files=True, embed_links=True)


def texts_of(interaction: Interaction) -> Texts:
    """In the person's own language."""
    return texts_for(str(interaction.locale))


def asker(interaction: Interaction) -> Asker:
    """Public cards speak the server's language; in a private chat, the person's."""
    locale = interaction.guild_locale or interaction.locale
    channel_id = interaction.channel_id or 0
    return Asker(interaction.id, interaction.user.id, interaction.guild_id, channel_id, str(locale))


def actor_of(interaction: Interaction) -> Actor:
    """Who asks, with the rights that they have here."""
    rights = interaction.permissions
    return Actor(
        interaction.user.id,
        interaction.guild_id,
        moderates=rights.manage_messages,
        manages_server=rights.manage_guild,
    )


def shelf_of(interaction: Interaction) -> int:
    """Whose styles count: the server's id; in a private chat the person's, negative, so that the two never meet."""
    return interaction.guild_id or -interaction.user.id


def check_may_post(interaction: Interaction) -> None:
    """A card is an ordinary message of the bot. Raises CannotPostHere before any work is done."""
    allowed = interaction.app_permissions
    if isinstance(interaction.channel, discord.Thread):
        allowed = discord.Permissions(allowed.value)
        allowed.send_messages = allowed.send_messages_in_threads
    if interaction.guild_id is not None and not allowed >= _NEEDED:
        raise CannotPostHere


def is_age_restricted(interaction: Interaction) -> bool:
    """Whether only adults see what is posted here: a thread is as its channel is, a private chat never."""
    channel = interaction.channel
    if channel is None or isinstance(channel, discord.DMChannel | discord.GroupChannel):
        return False
    return channel.is_nsfw()


def may_show(interaction: Interaction, job: Job) -> bool:
    """Whether a job's pictures may be seen in this channel, which need not be the job's."""
    return not job.unchecked or is_age_restricted(interaction)


async def job_for(interaction: Interaction, service: Service, job_id: str, act: Act) -> Job:
    """The job that a button or form is about, if this person may do that to it here. Raises Forgotten and NotYours."""
    job = await service.dispatch.job(int(job_id))
    if job is None:
        raise Forgotten
    check(actor_of(interaction), act, of_job(job), refused=NotYours(), unseen=Forgotten())
    return job


async def think(interaction: Interaction) -> None:
    """Answers Discord at once; what follows may take its time. Only the person sees it."""
    await interaction.response.defer(ephemeral=True, thinking=True)


async def soon(reading: Coroutine[Any, Any, Found]) -> Found:
    """What must be read for the first answer itself, such as what a form is filled in with. Raises TooBusy in time."""
    try:
        async with asyncio.timeout(READ_SECONDS):
            return await reading
    except TimeoutError:
        raise TooBusy from None


async def say(
    interaction: Interaction, text: str, *, view: ui.View | None = None, file: discord.File | None = None
) -> None:
    """Tells the person something that only they see, whether or not the interaction was answered before."""
    optional: dict[str, Any] = {key: value for key, value in (("view", view), ("file", file)) if value is not None}
    if not interaction.response.is_done():
        await interaction.response.send_message(text, ephemeral=True, **optional)
    else:
        await interaction.followup.send(text, ephemeral=True, **optional)


async def show(interaction: Interaction, view: ui.LayoutView, files: list[discord.File] | None = None) -> None:
    """Shows the person a card that only they see, in place of "thinking"."""
    await interaction.edit_original_response(view=view, attachments=files or [])


async def place(interaction: Interaction, service: Service, request: Request) -> Job:
    """Submits a request of a deferred interaction and posts its card, which takes the place of the answer."""
    age_restricted = is_age_restricted(interaction)
    job = await service.submissions.submit(asker(interaction), request, age_restricted=age_restricted)
    await bring_card(interaction, service, job)
    return job


async def bring_card(interaction: Interaction, service: Service, job: Job) -> None:
    """Posts the card of a fresh job and starts it. Should Discord fail just now, the outbox goes on trying."""
    service.dispatch.wake()
    if await service.outbox.deliver(job.id):
        await interaction.delete_original_response()
    else:
        service.outbox.wake()
        await say(interaction, texts_of(interaction)("card-follows"))


async def answer_error(interaction: Interaction, error: BaseException) -> None:
    """The one place where an error becomes a reply. A fault of ours has a code that is in the log beside its cause."""
    if isinstance(error, app_commands.CommandInvokeError):
        error = error.original
    if (fault := storage_fault(error)) is not None:
        error = CannotStore(reason=fault)
    texts = texts_of(interaction)
    try:
        if isinstance(error, Refusal):
            await say(interaction, texts.refusal(error))
            return
        code = fault_code()
        log.error("interaction failed", code=code, interaction=interaction.id, exc_info=error)
        await say(interaction, texts("fault", code=code))
    except discord.HTTPException as unanswerable:
        log.warning("could not answer", interaction=interaction.id, error=repr(unanswerable))
