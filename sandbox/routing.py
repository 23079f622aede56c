"""What a route is, what it gets, and what it answers."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sandbox.bodies import Body
from sandbox.errors import Json, invalid, unknown_channel, unknown_message
from sandbox.server import Server
from sandbox.world.state import Channel, Message


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any = None


@dataclass(frozen=True)
class Call:
    """One request of the bot; `path` holds the values of the template's braces."""

    server: Server
    path: dict[str, str]
    query: dict[str, str]
    body: Body

    @property
    def json(self) -> Json:
        return self.body.json or {}

    def channel(self) -> Channel:
        channel = self.server.world.channels.get(self.path["channel_id"])
        if channel is None:
            raise unknown_channel()
        return channel

    def message(self) -> Message:
        """A message that channel routes see; ephemeral ones they do not."""
        message = self.server.world.messages.get(self.path["message_id"])
        if message is None or message.channel_id != self.path["channel_id"] or message.visible_to:
            raise unknown_message(fault=self.path["message_id"] not in self.server.world.deleted)
        return message

    def number(self, name: str, low: int, high: int, default: int) -> int:
        text = self.query.get(name, str(default))
        if not text.isdecimal() or not low <= int(text) <= high:
            raise invalid(name, f"int value should be between {low} and {high}.", "NUMBER_TYPE_COERCE")
        return int(text)


Handle = Callable[[Call], Answer]


@dataclass(frozen=True)
class Route:
    method: str
    template: str
    handle: Handle
    # Interaction tokens are a right of their own; such routes need no bot token and do not count for the global limit.
    by_token: bool = False
    pattern: re.Pattern[str] = field(init=False)

    def __post_init__(self) -> None:
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.template)
        object.__setattr__(self, "pattern", re.compile(pattern))
