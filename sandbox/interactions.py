"""Interactions: made when a person acts, told to the bot, and lost when it does not answer in time."""

import secrets
import time
from typing import Any

from sandbox import announce
from sandbox.errors import Json
from sandbox.gateway.gateway import Link
from sandbox.server import Server
from sandbox.world import permissions
from sandbox.world.message_json import message_json
from sandbox.world.render import channel_json, member_json, user_json
from sandbox.world.state import ATTACHMENT_SIZE_LIMIT, BOT_ID, LOADING, Channel, Interaction

FIRST_ANSWER_SECONDS = 3.0
"""What Discord gives a bot for its first answer."""
TOKEN_SECONDS = 900.0
COMMAND, CLICK, AUTOCOMPLETE, MODAL = 2, 3, 4, 5
KINDS = {COMMAND: "command", CLICK: "click", AUTOCOMPLETE: "autocomplete", MODAL: "modal"}


def begin(server: Server, kind: int, person_id: str, channel: Channel, data: Json, **known: Any) -> Interaction:
    """Tells the bot what a person did and starts both deadlines."""
    interaction = Interaction(
        id=server.world.ids.next(),
        token=secrets.token_urlsafe(48),
        kind=KINDS[kind],
        type=kind,
        person_id=person_id,
        channel_id=channel.id,
        data=data,
        created=server.clock.now(),
        **known,
    )
    server.world.interactions[interaction.id] = interaction
    told = server.gateway.dispatch("INTERACTION_CREATE", event_json(server, interaction))
    announce.interaction_changed(server, interaction)
    server.spawn(_deadlines(server, interaction, told))
    return interaction


async def _deadlines(server: Server, interaction: Interaction, told: list[Link]) -> None:
    await server.clock.sleep(server.answer_seconds)
    if interaction.state == "waiting" and not interaction.acknowledged:
        # Told to a bot that is still connected: its fault. A bot that is off or was killed is only a failure.
        if any(session.link in told for session in server.gateway.sessions.values() if session.link):
            path = f"/interactions/{interaction.id}"
            what = f"no answer within {server.answer_seconds:g} seconds"
            server.journal.violation(what, "POST", path, interaction.data)
        fail(server, interaction, "did not respond in time")
    await server.clock.sleep(interaction.created + TOKEN_SECONDS - server.clock.now())
    if interaction.state == "deferred":
        path = f"/interactions/{interaction.id}"
        server.journal.violation("deferred and not answered within 15 minutes", "PATCH", path, interaction.data)
        fail(server, interaction, "did not respond")


def fail(server: Server, interaction: Interaction, words: str) -> None:
    interaction.state, interaction.failure = "failed", words
    original = server.world.messages.get(interaction.original_id or "")
    if original and original.flags & LOADING:
        original.flags &= ~LOADING
        announce.message_updated(server, original)
    announce.interaction_changed(server, interaction)


def acknowledge(server: Server, interaction: Interaction, state: str) -> None:
    """The first answer, or what follows a deferred one."""
    if not interaction.acknowledged:
        interaction.acknowledged = True
        interaction.seconds = time.monotonic() - interaction.started
    interaction.state = state
    announce.interaction_changed(server, interaction)


def is_late(server: Server, interaction: Interaction) -> bool:
    return server.clock.now() - interaction.created > server.answer_seconds


def is_expired(server: Server, interaction: Interaction) -> bool:
    return server.clock.now() - interaction.created > TOKEN_SECONDS


def event_json(server: Server, interaction: Interaction) -> Json:
    """INTERACTION_CREATE, as docs interactions/receiving-and-responding describes it."""
    world = server.world
    channel, person = world.channels[interaction.channel_id], world.people[interaction.person_id]
    event: Json = {
        "id": interaction.id,
        "application_id": BOT_ID,
        "type": interaction.type,
        "token": interaction.token,
        "version": 1,
        "data": interaction.data,
        "channel_id": channel.id,
        "channel": _channel_part(server, channel, person.id),
        "locale": person.locale,
        "app_permissions": str(permissions.of_bot(world, channel)),
        "attachment_size_limit": ATTACHMENT_SIZE_LIMIT,
        "entitlements": [],
    }
    return event | _place(server, interaction, channel) | _source(server, interaction)


def _channel_part(server: Server, channel: Channel, person_id: str) -> Json:
    bits = permissions.of_person(server.world, person_id, channel)
    return channel_json(server.world, channel) | {"permissions": str(bits)}


def _place(server: Server, interaction: Interaction, channel: Channel) -> Json:
    world, person = server.world, server.world.people[interaction.person_id]
    guild = world.guild_of(channel)
    if guild is None:
        return {"user": user_json(person), "context": 1, "authorizing_integration_owners": {"0": "0"}}
    member = member_json(guild, person)
    return {
        "member": member | {"permissions": str(permissions.of_person(world, person.id, channel))},
        "guild_id": guild.id,
        "guild": {"id": guild.id, "locale": guild.preferred_locale, "features": []},
        "guild_locale": guild.preferred_locale,
        "context": 0,
        "authorizing_integration_owners": {"0": guild.id},
    }


def _source(server: Server, interaction: Interaction) -> Json:
    message = server.world.messages.get(interaction.source_id or "")
    return {"message": message_json(server.world, server.cdn, message)} if message else {}
