"""Answering one interaction: who asks, in which language, and what they are told when it goes wrong."""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from functools import partial
from typing import Any, TypeAlias, TypeVar

import aiohttp
import discord
import structlog
from discord import app_commands, ui

from bot.access import Act, Actor, check
from bot.chat.service import Service
from bot.db.storage import storage_fault
from bot.delivery.deferred import TOKEN_SECONDS
from bot.delivery.fitting import Fit, adapt, discord_files, shortened
from bot.delivery.living import Living, NoClient
from bot.delivery.outgoing import LONGEST_CONTENT, Outgoing
from bot.delivery.retrying import TooLate, until_taken
from bot.delivery.trouble import DISCORDS, Trouble, trouble_of
from bot.errors import (
    CannotPostHere,
    CannotStore,
    Forgotten,
    NewerRelease,
    NotYours,
    OtherRelease,
    PrivateChatClosed,
    Refusal,
    TooBusy,
)
from bot.jobs.job import Job, of_job
from bot.jobs.rows import Unreadable
from bot.jobs.submit import Asker
from bot.logs import fault_code
from bot.texts.catalogue import Texts, texts_for
from bot.texts.names import cut, escape
from trainer.protocol import DrawRequest, Request

log = structlog.get_logger(__name__)

Interaction: TypeAlias = discord.Interaction[Any]
Found = TypeVar("Found")

ANSWER_SECONDS = 3.0
"""Discord waits so long for the first answer."""
READ_SECONDS = 1.5
"""Of these; the answer too must find its way."""

_NEEDED = ("view_channel", "send_messages", "embed_links", "attach_files", "read_message_history")
"""The last to find a message again that was sent just before the bot died."""
ALREADY_ACKNOWLEDGED = 40060
_SERVERS = 500
"""From this status on the fault is Discord's, and it may have done what it was asked for."""
_ORIGINAL: Any = "@original"
LARGEST_NUMBER = 2**63 - 1
"""A column of a row holds no larger one."""
_ACKNOWLEDGED, _THINKING, _TOKEN_ENDS = "acknowledged", "thinking", "token ends"
"""What is known of an interaction, in its `extras`."""


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


def number_in(text: str) -> int:
    """From a custom_id, which another release may have written otherwise. Raises OtherRelease."""
    if not (text.isascii() and text.isdecimal() and int(text[:20]) <= LARGEST_NUMBER):
        raise OtherRelease
    return int(text)


async def job_for(interaction: Interaction, service: Service, job_id: str, act: Act) -> Job:
    """The job that a button or form is about, if this person may do that to it here.

    Raises Forgotten, NotYours, OtherRelease.
    """
    job = await service.dispatch.job(number_in(job_id))
    if job is None:
        raise Forgotten
    check(actor_of(interaction), act, of_job(job), refused=NotYours(), unseen=Forgotten())
    return job


async def think(interaction: Interaction) -> None:
    """Answers Discord at once; what follows may take its time. Only the person sees it. Raises TooLate."""
    # Not after it: the bot may die between the two.
    keeping = asyncio.create_task(_keep(interaction))
    try:
        await _acknowledge(interaction, ephemeral=True, thinking=True)
    except BaseException:
        await keeping
        await _answered(interaction)
        raise
    interaction.extras[_THINKING] = True
    await keeping


async def acknowledge(interaction: Interaction) -> None:
    """Tells Discord that a press was taken, where nothing need be shown for it. Raises TooLate."""
    await _acknowledge(interaction)


async def _acknowledge(interaction: Interaction, **how: bool) -> None:
    await first_answer(interaction, lambda: interaction.response.defer(**how))


async def first_answer(interaction: Interaction, send: Callable[[], Awaitable[object]]) -> None:
    """For as long as Discord waits for it. Raises TooLate, and HTTPException where Discord refuses it."""
    perhaps_heard = False

    async def heard() -> None:
        nonlocal perhaps_heard
        try:
            await send()
        except discord.HTTPException as error:
            if error.code != ALREADY_ACKNOWLEDGED:  # a try before was heard, though its answer was lost
                perhaps_heard |= error.status >= _SERVERS
                raise
        except (aiohttp.ClientError, OSError):
            perhaps_heard = True
            raise
        except RuntimeError as error:
            if interaction.client.is_closed():
                raise NoClient("the client is closed") from error
            raise

    try:
        await until_taken(heard, time.monotonic() + ANSWER_SECONDS, interaction.id)
    except TooLate:
        if not perhaps_heard:
            raise
        log.warning("perhaps not acknowledged", interaction=interaction.id)
        await _by_token(interaction, lambda webhook: webhook.fetch_message(_ORIGINAL))
    interaction.extras[_ACKNOWLEDGED] = True


