"""A person's command options, held against the tree that the bot registered and turned into interaction data."""

from dataclasses import dataclass, field
from typing import Any

from sandbox.bodies import Upload
from sandbox.errors import Json
from sandbox.server import Server
from sandbox.world import permissions
from sandbox.world.attachments import attachment_json, new_attachment
from sandbox.world.message_json import message_json
from sandbox.world.render import channel_json, member_json, role_json, user_json
from sandbox.world.state import ATTACHMENT_SIZE_LIMIT, DM, Channel

SUB_COMMAND, SUB_COMMAND_GROUP = 1, 2
STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER, ATTACHMENT = 3, 4, 5, 6, 7, 8, 9, 10, 11
PYTHON_TYPES: dict[int, Any] = {STRING: str, INTEGER: int, BOOLEAN: bool, NUMBER: (int, float)}
TYPE_NAMES = {STRING: "a text", INTEGER: "a whole number", BOOLEAN: "true or false", NUMBER: "a number"}
LARGEST_INTEGER = 2**53
LONGEST_TEXT = 6000
USER_COMMAND, MESSAGE_COMMAND = 2, 3


class CannotDo(Exception):
    """A person's client would not let them do this; one sentence for the script."""


@dataclass
class Invocation:
    """What a person filled in, and where."""

    server: Server
    person_id: str
    channel: Channel
    options: Json
    files: dict[str, Upload] = field(default_factory=dict)
    focused: str | None = None
    target: str | None = None
    resolved: Json = field(default_factory=dict)

    def resolve(self, kind: str, key: str, value: Json) -> None:
        self.resolved.setdefault(kind, {})[key] = value


def command_data(call: Invocation, path: str) -> Json:
    """Interaction data for `embed train` and the like. Raises CannotDo."""
    words = path.split(" ")
    # Context menu commands may have blanks in their names; slash commands never do.
    command = _find(call, path, (USER_COMMAND, MESSAGE_COMMAND)) or _find(call, words[0], (1,))
    if command is None:
        raise CannotDo(f"There is no command {path}.")
    _check_place(call, command)
    data: Json = {"id": command["id"], "name": command["name"], "type": command["type"]}
    if command.get("guild_id"):
        data["guild_id"] = command["guild_id"]
    if command["type"] == 1:
        data["options"] = _nested(call, command, words[1:])
    else:
        data["target_id"] = _target(call, command["type"])
    return data | ({"resolved": call.resolved} if call.resolved else {})


def _find(call: Invocation, name: str, types: tuple[int, ...]) -> Json | None:
    commands = call.server.world.commands()
    return next((c for c in commands if c["name"] == name and c["type"] in types), None)


def _check_place(call: Invocation, command: Json) -> None:
    world, direct = call.server.world, call.channel.type == DM
    contexts = command.get("contexts")
    if contexts is not None and (1 if direct else 0) not in contexts:
        raise CannotDo(f"The command {command['name']} is not offered here.")
    if command.get("nsfw") and not world.thread_parent(call.channel).nsfw:
        raise CannotDo(f"The command {command['name']} is for age-restricted channels.")
    needed = command.get("default_member_permissions")
    held = permissions.of_person(world, call.person_id, call.channel)
    if needed is not None and not direct and (int(needed) & ~held or (needed == "0" and held != permissions.ALL)):
        raise CannotDo(f"The command {command['name']} needs permissions that this person lacks.")


def _nested(call: Invocation, command: Json, path: list[str]) -> list[Json]:
    children = {option["name"]: option for option in command.get("options", [])}
    nested = any(option["type"] in (SUB_COMMAND, SUB_COMMAND_GROUP) for option in children.values())
    if path:
        child = children.get(path[0])
        if child is None or child["type"] not in (SUB_COMMAND, SUB_COMMAND_GROUP):
            raise CannotDo(f"{command['name']} has no sub-command {path[0]}.")
        return [{"name": child["name"], "type": child["type"], "options": _nested(call, child, path[1:])}]
    if nested:
        raise CannotDo(f"{command['name']} needs one of its sub-commands.")
    return _leaf_options(call, list(children.values()))


