"""The command tree: read whole, written whole."""

from typing import Any

from sandbox.errors import Json, Refusal, unknown_guild
from sandbox.routing import Answer, Call
from sandbox.rules.command_rules import check_commands
from sandbox.world.state import BOT_ID, GUILD_ID

DEFAULTS: dict[str, Any] = {
    "type": 1,
    "description": "",
    "default_member_permissions": None,
    "nsfw": False,
    "name_localizations": None,
    "description_localizations": None,
    "contexts": None,
    "integration_types": [0],
}


def global_list(call: Call) -> Answer:
    _check_application(call)
    return Answer(200, call.server.world.global_commands)


def guild_list(call: Call) -> Answer:
    _check_application(call)
    return Answer(200, call.server.world.guild_commands)


def global_overwrite(call: Call) -> Answer:
    _check_application(call)
    call.server.world.global_commands = _overwritten(call, call.server.world.global_commands)
    _tell(call)
    return Answer(200, call.server.world.global_commands)


def guild_overwrite(call: Call) -> Answer:
    _check_application(call)
    call.server.world.guild_commands = _overwritten(call, call.server.world.guild_commands)
    for command in call.server.world.guild_commands:
        command["guild_id"] = GUILD_ID
    _tell(call)
    return Answer(200, call.server.world.guild_commands)


def _tell(call: Call) -> None:
    call.server.feed.publish({"type": "commands", "commands": call.server.world.commands()})


def _overwritten(call: Call, present: list[Json]) -> list[Json]:
    """A command of the same name and type keeps its id."""
    wanted = call.body.json or []
    check_commands(wanted)
    ids = {(command["name"], command["type"]): command["id"] for command in present}
    return [_registered(call, command, ids) for command in wanted]


def _registered(call: Call, command: Json, ids: dict[tuple[str, int], str]) -> Json:
    given = {key: value for key, value in command.items() if value is not None}
    registered = DEFAULTS | given | {"application_id": BOT_ID, "version": call.server.world.ids.next()}
    if registered["default_member_permissions"] is not None:
        registered["default_member_permissions"] = str(registered["default_member_permissions"])
    registered["id"] = ids.get((registered["name"], registered["type"])) or call.server.world.ids.next()
    if "options" in registered:
        registered["options"] = [_option(option) for option in registered["options"]]
    return registered


def _option(option: Json) -> Json:
    shown = {key: value for key, value in option.items() if value is not None}
    if "options" in shown:
        shown["options"] = [_option(inner) for inner in shown["options"]]
    return shown


def _check_application(call: Call) -> None:
    if call.path["application_id"] != BOT_ID:
        raise Refusal(403, 20012, "You are not authorized to perform this action on this application")
    if call.path.get("guild_id", GUILD_ID) != GUILD_ID:
        raise unknown_guild()
