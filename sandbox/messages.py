"""Making, changing and removing messages: one way for channels, interactions and people."""

import re
from dataclasses import fields, replace
from typing import Any

from sandbox import announce
from sandbox.bodies import Body
from sandbox.errors import Json, invalid
from sandbox.rules.message_rules import check_mentions, check_message
from sandbox.server import Server
from sandbox.world.attachments import new_attachment
from sandbox.world.components import numbered, texts
from sandbox.world.state import BOT_ID, COMPONENTS_V2, LOADING, Attachment, Channel, Message

MENTION = re.compile(r"<@!?(\d+)>")
SUPPRESS_EMBEDS = 1 << 2


def new_message(server: Server, channel: Channel, author_id: str = BOT_ID, **known: Any) -> Message:
    """An empty one, not yet in the channel."""
    return Message(server.world.ids.next(), channel.id, author_id, server.clock.now(), **known)


def filled(server: Server, message: Message, body: Body, data: Json | None) -> Message:
    """What the message becomes by the request, checked; the message itself stays as it is. Raises a Refusal."""
    data = data or {}
    check_mentions(data.get("allowed_mentions"))
    result = replace(message, flags=_flags(message, data), attachments=_attachments(server, message, body, data))
    if "content" in data:
        result.content = data["content"] or ""
    if "embeds" in data:
        result.embeds = data["embeds"] or []
    if "components" in data:
        result.components = numbered(data["components"] or [])
    check_message(result)
    result.mentions = _mentions(server, result, data.get("allowed_mentions"))
    return result


def _flags(message: Message, data: Json) -> int:
    """The components flag stays once it is set; what waits for its first content stops waiting."""
    asked = data.get("flags") or 0
    kept = message.flags & ~LOADING
    if data.get("flags") is not None:
        kept &= ~SUPPRESS_EMBEDS
    return kept | (asked & (COMPONENTS_V2 | SUPPRESS_EMBEDS))


def _attachments(server: Server, message: Message, body: Body, data: Json) -> list[Attachment]:
    """A given list names all that stay and all that are new; without one, files are added."""
    if data.get("attachments") is None:
        return message.attachments + [_uploaded(server, body, number, {}) for number in sorted(body.files)]
    result = [_listed(server, message, body, entry) for entry in data["attachments"]]
    unlisted = sorted(set(body.files) - {_number(entry) for entry in data["attachments"]})
    if unlisted:
        raise invalid("attachments", f"files[{unlisted[0]}] was sent and is not listed.")
    return result


def _listed(server: Server, message: Message, body: Body, entry: Json) -> Attachment:
    present = next((file for file in message.attachments if file.id == str(entry["id"])), None)
    if present:
        return present
    if _number(entry) not in body.files:
        raise invalid("attachments", f"There is no attachment and no file {entry['id']}.")
    return _uploaded(server, body, _number(entry), entry)


def _number(entry: Json) -> int:
    return int(entry["id"])


def _uploaded(server: Server, body: Body, number: int, described: Json) -> Attachment:
    return new_attachment(server.world.ids.next(), body.files[number], described)


def _mentions(server: Server, message: Message, allowed: Json | None) -> list[str]:
    """Whom the text pings: everyone it names, as far as `allowed_mentions` permits."""
    text = "\n".join([message.content, *texts(message.components)])
    named = [person for person in dict.fromkeys(MENTION.findall(text)) if person in server.world.people]
    if allowed is None or "users" in (allowed.get("parse") or []):
        return named
    return [person for person in named if person in (allowed.get("users") or [])]


def post(server: Server, message: Message) -> Message:
    """Puts a message into its channel and tells everyone; sending wakes a sleeping thread."""
    channel = server.world.channels[message.channel_id]
    server.world.messages[message.id] = message
    channel.messages.append(message.id)
    channel.sent += 1
    channel.last_active = server.clock.now()
    _keep_files(server, message)
    if channel.archived:
        channel.archived, channel.archive_changed = False, server.clock.now()
        announce.channel_updated(server, channel)
    announce.message_created(server, message)
    return message


def change(server: Server, message: Message, result: Message) -> Message:
    """Gives a message its new contents, keeping its identity."""
    was_loading = bool(message.flags & LOADING)
    for field in fields(Message):
        setattr(message, field.name, getattr(result, field.name))
    if not was_loading:
        message.edited = server.clock.now()
    _keep_files(server, message)
    announce.message_updated(server, message)
    return message


def remove(server: Server, message: Message) -> None:
    server.world.channels[message.channel_id].messages.remove(message.id)
    del server.world.messages[message.id]
    server.world.deleted.add(message.id)
    announce.message_deleted(server, message)


def _keep_files(server: Server, message: Message) -> None:
    for attachment in message.attachments:
        server.cdn.keep(attachment)


def check_switch(message: Message, data: Json) -> None:
    """A message that has words or embeds becomes one of components only when the edit clears them."""
    if (data.get("flags") or 0) & COMPONENTS_V2 and not message.flags & COMPONENTS_V2:
        for field in ("content", "embeds"):
            if getattr(message, field) and field not in data:
                raise invalid(field, "Must be cleared when IS_COMPONENTS_V2 is set by an edit.")


def written_by(server: Server, channel: Channel, person_id: str, content: str) -> Message:
    """A person's own words."""
    message = new_message(server, channel, person_id, content=content)
    check_message(message)
    message.mentions = _mentions(server, message, None)
    return post(server, message)