def _is_acknowledged(interaction: Interaction) -> bool:
    return interaction.response.is_done() or _ACKNOWLEDGED in interaction.extras


async def _by_token(interaction: Interaction, send: Callable[[discord.Webhook], Awaitable[object]]) -> None:
    """By the client that lives now, for as long as Discord takes answers. Raises TooLate, and as `until_taken` does."""

    async def send_alive() -> None:
        with interaction.client.service.living.webhook(interaction.application_id, interaction.token) as webhook:
            await send(webhook)

    await until_taken(send_alive, _token_ends(interaction), interaction.id)


def _token_ends(interaction: Interaction) -> float:
    """In monotonic seconds; counted from the first answer, which is at most some seconds late."""
    return float(interaction.extras.setdefault(_TOKEN_ENDS, time.monotonic() + TOKEN_SECONDS))


async def _answer(interaction: Interaction, send: Callable[[discord.Webhook], Awaitable[object]]) -> None:
    """What follows the first answer. Raises HTTPException where Discord refuses it; nothing where it is too late."""
    try:
        await _by_token(interaction, send)
    except TooLate as error:
        log.warning("could not answer", interaction=interaction.id, error=repr(error.__cause__))
    interaction.extras.pop(_THINKING, None)
    await _answered(interaction)


async def soon(reading: Coroutine[Any, Any, Found]) -> Found:
    """What must be read for the first answer itself, such as what a form is filled in with. Raises TooBusy in time."""
    try:
        async with asyncio.timeout(READ_SECONDS):
            return await reading
    except TimeoutError:
        raise TooBusy from None


async def say(
    interaction: Interaction,
    text: str,
    *,
    view: ui.View | None = None,
    files: Callable[[], Sequence[discord.File]] = tuple,
) -> None:
    """Tells the person something that only they see: in place of "thinking…", or in a message of its own.

    `files` are opened for each try. Raises nothing where it is too late, or where nobody knows whether Discord has it.
    """
    text = cut(text, LONGEST_CONTENT)
    if not _is_acknowledged(interaction):
        try:
            await first_answer(
                interaction, lambda: interaction.response.send_message(text, ephemeral=True, **_with(view, files()))
            )
        except TooLate as error:
            log.warning("could not answer", interaction=interaction.id, error=repr(error.__cause__))
    elif _THINKING in interaction.extras:
        await _answer(
            interaction,
            lambda webhook: webhook.edit_message(_ORIGINAL, content=text, view=view, attachments=list(files())),
        )
    else:
        await _answer(interaction, lambda webhook: _say_beside(interaction, webhook, text, _with(view, files())))


def _with(view: ui.View | None, files: Sequence[discord.File]) -> dict[str, Any]:
    """discord.py's own way to leave something out is to say nothing of it."""
    return ({} if view is None else {"view": view}) | ({"files": list(files)} if files else {})


async def _say_beside(interaction: Interaction, webhook: discord.Webhook, text: str, optional: dict[str, Any]) -> None:
    """Once only, where the connection breaks: Discord may have taken it, and a second one would stand beside it."""
    try:
        await webhook.send(text, ephemeral=True, **optional)
    except (NoClient, aiohttp.ClientConnectorError):
        raise
    except (aiohttp.ClientError, OSError) as error:
        log.warning("perhaps not said", interaction=interaction.id, error=repr(error))


async def replace_answer(interaction: Interaction, text: str, view: ui.View | None = None) -> None:
    """Puts words in place of the answer that stands there, or of "thinking"."""
    content = cut(text, LONGEST_CONTENT)
    await _answer(interaction, lambda webhook: webhook.edit_message(_ORIGINAL, content=content, view=view))


