"""Requests and replies held against Discord's OpenAPI description, in both directions."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jsonschema import Draft202012Validator, validators
from jsonschema.exceptions import ValidationError, best_match
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from sandbox.errors import Json
from sandbox.rules.discriminated import KEYWORD, check_form, discriminated

DOCUMENT = Path(__file__).parents[1] / "openapi" / "discord-openapi.json"
URN = "urn:discord"
Validator = validators.extend(Draft202012Validator, {KEYWORD: check_form})
LONGEST_MESSAGE = 300
SNOWFLAKES = {"recipient_id", "message_id", "channel_id", "guild_id"}
SNOWFLAKE_LISTS = {"users", "roles"}
# Where in a request such ids are found.
NESTED = {"data", "message_reference", "allowed_mentions"}

# Parts of gateway events that are the same objects as in REST (the description does not cover the gateway).
EVENT_PARTS = {
    "READY": [("user", "UserPIIResponse")],
    "GUILD_CREATE": [
        ("channels.*", "GuildChannelResponse"),
        ("threads.*", "ThreadResponse"),
        ("roles.*", "GuildRoleResponse"),
        ("members.*", "GuildMemberResponse"),
    ],
    "CHANNEL_CREATE": [("", "PrivateChannelResponse")],
    "CHANNEL_UPDATE": [("", "GuildChannelResponse")],
    "THREAD_CREATE": [("", "ThreadResponse")],
    "THREAD_UPDATE": [("", "ThreadResponse")],
    "MESSAGE_CREATE": [("", "MessageResponse")],
    "MESSAGE_UPDATE": [("", "MessageResponse")],
    "INTERACTION_CREATE": [("message", "MessageResponse"), ("user", "UserResponse")],
}


@dataclass(frozen=True)
class Mismatch:
    path: str
    message: str


@dataclass
class Schema:
    document: Json
    _registry: Registry[Any] = field(init=False)
    _validators: dict[str, Any] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        resource = DRAFT202012.create_resource(self.document)
        self._registry = Registry().with_resource(URN, resource)

    def request(self, method: str, template: str, content_type: str, body: Any) -> Mismatch | None:
        operation = self.document["paths"][template][method.lower()]
        content = operation.get("requestBody", {}).get("content", {})
        if not content:
            return None if body is None else Mismatch("", "this request takes no body")
        kind = content_type if content_type in content else "application/json"
        pointer = _pointer("paths", template, method.lower(), "requestBody", "content", kind, "schema")
        return self._check(pointer, _as_described(body))

    def reply(self, method: str, template: str, status: int, body: Any) -> Mismatch | None:
        """4xx have no schema of their own in the description, and 204 has no body."""
        described = self.document["paths"][template][method.lower()]["responses"].get(str(status))
        if described is None:
            return Mismatch("", f"status {status} is not described") if status < 400 else None
        if "content" not in described:
            return None if body is None else Mismatch("", f"status {status} has no body")
        where = ("paths", template, method.lower(), "responses", str(status), "content", "application/json", "schema")
        return self._check(_pointer(*where), _resource_as_described(body))

    def event(self, name: str, data: Json) -> Mismatch | None:
        for path, schema in EVENT_PARTS.get(name, []):
            for part in _parts(data, path):
                if found := self._check(_pointer("components", "schemas", schema), part):
                    return Mismatch(f"{path}.{found.path}", found.message)
        return None

    def _check(self, pointer: str, body: Any) -> Mismatch | None:
        if pointer not in self._validators:
            self._validators[pointer] = Validator({"$ref": f"{URN}#{pointer}"}, registry=self._registry)
        errors = list(self._validators[pointer].iter_errors(body))
        return _mismatch(_innermost(errors)) if errors else None


@cache
def load() -> Schema:
    """One for the process: building its validators takes longer than using them."""
    document = json.loads(DOCUMENT.read_text(encoding="utf-8"))
    return Schema(discriminated(document, document["components"]["schemas"]))


def _pointer(*keys: str) -> str:
    return "".join("/" + quote(key.replace("~", "~0").replace("/", "~1"), safe="~") for key in keys)


def _innermost(errors: list[ValidationError]) -> ValidationError:
    """Of several allowed forms the one was meant whose `type` fits, or else the one with the least wrong."""
    error = best_match(errors)
    while error.context:
        forms: dict[Any, list[ValidationError]] = {}
        for inner in error.context:
            forms.setdefault(inner.schema_path[0], []).append(inner)
        wrong_kinds = [any(list(inner.path) == ["type"] for inner in form) for form in forms.values()]
        meant = min(zip(wrong_kinds, map(len, forms.values()), forms.values(), strict=True), key=lambda form: form[:2])[
            2
        ]
        error = min(meant, key=lambda inner: len(inner.context or []))
    return error


def _mismatch(error: ValidationError) -> Mismatch:
    path = ".".join(str(key) for key in error.absolute_path)
    return Mismatch(path, error.message[:LONGEST_MESSAGE])


def _parts(data: Any, path: str) -> Iterator[Any]:
    if not path:
        yield data
        return
    key, _, rest = path.partition(".")
    if key == "*":
        for item in data:
            yield from _parts(item, rest)
    elif key in data:
        yield from _parts(data[key], rest)


def _as_described(body: Any) -> Any:
    """The body without what the description gets wrong: ids may be numbers, such as a new file's `attachments[].id`."""
    if not isinstance(body, dict):
        return body
    fixed = {key: _as_described(value) if key in NESTED else value for key, value in body.items()}
    for key in SNOWFLAKES & body.keys():
        fixed[key] = _text(body[key])
    for key in SNOWFLAKE_LISTS & body.keys():
        fixed[key] = [_text(item) for item in body[key] or []]
    if isinstance(body.get("attachments"), list):
        fixed["attachments"] = [_with_text_id(attachment) for attachment in body["attachments"]]
    return fixed


def _text(value: Any) -> Any:
    return str(value) if type(value) is int else value


def _resource_as_described(body: Any) -> Any:
    """The description forgets that a deferred answer (type 5) comes back with its message too."""
    if isinstance(body, dict) and isinstance(body.get("resource"), dict) and body["resource"].get("type") == 5:
        return body | {"resource": body["resource"] | {"type": 4}}
    return body


def _with_text_id(attachment: Any) -> Any:
    return (
        attachment | {"id": _text(attachment["id"])}
        if isinstance(attachment, dict) and "id" in attachment
        else attachment
    )
