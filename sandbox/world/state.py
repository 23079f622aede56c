"""The world that the sandbox plays: guilds, their people, channels, messages and commands, in memory."""

import asyncio
import secrets
import time
from dataclasses import dataclass, field

from sandbox.errors import Json
from sandbox.world.clock import Clock, Snowflakes

GUILD_TEXT, DM, PUBLIC_THREAD, PRIVATE_THREAD = 0, 1, 11, 12
THREADS = (PUBLIC_THREAD, PRIVATE_THREAD)

HAS_THREAD, EPHEMERAL, LOADING, COMPONENTS_V2 = 1 << 5, 1 << 6, 1 << 7, 1 << 15

BOT_ID = "1100000000000000010"
GUILD_ID = "1100000000000000001"
BOT_ROLE_ID = "1100000000000000002"
# Default of Discord without boosts, in bytes (docs reference, "Uploading files", as of the API description we carry).
ATTACHMENT_SIZE_LIMIT = 10 * 1024 * 1024


@dataclass
class Person:
    id: str
    name: str
    locale: str = "en-US"
    bot: bool = False


@dataclass
class Guild:
    id: str
    name: str
    owner_id: str  # the one member with every permission
    member_ids: set[str]  # the bot among them
    bot_role_id: str
    created: float
    preferred_locale: str = "en-US"


@dataclass
class Attachment:
    id: str
    filename: str
    data: bytes
    content_type: str
    title: str | None = None
    description: str | None = None
    width: int | None = None
    height: int | None = None
    ephemeral: bool = False
    spoiler: bool = False


@dataclass
class Channel:
    id: str
    type: int
    name: str
    guild_id: str | None = None  # None for direct channels
    position: int = 0
    nsfw: bool = False
    denied: int = 0  # permission bits that the bot does not have here
    recipient_id: str | None = None
    parent_id: str | None = None
    owner_id: str | None = None
    archived: bool = False
    auto_archive_minutes: int = 4320
    archive_changed: float = 0.0
    last_active: float = 0.0
    sent: int = 0
    messages: list[str] = field(default_factory=list)  # ids, oldest first

    @property
    def is_thread(self) -> bool:
        return self.type in THREADS


@dataclass
class Message:
    id: str
    channel_id: str
    author_id: str
    created: float
    type: int = 0
    content: str = ""
    flags: int = 0
    embeds: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    mentions: list[str] = field(default_factory=list)
    edited: float | None = None
    nonce: str | int | None = None
    reply_to: str | None = None
    interaction_id: str | None = None
    visible_to: str | None = None  # the only person who sees an ephemeral message
    thread_id: str | None = None

    def seen_by(self, person_id: str) -> bool:
        return self.visible_to is None or self.visible_to == person_id


@dataclass
class Interaction:
    id: str
    token: str
    kind: str  # command, click, modal, autocomplete
    type: int  # Discord's number
    person_id: str
    channel_id: str
    data: Json
    created: float  # by the movable clock
    source_id: str | None = None  # the message that was clicked, also for a modal that a click opened
    opened_by: str | None = None  # the interaction that was answered by the modal
    state: str = "waiting"
    answer: str | None = None  # the kind of the first one
    seconds: float | None = None  # real time to the first answer
    original_id: str | None = None  # what `@original` stands for
    follow_up_ids: list[str] = field(default_factory=list)
    modal: Json | None = None
    choices: list[Json] | None = None
    failure: str | None = None
    acknowledged: bool = False
    submitted: bool = False  # a modal is answered once
    started: float = field(default_factory=time.monotonic)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def mark(self) -> None:
        """Wakes whoever waits for a change."""
        changed, self.changed = self.changed, asyncio.Event()
        changed.set()


@dataclass
class World:
    clock: Clock
    ids: Snowflakes
    people: dict[str, Person]
    channels: dict[str, Channel]
    guilds: dict[str, Guild]
    messages: dict[str, Message] = field(default_factory=dict)
    interactions: dict[str, Interaction] = field(default_factory=dict)
    global_commands: list[Json] = field(default_factory=list)
    guild_commands: list[Json] = field(default_factory=list)
    deleted: set[str] = field(default_factory=set)  # ids of messages that were here once

    @property
    def bot(self) -> Person:
        return self.people[BOT_ID]

    @property
    def home(self) -> Guild:
        """The guild that is there from the start, and that the page shows."""
        return self.guilds[GUILD_ID]

    def guild_of(self, channel: Channel) -> Guild | None:
        """None for a direct channel."""
        return self.guilds[channel.guild_id] if channel.guild_id else None

    def commands(self) -> list[Json]:
        """What people see: a guild's command hides the global one of the same name and type."""
        hidden = {(command["name"], command["type"]) for command in self.guild_commands}
        return self.guild_commands + [c for c in self.global_commands if (c["name"], c["type"]) not in hidden]

    def thread_parent(self, channel: Channel) -> Channel:
        """The channel whose permissions and age mark count."""
        return self.channels[channel.parent_id] if channel.is_thread and channel.parent_id else channel

    def interaction_by_token(self, token: str) -> Interaction | None:
        return next((found for found in self.interactions.values() if secrets.compare_digest(found.token, token)), None)


NAMED_PEOPLE = 3
"""Ada, Lin and Max. Those after them are called by their numbers."""
FIRST_GUEST = 1_100_000_000_000_001_000


def new_world(clock: Clock, count: int = NAMED_PEOPLE) -> World:
    """`count` is how many people there are, the three with names among them."""
    people = [
        Person(BOT_ID, "Embedsmith", bot=True),
        Person("1100000000000000011", "Ada", "en-US"),
        Person("1100000000000000012", "Lin", "zh-CN"),
        Person("1100000000000000013", "Max", "en-GB"),
    ]
    people += [Person(str(FIRST_GUEST + n), f"Guest {n}") for n in range(NAMED_PEOPLE + 1, count + 1)]
    everybody = {person.id for person in people}
    home = Guild(GUILD_ID, "Embedsmith's garden", people[1].id, everybody, BOT_ROLE_ID, clock.now())
    channels = [
        Channel("1100000000000000021", GUILD_TEXT, "general", GUILD_ID, 0),
        Channel("1100000000000000022", GUILD_TEXT, "gallery", GUILD_ID, 1),
        Channel("1100000000000000023", GUILD_TEXT, "after-dark", GUILD_ID, 2, nsfw=True),
    ]
    return World(
        clock=clock,
        ids=Snowflakes(clock),
        people={person.id: person for person in people},
        channels={channel.id: channel for channel in channels},
        guilds={home.id: home},
    )
