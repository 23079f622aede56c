"""Tells a change to both sides: the bot through the gateway, people through the feed."""

from sandbox.errors import Json
from sandbox.gateway.gateway import DIRECT_MESSAGES, GUILD_MESSAGES, GUILDS
from sandbox.server import Server
from sandbox.world.message_json import event_json, message_json
from sandbox.world.permissions import may_see
from sandbox.world.render import channel_json, guild_create_json
from sandbox.world.state import BOT_ID, DM, Channel, Guild, Interaction, Message, World


def message_created(server: Server, message: Message) -> None:
    _message(server, message, "MESSAGE_CREATE", "message_create")


def message_updated(server: Server, message: Message) -> None:
    _message(server, message, "MESSAGE_UPDATE", "message_update")


def _message(server: Server, message: Message, name: str, kind: str) -> None:
    channel = server.world.channels[message.channel_id]
    if message.visible_to is None:
        server.gateway.dispatch(name, _for_bot(server, message), _message_intent(channel))
    shown = message_json(server.world, server.cdn, message)
    server.feed.publish({"type": kind, "message": shown}, lambda person: sees(server.world, person, channel, message))


def sees(world: World, person_id: str, channel: Channel, message: Message) -> bool:
    return may_see(world, person_id, channel) and message.seen_by(person_id)


def message_deleted(server: Server, message: Message) -> None:
    channel = server.world.channels[message.channel_id]
    if message.visible_to is None:
        data: Json = {"id": message.id, "channel_id": channel.id}
        data |= {"guild_id": channel.guild_id} if channel.guild_id else {}
        server.gateway.dispatch("MESSAGE_DELETE", data, _message_intent(channel))
    gone = {"type": "message_delete", "channel_id": channel.id, "id": message.id}
    server.feed.publish(gone, lambda person: sees(server.world, person, channel, message))


def guild_joined(server: Server, guild: Guild) -> None:
    """The bot was added to a guild."""
    server.gateway.dispatch("GUILD_CREATE", guild_create_json(server.world, guild), GUILDS)


def channel_created(server: Server, channel: Channel) -> None:
    data = channel_json(server.world, channel)
    if channel.is_thread:
        server.gateway.dispatch("THREAD_CREATE", data | {"newly_created": True}, GUILDS)
    else:
        server.gateway.dispatch("CHANNEL_CREATE", data, DIRECT_MESSAGES)
    _channel_for_people(server, channel, "channel_create")


def channel_updated(server: Server, channel: Channel) -> None:
    data = channel_json(server.world, channel)
    server.gateway.dispatch("THREAD_UPDATE" if channel.is_thread else "CHANNEL_UPDATE", data, GUILDS)
    _channel_for_people(server, channel, "channel_update")


def _channel_for_people(server: Server, channel: Channel, kind: str) -> None:
    shown = channel_for_people(server, channel)
    server.feed.publish({"type": kind, "channel": shown}, lambda person: may_see(server.world, person, channel))


def channel_for_people(server: Server, channel: Channel) -> Json:
    shown: Json = {
        "id": channel.id,
        "name": channel.name,
        "type": channel.type,
        "guild_id": channel.guild_id,
        "parent_id": channel.parent_id,
        "nsfw": server.world.thread_parent(channel).nsfw,
    }
    if channel.is_thread:
        shown["archived"] = channel.archived
    if channel.type == DM:
        shown["recipient_id"] = channel.recipient_id
    return shown


def interaction_changed(server: Server, interaction: Interaction) -> None:
    interaction.mark()
    shown = interaction_for_people(interaction)
    server.feed.publish({"type": "interaction", "interaction": shown}, lambda person: person == interaction.person_id)


def interaction_for_people(interaction: Interaction) -> Json:
    return {
        "id": interaction.id,
        "as": interaction.person_id,
        "kind": interaction.kind,
        "state": interaction.state,
        "answer": interaction.answer,
        "seconds": interaction.seconds,
        "message_id": interaction.original_id,
        "modal": interaction.modal,
        "failure": interaction.failure,
    }


def _message_intent(channel: Channel) -> int:
    return DIRECT_MESSAGES if channel.type == DM else GUILD_MESSAGES


def _for_bot(server: Server, message: Message) -> Json:
    """Without the message content intent a bot reads its own messages, direct ones and mentions only."""
    data = event_json(server.world, server.cdn, message)
    direct = server.world.channels[message.channel_id].type == DM
    if message.author_id == BOT_ID or direct or BOT_ID in message.mentions:
        return data
    return data | {"content": "", "embeds": [], "attachments": [], "components": []}
