"""What follows the first answer, by the interaction's token."""

from sandbox import interactions
from sandbox.errors import Json, expired_token, unknown_message, unknown_webhook
from sandbox.messages import change, check_switch, filled, post, remove
from sandbox.routes.callback import RESPONSE_FLAGS, response_message
from sandbox.routing import Answer, Call
from sandbox.rules.message_rules import check_flags
from sandbox.world.message_json import REPLY, message_json
from sandbox.world.state import BOT_ID, LOADING, Interaction, Message


def follow_up(call: Call) -> Answer:
    """The first one after a deferred answer becomes that answer, and is as private as was said then."""
    interaction = _interaction(call)
    original = call.server.world.messages.get(interaction.original_id or "")
    check_flags(call.json.get("flags") or 0, RESPONSE_FLAGS)
    if original and original.flags & LOADING:
        return _changed(call, interaction, original)
    message = response_message(call, interaction, call.json.get("flags") or 0)
    if original:
        message.type, message.reply_to = REPLY, original.id
    post(call.server, filled(call.server, message, call.body, call.json))
    interaction.follow_up_ids.append(message.id)
    return _shown(call, call.server.world.messages[message.id])


def fetch(call: Call) -> Answer:
    return _shown(call, _message(call, _interaction(call)))


def edit(call: Call) -> Answer:
    interaction = _interaction(call)
    return _changed(call, interaction, _message(call, interaction))


def delete(call: Call) -> Answer:
    interaction = _interaction(call)
    message = _message(call, interaction)
    remove(call.server, message)
    if interaction.state == "deferred":
        interactions.acknowledge(call.server, interaction, "answered")
    return Answer(204)


def _changed(call: Call, interaction: Interaction, message: Message) -> Answer:
    check_switch(message, call.json)
    change(call.server, message, filled(call.server, message, call.body, call.json))
    if interaction.state == "deferred":
        interactions.acknowledge(call.server, interaction, "answered")
    return _shown(call, message)


def _interaction(call: Call) -> Interaction:
    """404 before the first answer, 401 after 15 minutes."""
    interaction = call.server.world.interaction_by_token(call.path["webhook_token"])
    if interaction is None or call.path["webhook_id"] != BOT_ID:
        raise unknown_webhook()
    if interactions.is_expired(call.server, interaction):
        raise expired_token()
    if not interaction.acknowledged:
        # Whether a first answer arrived before its bot died is what the next one cannot know.
        raise unknown_webhook(fault=not interactions.is_late(call.server, interaction))
    return interaction


def _message(call: Call, interaction: Interaction) -> Message:
    """`@original`, or one of this interaction's own messages."""
    message_id = call.path.get("message_id") or interaction.original_id or ""
    message = call.server.world.messages.get(message_id)
    if message is None or message_id not in (interaction.original_id, *interaction.follow_up_ids):
        raise unknown_message(fault=message_id not in call.server.world.deleted)
    return message


def _shown(call: Call, message: Message) -> Answer:
    body: Json = message_json(call.server.world, call.server.cdn, message)
    return Answer(200, body)
