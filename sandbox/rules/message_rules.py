"""What Discord's documentation demands of a message and its OpenAPI description misses (resources/message)."""

from collections.abc import Iterator

from sandbox.errors import Json, Refusal, empty_message, invalid, request_too_large
from sandbox.rules.component_rules import check_components
from sandbox.world.components import media_urls, texts
from sandbox.world.message_json import EMBED_MEDIA, named_attachment
from sandbox.world.state import ATTACHMENT_SIZE_LIMIT, COMPONENTS_V2, Message

LONGEST_CONTENT = 2000
LONGEST_V2_TEXT = 4000  # over all text displays of a message
LARGEST_EMBEDS = 6000  # characters over all embeds
MOST_FILES = 10
SHOWN_IN_EMBEDS = (".jpg", ".jpeg", ".png", ".webp", ".gif")


def check_message(message: Message) -> None:
    """Holds a message, as it would stand after the request, against the rules; raises a Refusal."""
    if len(message.content) > LONGEST_CONTENT:
        raise invalid("content", "Must be 2000 or fewer in length.", "BASE_TYPE_MAX_LENGTH")
    if message.flags & COMPONENTS_V2:
        _check_v2(message)
    else:
        _check_classic(message)
    check_components(message.components, v2=bool(message.flags & COMPONENTS_V2))
    _check_files(message)
    _check_embeds(message)
    if not (message.content or message.embeds or message.components or message.attachments):
        raise empty_message()


def _check_v2(message: Message) -> None:
    for field in ("content", "embeds"):
        if getattr(message, field):
            words = "The MessageFlags.IS_COMPONENTS_V2 flag does not allow this field."
            raise invalid(field, words, "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2")
    if not message.components:
        raise empty_message()
    if sum(map(len, texts(message.components))) > LONGEST_V2_TEXT:
        raise invalid("components", "Text displays may hold 4000 characters together.", "BASE_TYPE_MAX_LENGTH")


def _check_classic(message: Message) -> None:
    for index, component in enumerate(message.components):
        if component["type"] != 1:
            words = "Without the IS_COMPONENTS_V2 flag only action rows stand at the top."
            raise invalid(f"components.{index}.type", words)
    if len(message.components) > 5:
        raise invalid("components", "Must be 5 or fewer in length.", "BASE_TYPE_MAX_LENGTH")


def _check_files(message: Message) -> None:
    if len(message.attachments) > MOST_FILES:
        raise invalid("attachments", "Must be 10 or fewer in length.", "BASE_TYPE_MAX_LENGTH")
    if any(len(file.data) > ATTACHMENT_SIZE_LIMIT for file in message.attachments):
        raise request_too_large()
    for path, url in media_urls(message.components):
        _check_address(message, path, url)


def _check_address(message: Message, path: str, url: str) -> None:
    if url.startswith("attachment://"):
        if named_attachment(message, url) is None:
            raise invalid(path, f"{url} is not among the attachments.", "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT")
    elif not url.startswith(("http://", "https://")):
        raise invalid(path, "Not a well formed URL.", "URL_TYPE_INVALID_URL")


def _check_embeds(message: Message) -> None:
    if sum(len(text) for embed in message.embeds for text in _embed_texts(embed)) > LARGEST_EMBEDS:
        raise invalid("embeds", "Embeds may hold 6000 characters together.", "MAX_EMBED_SIZE_EXCEEDED")
    for index, embed in enumerate(message.embeds):
        for path, url in _embed_addresses(embed, f"embeds.{index}"):
            _check_address(message, path, url)
            if url.startswith("attachment://") and not url.lower().endswith(SHOWN_IN_EMBEDS):
                raise invalid(path, f"{url} is not a picture that embeds show.")


def _embed_texts(embed: Json) -> Iterator[str]:
    for part in (embed, embed.get("author"), embed.get("footer"), *(embed.get("fields") or [])):
        for key in ("title", "description", "name", "text", "value"):
            yield (part or {}).get(key) or ""


def _embed_addresses(embed: Json, path: str) -> Iterator[tuple[str, str]]:
    for key in EMBED_MEDIA:
        if embed.get(key) and embed[key].get("url"):
            yield f"{path}.{key}.url", embed[key]["url"]
    for key in ("author", "footer"):
        if embed.get(key) and embed[key].get("icon_url"):
            yield f"{path}.{key}.icon_url", embed[key]["icon_url"]


def check_mentions(allowed: Json | None) -> None:
    """`parse` and an explicit list for the same kind exclude each other."""
    if not allowed:
        return
    for kind in ("users", "roles"):
        if kind in (allowed.get("parse") or []) and allowed.get(kind):
            words = f'parse:["{kind}"] and {kind}: [ids...] are mutually exclusive.'
            raise invalid("allowed_mentions", words, "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE")


def check_flags(flags: int, allowed: int) -> None:
    if flags & ~allowed:
        raise Refusal(400, 50035, f"Flags {flags & ~allowed} cannot be set here.")
