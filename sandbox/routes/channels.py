"""Channels: reading, waking and renaming threads, typing, direct messages."""

from sandbox import announce
from sandbox.errors import Refusal, missing_permissions
from sandbox.routing import Answer, Call
from sandbox.server import Server
from sandbox.world.permissions import require
from sandbox.world.render import channel_json
from sandbox.world.state import BOT_ID, DM, Channel, Person

EDITABLE = {"archived", "auto_archive_duration", "name"}


def fetch(call: Call) -> Answer:
    channel = call.channel()
    require(call.server.world, channel)
    return Answer(200, channel_json(call.server.world, channel))


def edit(call: Call) -> Answer:
    """Own threads only: the bot has no right to manage channels."""
    thread = call.channel()
    if not thread.is_thread or thread.owner_id != BOT_ID or not call.json.keys() <= EDITABLE:
        raise missing_permissions()
    if thread.archived and call.json.get("archived") is not False:
        raise Refusal(400, 50083, "Thread is archived", fault=False)
    thread.name = call.json.get("name") or thread.name
    thread.auto_archive_minutes = call.json.get("auto_archive_duration") or thread.auto_archive_minutes
    if call.json.get("archived") is not None:
        set_archived(call.server, thread, archived=call.json["archived"])
    announce.channel_updated(call.server, thread)
    return Answer(200, channel_json(call.server.world, thread))


def set_archived(server: Server, thread: Channel, *, archived: bool) -> None:
    thread.archived = archived
    thread.archive_changed = thread.last_active = server.clock.now()


def put_idle_threads_to_sleep(server: Server) -> None:
    """Archives the threads in which nobody has written for their time."""
    for channel in list(server.world.channels.values()):
        idle = server.clock.now() - channel.last_active
        if channel.is_thread and not channel.archived and idle > channel.auto_archive_minutes * 60:
            set_archived(server, channel, archived=True)
            announce.channel_updated(server, channel)


def typing(call: Call) -> Answer:
    require(call.server.world, call.channel(), "SEND_MESSAGES")
    return Answer(204)


def open_direct(call: Call) -> Answer:
    person = call.server.world.people.get(str(call.json.get("recipient_id")))
    if person is None or person.bot:
        raise Refusal(400, 50033, "Invalid Recipient(s)")
    return Answer(200, channel_json(call.server.world, direct_channel(call.server, person)))


def direct_channel(server: Server, person: Person) -> Channel:
    """The one channel between a person and the bot, made when it is first needed."""
    channels = server.world.channels
    present = next((c for c in channels.values() if c.type == DM and c.recipient_id == person.id), None)
    if present:
        return present
    channel = Channel(server.world.ids.next(), DM, server.world.bot.name, recipient_id=person.id)
    channels[channel.id] = channel
    announce.channel_created(server, channel)
    return channel
