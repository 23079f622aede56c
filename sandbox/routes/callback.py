"""The first answer to an interaction (docs interactions/receiving-and-responding)."""

from collections.abc import Callable

from sandbox import interactions
from sandbox.errors import Json, already_acknowledged, invalid, unknown_interaction
from sandbox.messages import change, check_switch, filled, new_message, post
from sandbox.routing import Answer, Call
from sandbox.rules.component_rules import check_modal
from sandbox.rules.message_rules import check_flags
from sandbox.world.components import numbered
from sandbox.world.message_json import REPLY, message_json
from sandbox.world.state import COMPONENTS_V2, EPHEMERAL, LOADING, Interaction, Message

MESSAGE, DEFER, DEFER_UPDATE, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9
KINDS = {
    MESSAGE: "message",
    DEFER: "deferred",
    DEFER_UPDATE: "deferred update",
    UPDATE: "update",
    CHOICES: "choices",
    MODAL: "modal",
}
COMMAND_RESPONSE, CONTEXT_RESPONSE = 20, 23
SUPPRESS_EMBEDS, SUPPRESS_NOTIFICATIONS = 1 << 2, 1 << 12
RESPONSE_FLAGS = EPHEMERAL | COMPONENTS_V2 | SUPPRESS_EMBEDS | SUPPRESS_NOTIFICATIONS


def answer(call: Call) -> Answer:
    interaction = _waiting(call)
    kind = call.json["type"]
    if kind not in _allowed(call, interaction):
        words = f"A {interaction.kind} interaction cannot be answered with type {kind}."
        raise invalid("type", words, "BASE_TYPE_CHOICES")
    ANSWERS[kind](call, interaction)
    interaction.answer = KINDS[kind]
    if call.query.get("with_response", "").lower() not in ("true", "1"):
        return Answer(204)
    return Answer(200, _response(call, interaction, kind))


def _waiting(call: Call) -> Interaction:
    interaction = call.server.world.interactions.get(call.path["interaction_id"])
    if interaction is None or interaction.token != call.path["interaction_token"]:
        raise unknown_interaction()
    if interaction.acknowledged:
        path = f"/interactions/{interaction.id}/{interaction.token}/callback"
        raise already_acknowledged(fault=path not in call.server.weather.unheard)
    if interactions.is_late(call.server, interaction):
        raise unknown_interaction()
    return interaction


def _allowed(call: Call, interaction: Interaction) -> set[int]:
    if interaction.kind == "autocomplete":
        return {CHOICES}
    allowed = {MESSAGE, DEFER}
    if interaction.source_id in call.server.world.messages:
        allowed |= {DEFER_UPDATE, UPDATE}
    return allowed if interaction.kind == "modal" else allowed | {MODAL}


def _message(call: Call, interaction: Interaction) -> None:
    data = call.json.get("data") or {}
    check_flags(data.get("flags") or 0, RESPONSE_FLAGS)
    message = response_message(call, interaction, data.get("flags") or 0)
    original = post(call.server, filled(call.server, message, call.body, data))
    interaction.original_id = original.id
    interactions.acknowledge(call.server, interaction, "answered")


def _defer(call: Call, interaction: Interaction) -> None:
    flags = (call.json.get("data") or {}).get("flags") or 0
    check_flags(flags, EPHEMERAL)
    message = response_message(call, interaction, flags)
    message.flags |= LOADING
    interaction.original_id = post(call.server, message).id
    interactions.acknowledge(call.server, interaction, "deferred")


def response_message(call: Call, interaction: Interaction, flags: int) -> Message:
    """An empty message that answers the interaction, seen by its person only when the flags say so."""
    channel = call.server.world.channels[interaction.channel_id]
    message = new_message(call.server, channel, interaction_id=interaction.id)
    if flags & EPHEMERAL:
        message.flags, message.visible_to = EPHEMERAL, interaction.person_id
    if interaction.source_id in call.server.world.messages:
        message.type, message.reply_to = REPLY, interaction.source_id
    elif interaction.kind == "command":
        message.type = COMMAND_RESPONSE if interaction.data.get("type") == 1 else CONTEXT_RESPONSE
    else:
        message.type = COMMAND_RESPONSE
    return message


def _defer_update(call: Call, interaction: Interaction) -> None:
    interaction.original_id = interaction.source_id
    interactions.acknowledge(call.server, interaction, "answered")


def _update(call: Call, interaction: Interaction) -> None:
    data = call.json.get("data") or {}
    message = call.server.world.messages[interaction.source_id or ""]
    check_switch(message, data)
    change(call.server, message, filled(call.server, message, call.body, data))
    interaction.original_id = message.id
    interactions.acknowledge(call.server, interaction, "answered")


def _choices(call: Call, interaction: Interaction) -> None:
    choices = call.json["data"].get("choices") or []
    names = [choice["name"] for choice in choices]
    if len(names) > 25 or len(names) != len(set(names)):
        raise invalid("data.choices", "At most 25 choices, no name twice.")
    interaction.choices = choices
    interactions.acknowledge(call.server, interaction, "answered")


def _modal(call: Call, interaction: Interaction) -> None:
    check_modal(call.json["data"])
    interaction.modal = call.json["data"] | {"components": numbered(call.json["data"]["components"])}
    interactions.acknowledge(call.server, interaction, "answered")


ANSWERS: dict[int, Callable[[Call, Interaction], None]] = {
    MESSAGE: _message,
    DEFER: _defer,
    DEFER_UPDATE: _defer_update,
    UPDATE: _update,
    CHOICES: _choices,
    MODAL: _modal,
}


def _response(call: Call, interaction: Interaction, kind: int) -> Json:
    about: Json = {"id": interaction.id, "type": interaction.type, "channel_id": interaction.channel_id}
    message = call.server.world.messages.get(interaction.original_id or "")
    if message is None:
        return {"interaction": about}
    about |= {
        "response_message_id": message.id,
        "response_message_loading": bool(message.flags & LOADING),
        "response_message_ephemeral": bool(message.flags & EPHEMERAL),
    }
    if kind == DEFER_UPDATE:
        return {"interaction": about}
    shown = message_json(call.server.world, call.server.cdn, message)
    return {"interaction": about, "resource": {"type": kind, "message": shown}}
