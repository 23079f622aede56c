"""Opening threads, on a message or beside the messages."""

from sandbox import announce
from sandbox.errors import Refusal, invalid, thread_exists
from sandbox.routing import Answer, Call
from sandbox.world.permissions import require
from sandbox.world.render import channel_json
from sandbox.world.state import BOT_ID, GUILD_TEXT, PRIVATE_THREAD, PUBLIC_THREAD, Channel

DEFAULT_ARCHIVE_MINUTES = 4320


def from_message(call: Call) -> Answer:
    """The thread has the message's id."""
    message = call.message()
    if message.thread_id:
        raise thread_exists()
    thread = _open(call, message.id)
    message.thread_id = thread.id
    announce.channel_created(call.server, thread)
    announce.message_updated(call.server, message)
    return Answer(201, channel_json(call.server.world, thread))


def bare(call: Call) -> Answer:
    """Without a type Discord opens a private thread, which the bot has no right to."""
    if call.json.get("type") in (None, PRIVATE_THREAD):
        raise Refusal(403, 50013, "Missing Permissions")
    if call.json["type"] != PUBLIC_THREAD:
        raise invalid("type", "Only public threads are emulated.")
    thread = _open(call, call.server.world.ids.next())
    announce.channel_created(call.server, thread)
    return Answer(201, channel_json(call.server.world, thread))


def _open(call: Call, thread_id: str) -> Channel:
    world, parent = call.server.world, call.channel()
    if parent.type != GUILD_TEXT:
        raise Refusal(400, 50024, "Cannot execute action on this channel type")
    require(world, parent, "CREATE_PUBLIC_THREADS")
    thread = Channel(
        id=thread_id,
        type=PUBLIC_THREAD,
        name=call.json["name"],
        guild_id=parent.guild_id,
        parent_id=parent.id,
        owner_id=BOT_ID,
        auto_archive_minutes=call.json.get("auto_archive_duration") or DEFAULT_ARCHIVE_MINUTES,
        archive_changed=call.server.clock.now(),
        last_active=call.server.clock.now(),
    )
    world.channels[thread.id] = thread
    return thread
