"""A message as Discord's JSON, addresses freshly signed."""

from typing import Any

from sandbox.errors import Json
from sandbox.world import components
from sandbox.world.attachments import Cdn, attachment_json
from sandbox.world.clock import iso
from sandbox.world.render import channel_json, user_json
from sandbox.world.state import BOT_ID, HAS_THREAD, Attachment, Interaction, Message, World

REPLY = 19
EMBED_MEDIA = ("image", "thumbnail")


def message_json(world: World, cdn: Cdn, message: Message, *, nested: bool = True) -> Json:
    """`nested` adds the message that is replied to, one level deep."""
    shown: Json = {
        "id": message.id,
        "channel_id": message.channel_id,
        "type": message.type,
        "content": message.content,
        "author": user_json(world.people[message.author_id]),
        "timestamp": iso(message.created),
        "edited_timestamp": iso(message.edited) if message.edited else None,
        "flags": message.flags | (HAS_THREAD if message.thread_id else 0),
        "mentions": [user_json(world.people[person_id]) for person_id in message.mentions],
        "mention_roles": [],
        "mention_everyone": False,
        "pinned": False,
        "tts": False,
        "attachments": [attachment_json(cdn, message.channel_id, file) for file in message.attachments],
        "embeds": [_embed(cdn, message, embed) for embed in message.embeds],
        "components": _components(cdn, message),
    }
    return shown | _relations(world, cdn, message, nested=nested)


def _relations(world: World, cdn: Cdn, message: Message, *, nested: bool) -> Json:
    related: Json = {}
    if message.nonce is not None:
        related["nonce"] = message.nonce
    if message.interaction_id:
        related |= {"application_id": BOT_ID, "webhook_id": BOT_ID}
        related["interaction_metadata"] = metadata_json(world, world.interactions[message.interaction_id])
    if message.thread_id:
        related["thread"] = channel_json(world, world.channels[message.thread_id])
    if message.reply_to:
        related["message_reference"] = {"type": 0, "message_id": message.reply_to, "channel_id": message.channel_id}
        related["message_reference"] |= _guild_id(world, message)
    if message.reply_to and nested:
        target = world.messages.get(message.reply_to)
        related["referenced_message"] = message_json(world, cdn, target, nested=False) if target else None
    return related


def event_json(world: World, cdn: Cdn, message: Message) -> Json:
    """The message as the gateway tells it: with its guild and, for people, its member."""
    return message_json(world, cdn, message) | _guild_id(world, message)


def metadata_json(world: World, interaction: Interaction) -> Json:
    """Which interaction a message answers; it differs between commands, clicks and modals."""
    metadata: Json = {
        "id": interaction.id,
        "type": interaction.type,
        "user": user_json(world.people[interaction.person_id]),
        "authorizing_integration_owners": {"0": world.channels[interaction.channel_id].guild_id or "0"},
    }
    if interaction.kind == "click":
        metadata["interacted_message_id"] = interaction.source_id
    if interaction.kind == "modal" and interaction.opened_by:
        opener = world.interactions[interaction.opened_by]
        metadata["triggering_interaction_metadata"] = metadata_json(world, opener)
    return metadata


def _guild_id(world: World, message: Message) -> Json:
    guild_id = world.channels[message.channel_id].guild_id
    return {"guild_id": guild_id} if guild_id else {}


def _components(cdn: Cdn, message: Message) -> list[Json]:
    def unfurl(url: str) -> Json:
        return _unfurled(cdn, message, url)

    return [components.as_answered(component, unfurl) for component in message.components]


def named_attachment(message: Message, url: str) -> Attachment | None:
    """The file that `attachment://name` speaks of, by the name sent or the tidied one."""
    name = url.removeprefix("attachment://")
    return next((file for file in message.attachments if file.filename == name), None)


def _unfurled(cdn: Cdn, message: Message, url: str) -> Json:
    file = named_attachment(message, url) if url.startswith("attachment://") else None
    if file is None:
        return {"id": message.id, "url": url, "proxy_url": url, "width": None, "height": None, "content_type": None}
    address = cdn.url(message.channel_id, file)
    return {
        "id": file.id,
        "attachment_id": file.id,
        "url": address,
        "proxy_url": address,
        "width": file.width,
        "height": file.height,
        "content_type": file.content_type,
        # For the file component, which takes them out again.
        "name": file.filename,
        "size": len(file.data),
    }


def _embed(cdn: Cdn, message: Message, embed: Json) -> Json:
    shown: dict[str, Any] = {key: value for key, value in embed.items() if value is not None} | {"type": "rich"}
    for key in EMBED_MEDIA:
        if shown.get(key):
            media = _unfurled(cdn, message, shown[key]["url"])
            kept = ("url", "proxy_url", "width", "height")
            shown[key] = {name: media[name] for name in kept if media[name] is not None}
    for key in ("author", "footer"):
        icon = (shown.get(key) or {}).get("icon_url")
        if icon:
            shown[key] = shown[key] | {"icon_url": _unfurled(cdn, message, icon)["url"]}
    return shown