async def show(interaction: Interaction, view: ui.LayoutView) -> None:
    """Shows the person a card that only they see, in place of "thinking"."""
    if _is_acknowledged(interaction):
        await _answer(interaction, lambda webhook: webhook.edit_message(_ORIGINAL, view=view, attachments=[]))
    else:
        await first_answer(interaction, lambda: interaction.response.send_message(view=view, ephemeral=True))


async def show_progress(interaction: Interaction, text: str) -> None:
    """How far the work is, in place of "thinking…", where Discord takes it at once: soon there is more to tell."""
    try:
        with interaction.client.service.living.webhook(interaction.application_id, interaction.token) as webhook:
            await webhook.edit_message(_ORIGINAL, content=text, view=None)
    except DISCORDS as error:
        log.info("progress not shown", interaction=interaction.id, error=repr(error))


async def show_card(interaction: Interaction, compose: Callable[[], Outgoing]) -> None:
    """Shows a card with files: as they are, or smaller where Discord does not take them, or without."""
    texts = texts_of(interaction)
    for smaller in (False, True):
        outgoing = compose()
        fit = await interaction.client.service.fitting.fit(outgoing.files, interaction.filesize_limit, smaller=smaller)
        try:
            adapt(outgoing.view, fit, texts)
            await _answer(interaction, partial(_edit_to_card, outgoing, fit))
            return
        except discord.HTTPException as error:
            if trouble_of(error) is not Trouble.REFUSED:
                raise
            log.warning("answer refused", interaction=interaction.id, smaller=smaller, error=repr(error))
        finally:
            fit.close()
    await show(interaction, shortened(compose(), texts("short-card")).view)


async def _edit_to_card(outgoing: Outgoing, fit: Fit, webhook: discord.Webhook) -> None:
    await webhook.edit_message(_ORIGINAL, view=outgoing.view, attachments=discord_files(outgoing, fit))


async def _keep(interaction: Interaction) -> None:
    """For the next life, should this one end before the answer. Raises nothing."""
    try:
        await interaction.client.service.deferred.keep(interaction)
    except Exception as error:  # noqa: BLE001 - only after a restart would it be missed
        log.warning("not kept for a restart", interaction=interaction.id, error=repr(error))


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
    person, nonce = discord.Object(interaction.user.id), secrets.token_hex(8)

    async def send() -> discord.Message:
        try:
            living: Living = interaction.client.service.living
            chat = await living.client.create_dm(person)
            return await chat.send(words, nonce=nonce)
        except discord.Forbidden:
            raise PrivateChatClosed from None

    try:
        return await until_taken(send, _token_ends(interaction), interaction.id)
    except TooLate:
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
            await _answer(interaction, lambda webhook: webhook.delete_message(_ORIGINAL))
        else:
            service.outbox.wake()
            await say(interaction, texts_of(interaction)("card-follows"))
    except DISCORDS as error:
        log.warning("could not tidy up", interaction=interaction.id, job=job.id, error=repr(error))


async def take_message_away(interaction: Interaction) -> None:
    """Deletes the message whose button was pressed. Raises nothing where it is gone or cannot be deleted any more."""
    pressed = interaction.message
    if pressed is None:
        return

    async def delete() -> None:
        channel = interaction.client.service.living.client.get_partial_messageable(pressed.channel.id)
        await channel.get_partial_message(pressed.id).delete()

    try:
        await until_taken(delete, _token_ends(interaction), interaction.id)
    except TooLate as error:
        log.warning("message stays", message=pressed.id, error=repr(error.__cause__))


async def answer_error(interaction: Interaction, error: BaseException) -> None:
    """The one place where an error becomes a reply. A fault of ours has a code that is in the log beside its cause."""
    if isinstance(error, app_commands.CommandInvokeError):
        error = error.original
    if (fault := storage_fault(error)) is not None:
        error = CannotStore(reason=fault)
    if isinstance(error, Unreadable) and error.newer:
        error = NewerRelease()
    if isinstance(error, app_commands.CommandNotFound | app_commands.CommandSignatureMismatch):
        error = OtherRelease()
    if isinstance(error, TooLate):
        log.warning("too late to answer", interaction=interaction.id, error=repr(error.__cause__))
        return
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
