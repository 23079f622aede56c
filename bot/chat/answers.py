"""Answering one interaction: who asks, in which language, and what they are told when it goes wrong."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from functools import partial
from typing import Any, TypeAlias, TypeVar

import aiohttp
import discord
import structlog
from discord import app_commands, ui

from bot.access import Act, Actor, check, of_job
from bot.chat.service import Service
from bot.db.storage import storage_fault
from bot.delivery.fitting import Fit, adapt, discord_files, shortened
from bot.delivery.outgoing import LONGEST_CONTENT, Outgoing
from bot.delivery.trouble import DISCORDS, Trouble, trouble_of
from bot.errors import (
    CannotPostHere,
    CannotStore,
    Forgotten,
    NewerRelease,
    NotYours,
    PrivateChatClosed,
    Refusal,
    TooBusy,
)
from bot.jobs.job import Job
from bot.jobs.rows import Unreadable
from bot.jobs.submit import Asker
from bot.logs import fault_code
from bot.texts.catalogue import Texts, texts_for
from bot.texts.names import cut, escape
from trainer.protocol import DrawRequest, Request

log = structlog.get_logger(__name__)

Interaction: TypeAlias = discord.Interaction[Any]
Found = TypeVar("Found")

READ_SECONDS = 1.5
"""Discord waits three seconds for the first answer, and the answer too must find its way."""

_NEEDED = ("view_channel", "send_messages", "embed_links", "attach_files", "read_message_history")
"""The last to find a message again that was sent just before the bot died."""
ALREADY_ACKNOWLEDGED = 40060
_ACKNOWLEDGED = "acknowledged"


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
    if interaction.guild_id is None:
        return
    in_thread = isinstance(interaction.channel, discord.Thread)
    needed = ["send_messages_in_threads" if in_thread and name == "send_messages" else name for name in _NEEDED]
    missing = [name for name in needed if not getattr(interaction.app_permissions, name)]
    if missing:
        texts = texts_of(interaction)
        names = ", ".join(texts(f"permission-{name.replace('_', '-')}") for name in missing)
        raise CannotPostHere(permissions=names)


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
    await _acknowledge(interaction, ephemeral=True, thinking=True)
    try:
        await interaction.client.service.deferred.keep(interaction)
    except Exception as error:  # noqa: BLE001 - only after a restart would it be missed
        log.warning("not kept for a restart", interaction=interaction.id, error=repr(error))


async def acknowledge(interaction: Interaction) -> None:
    """Tells Discord that a press was taken, where nothing need be shown for it."""
    await _acknowledge(interaction)


async def _acknowledge(interaction: Interaction, **how: bool) -> None:
    """A second try tells by its refusal that Discord has heard the first."""
    try:
        await _twice(interaction, lambda: interaction.response.defer(**how))
    except (aiohttp.ClientError, OSError) as error:
        log.warning("perhaps not acknowledged", interaction=interaction.id, error=repr(error))
    except discord.HTTPException as error:
        if error.code != ALREADY_ACKNOWLEDGED:
            raise
    interaction.extras[_ACKNOWLEDGED] = True


def _is_acknowledged(interaction: Interaction) -> bool:
    return interaction.response.is_done() or _ACKNOWLEDGED in interaction.extras


async def soon(reading: Coroutine[Any, Any, Found]) -> Found:
    """What must be read for the first answer itself, such as what a form is filled in with. Raises TooBusy in time."""
    try:
        async with asyncio.timeout(READ_SECONDS):
            return await reading
    except TimeoutError:
        raise TooBusy from None


async def say(
    interaction: Interaction, text: str, *, view: ui.View | None = None, files: Sequence[discord.File] = ()
) -> None:
    """Tells the person something that only they see, whether or not the interaction was answered before.

    Raises nothing where the connection breaks: Discord may have taken it, and a second one would stand beside it.
    """
    optional: dict[str, Any] = {} if view is None else {"view": view}
    optional |= {"files": list(files)} if files else {}
    text = cut(text, LONGEST_CONTENT)
    try:
        if not _is_acknowledged(interaction):
            await interaction.response.send_message(text, ephemeral=True, **optional)
        else:
            await interaction.followup.send(text, ephemeral=True, **optional)
    except (aiohttp.ClientError, OSError) as error:
        log.warning("perhaps not said", interaction=interaction.id, error=repr(error))
    else:
        await _answered(interaction)


async def replace_answer(interaction: Interaction, text: str, view: ui.View | None = None) -> None:
    """Puts words in place of the answer that stands there, or of "thinking"."""
    content = cut(text, LONGEST_CONTENT)
    await _twice(interaction, lambda: interaction.edit_original_response(content=content, view=view))
    await _answered(interaction)


async def show(interaction: Interaction, view: ui.LayoutView) -> None:
    """Shows the person a card that only they see, in place of "thinking"."""
    await _twice(interaction, lambda: interaction.edit_original_response(view=view, attachments=[]))
    await _answered(interaction)


async def show_card(interaction: Interaction, compose: Callable[[], Outgoing]) -> None:
    """Shows a card with files: as they are, or smaller where Discord does not take them, or without."""
    texts = texts_of(interaction)
    for smaller in (False, True):
        outgoing = compose()
        fit = await interaction.client.service.fitting.fit(outgoing.files, interaction.filesize_limit, smaller=smaller)
        try:
            adapt(outgoing.view, fit, texts)
            await _twice(interaction, partial(_edit_to_card, interaction, outgoing, fit))
            await _answered(interaction)
            return
        except discord.HTTPException as error:
            if trouble_of(error) is not Trouble.REFUSED:
                raise
            log.warning("answer refused", interaction=interaction.id, smaller=smaller, error=repr(error))
        finally:
            fit.close()
    await show(interaction, shortened(compose(), texts("short-card")).view)


async def _edit_to_card(interaction: Interaction, outgoing: Outgoing, fit: Fit) -> None:
    await interaction.edit_original_response(view=outgoing.view, attachments=discord_files(outgoing, fit))


async def _twice(interaction: Interaction, send: Callable[[], Awaitable[object]]) -> None:
    """Where the connection breaks nobody knows whether Discord has heard it. For what is the same when done twice."""
    try:
        await send()
    except (aiohttp.ClientError, OSError) as error:
        log.info("sent once more", interaction=interaction.id, error=repr(error))
        await send()


async def _answered(interaction: Interaction) -> None:
    """The person is not at "thinking" any more. Raises nothing: they have what they asked for."""
    try:
        await interaction.client.service.deferred.answered(interaction.id)
    except Exception as error:  # noqa: BLE001 - what stays is looked at, and left alone, after a restart
        log.warning("still kept for a restart", interaction=interaction.id, error=repr(error))


async def place(interaction: Interaction, service: Service, request: Request) -> Job:
    """Submits a request of a deferred interaction and posts its card, which takes the place of the answer."""
    age_restricted = is_age_restricted(interaction)
    job = await service.submissions.submit(asker(interaction), request, age_restricted=age_restricted)
    await bring_card(interaction, service, job)
    return job


async def place_privately(interaction: Interaction, service: Service, request: Request, name: str) -> Job:
    """Like `place`, but the card goes to the person's private chat: it is about a word that only they see.

    Raises PrivateChatClosed.
    """
    drawn = isinstance(request, DrawRequest)
    heading = await private_heading(interaction, name, drawn=drawn)
    try:
        job = await service.submissions.submit(private_asker(interaction, heading), request)
    except BaseException:
        await take_back(heading)
        raise
    await bring_card(interaction, service, job)
    await tell_where(interaction, heading, name, drawn=drawn)
    return job


async def private_heading(interaction: Interaction, name: str, *, drawn: bool = False) -> discord.Message:
    """The first message in the private chat: only by sending one shows whether it is open. Raises PrivateChatClosed."""
    words = texts_of(interaction)("private-heading-drawn" if drawn else "private-heading", name=escape(name))
    try:
        chat = await interaction.user.create_dm()
        return await chat.send(words)
    except discord.Forbidden:
        raise PrivateChatClosed from None


def private_asker(interaction: Interaction, heading: discord.Message) -> Asker:
    """Who asks, as from the private chat."""
    return Asker(interaction.id, interaction.user.id, None, heading.channel.id, str(interaction.locale))


async def take_back(heading: discord.Message) -> None:
    try:
        await heading.delete()
    except discord.HTTPException as error:
        log.info("heading stays", message=heading.id, error=repr(error))


async def tell_where(interaction: Interaction, heading: discord.Message, name: str, *, drawn: bool = False) -> None:
    """Leads the person to their private chat."""
    text_id = "private-drawn" if drawn else "private-begun"
    await say(interaction, texts_of(interaction)(text_id, name=escape(name), link=heading.jump_url))


async def bring_card(interaction: Interaction, service: Service, job: Job) -> None:
    """Posts the card of a fresh job and starts it. Should Discord fail just now, the outbox goes on trying.

    The job is taken: what fails from here on, such as tidying up, is no reason to tell the person to try again.
    """
    service.dispatch.wake()
    try:
        if await service.outbox.deliver(job.id):
            await interaction.delete_original_response()
            await _answered(interaction)
        else:
            service.outbox.wake()
            await say(interaction, texts_of(interaction)("card-follows"))
    except DISCORDS as error:
        log.warning("could not tidy up", interaction=interaction.id, job=job.id, error=repr(error))


async def answer_error(interaction: Interaction, error: BaseException) -> None:
    """The one place where an error becomes a reply. A fault of ours has a code that is in the log beside its cause."""
    if isinstance(error, app_commands.CommandInvokeError):
        error = error.original
    if (fault := storage_fault(error)) is not None:
        error = CannotStore(reason=fault)
    if isinstance(error, Unreadable) and error.newer:
        error = NewerRelease()
    texts = texts_of(interaction)
    try:
        if isinstance(error, Refusal):
            await say(interaction, texts.refusal(error))
            return
        code = fault_code()
        log.error("interaction failed", code=code, interaction=interaction.id, exc_info=error)
        await say(interaction, texts("fault", code=code))
    except DISCORDS as unanswerable:
        log.warning("could not answer", interaction=interaction.id, error=repr(unanswerable))
