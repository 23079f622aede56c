"""Messages in channels, by the bot's own right."""

from sandbox.errors import Json, Refusal, archived_thread, invalid, missing_permissions, other_author
from sandbox.messages import change, check_switch, filled, new_message, post, remove
from sandbox.routing import Answer, Call
from sandbox.rules.message_rules import check_flags
from sandbox.world.message_json import REPLY, message_json
from sandbox.world.permissions import require
from sandbox.world.state import BOT_ID, COMPONENTS_V2, Channel, Message

# Seconds in which a nonce stands for the same message ("the past few minutes").
NONCE_SECONDS = 180.0
SUPPRESS_EMBEDS, SUPPRESS_NOTIFICATIONS = 1 << 2, 1 << 12
SENDABLE_FLAGS = COMPONENTS_V2 | SUPPRESS_EMBEDS | SUPPRESS_NOTIFICATIONS


def history(call: Call) -> Answer:
    channel = call.channel()
    require(call.server.world, channel, "READ_MESSAGE_HISTORY")
    limit = call.number("limit", 1, 100, 50)
    seen = [
        message for message in map(call.server.world.messages.__getitem__, channel.messages) if not message.visible_to
    ]
    return Answer(200, [_shown(call, message) for message in _page(seen, call.query, limit)])


def _page(messages: list[Message], query: dict[str, str], limit: int) -> list[Message]:
    """Newest first, as Discord lists them."""
    if "before" in query:
        messages = [message for message in messages if int(message.id) < int(query["before"])]
    if "after" in query:
        following = [message for message in messages if int(message.id) > int(query["after"])]
        return following[:limit][::-1]
    if "around" in query:
        older = [message for message in messages if int(message.id) <= int(query["around"])]
        start = max(0, len(older) - 1 - limit // 2)
        return messages[start : start + limit][::-1]
    return messages[::-1][:limit]


def send(call: Call) -> Answer:
    channel = call.channel()
    _check_may_send(call, channel)
    if earlier := _same_nonce(call):
        return Answer(200, _shown(call, earlier))
    check_flags(call.json.get("flags") or 0, SENDABLE_FLAGS)
    message = new_message(call.server, channel, nonce=call.json.get("nonce"))
    _reply(call, message)
    return Answer(200, _shown(call, post(call.server, filled(call.server, message, call.body, call.json))))


def _check_may_send(call: Call, channel: Channel) -> None:
    sending = "SEND_MESSAGES_IN_THREADS" if channel.is_thread else "SEND_MESSAGES"
    require(call.server.world, channel, sending, *(["ATTACH_FILES"] if call.body.files else []))
    if call.json.get("poll") or call.json.get("sticker_ids"):
        raise Refusal(400, 50035, "Polls and stickers are not emulated by the sandbox.")


def _same_nonce(call: Call) -> Message | None:
    nonce = call.json.get("nonce")
    if nonce is None or not call.json.get("enforce_nonce"):
        return None
    since = call.server.clock.now() - NONCE_SECONDS
    own = [message for message in call.server.world.messages.values() if message.author_id == BOT_ID]
    return next((m for m in own if m.nonce == nonce and m.created >= since), None)


def _reply(call: Call, message: Message) -> None:
    reference: Json | None = call.json.get("message_reference")
    if not reference:
        return
    target = call.server.world.messages.get(str(reference.get("message_id")))
    if target is None or target.channel_id != message.channel_id or target.visible_to:
        if reference.get("fail_if_not_exists", True):
            raise invalid("message_reference", "Unknown message", "REPLIES_UNKNOWN_MESSAGE")
        return
    message.type, message.reply_to = REPLY, target.id


def fetch(call: Call) -> Answer:
    channel = call.channel()
    require(call.server.world, channel, "READ_MESSAGE_HISTORY")
    return Answer(200, _shown(call, call.message()))


def edit(call: Call) -> Answer:
    channel, message = call.channel(), call.message()
    require(call.server.world, channel, *(["ATTACH_FILES"] if call.body.files else []))
    if message.author_id != BOT_ID:
        raise other_author()
    if channel.archived:
        raise archived_thread()
    check_switch(message, call.json)
    result = filled(call.server, message, call.body, call.json)
    return Answer(200, _shown(call, change(call.server, message, result)))


def delete(call: Call) -> Answer:
    channel, message = call.channel(), call.message()
    require(call.server.world, channel)
    if message.author_id != BOT_ID:
        raise missing_permissions()
    if channel.archived:
        raise archived_thread()
    remove(call.server, message)
    return Answer(204)


def _shown(call: Call, message: Message) -> Json:
    return message_json(call.server.world, call.server.cdn, message)