def _leaf_options(call: Invocation, described: list[Json]) -> list[Json]:
    given = call.options.keys() | call.files.keys()
    unknown = sorted(given - {option["name"] for option in described})
    if unknown:
        raise CannotDo(f"There is no option {unknown[0]}.")
    missing = [option["name"] for option in described if option.get("required") and option["name"] not in given]
    if missing and call.focused is None:
        raise CannotDo(f"The option {missing[0]} is missing.")
    return [_option(call, option) for option in described if option["name"] in given or option["name"] == call.focused]


def _option(call: Invocation, option: Json) -> Json:
    name, kind = option["name"], option["type"]
    if call.focused == name:
        if not option.get("autocomplete"):
            raise CannotDo(f"The option {name} has no autocompletion.")
        return {"name": name, "type": kind, "value": str(call.options.get(name, "")), "focused": True}
    value = _file(call, name) if kind == ATTACHMENT else call.options.get(name)
    if kind in PYTHON_TYPES:
        _check_value(option, value)
    elif kind in (USER, CHANNEL, ROLE, MENTIONABLE):
        resolve_reference(call, name, str(value))
    return {"name": name, "type": kind, "value": value}


def _check_value(option: Json, value: Any) -> None:
    name, kind = option["name"], option["type"]
    if not isinstance(value, PYTHON_TYPES[kind]) or (isinstance(value, bool) != (kind == BOOLEAN)):
        raise CannotDo(f"The option {name} takes {TYPE_NAMES[kind]}.")
    if kind == INTEGER and abs(value) > LARGEST_INTEGER:
        raise CannotDo(f"The option {name} is out of range.")
    if option.get("choices") and value not in [choice["value"] for choice in option["choices"]]:
        raise CannotDo(f"The option {name} has no choice {value!r}.")
    measure = len(value) if kind == STRING else value
    low, high = _bounds(option)
    if (low is not None and measure < low) or (high is not None and measure > high):
        raise CannotDo(f"The option {name} must be between {low} and {high}.")


def _bounds(option: Json) -> tuple[Any, Any]:
    if option["type"] == STRING:
        return option.get("min_length", 0), option.get("max_length", LONGEST_TEXT)
    return option.get("min_value"), option.get("max_value")


def _file(call: Invocation, name: str) -> str:
    if name not in call.files:
        raise CannotDo(f"The option {name} takes a file.")
    return keep_upload(call, call.files[name])


def keep_upload(call: Invocation, upload: Upload) -> str:
    """Stores a person's file, which only the interaction speaks of; answers its id."""
    if len(upload.data) > ATTACHMENT_SIZE_LIMIT:
        raise CannotDo(f"{upload.filename} is larger than {ATTACHMENT_SIZE_LIMIT} bytes.")
    attachment = new_attachment(call.server.world.ids.next(), upload, {}, ephemeral=True)
    call.server.cdn.keep(attachment)
    call.resolve("attachments", attachment.id, attachment_json(call.server.cdn, call.channel.id, attachment))
    return attachment.id


def resolve_reference(call: Invocation, name: str, value: str) -> None:
    """Fills `resolved` for a person, a channel or a role."""
    world, guild = call.server.world, call.server.world.guild_of(call.channel)
    if value in world.people:
        call.resolve("users", value, user_json(world.people[value]))
        if guild is not None and value in guild.member_ids:
            member = member_json(guild, world.people[value])
            del member["user"], member["deaf"], member["mute"]
            member["permissions"] = str(permissions.of_person(world, value, call.channel))
            call.resolve("members", value, member)
    elif value in world.channels:
        call.resolve("channels", value, channel_json(world, world.channels[value]) | {"permissions": "0"})
    elif guild is not None and value in (guild.bot_role_id, guild.id):
        call.resolve("roles", value, role_json(value, "a role", 1, permissions.BOT, managed=True))
    else:
        raise CannotDo(f"The option {name} names nobody and nothing.")


def _target(call: Invocation, command_type: int) -> str:
    world = call.server.world
    if command_type == USER_COMMAND and call.target in world.people:
        resolve_reference(call, "target", call.target)
    elif command_type == MESSAGE_COMMAND and call.target in world.messages:
        message = world.messages[call.target]
        call.resolve("messages", message.id, message_json(world, call.server.cdn, message))
    else:
        raise CannotDo("This command needs a target: the id of a message or a person.")
    return call.target
