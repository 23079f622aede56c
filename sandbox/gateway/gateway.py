"""The gateway: sessions that are told events, lose their connection, and resume where they were."""

import asyncio
import json
import secrets
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from sandbox.errors import Json
from sandbox.faults import AT_ONCE, GATEWAY_KINDS, Weather
from sandbox.rules.checks import Checks
from sandbox.world.feed import Feed
from sandbox.world.journal import Journal
from sandbox.world.render import guild_create_json, own_user_json
from sandbox.world.state import BOT_ID, World

DISPATCH, HEARTBEAT, RECONNECT, INVALID_SESSION, HELLO, HEARTBEAT_ACK = 0, 1, 7, 9, 10, 11
GUILDS, MESSAGE_CONTENT = 1 << 0, 1 << 15
GUILD_MESSAGES, DIRECT_MESSAGES = 1 << 9, 1 << 12
# Members, presences, message content: to be granted in Discord's portal, which nobody has done here.
PRIVILEGED = 1 << 1 | 1 << 8 | 1 << 15
ALL_INTENTS = (1 << 26) - 1
EVENTS_KEPT = 2000
# Seconds that a lost session may be resumed.
SESSION_LIFE = 300.0


@dataclass
class Link:
    """One connection's outgoing queue: payloads, a close code, or None to look at the weather."""

    queue: asyncio.Queue[Any] = field(default_factory=asyncio.Queue)

    def put(self, item: Any) -> None:
        self.queue.put_nowait(item)


@dataclass
class Session:
    id: str
    intents: int
    link: Link | None
    sequence: int = 0
    kept: deque[Json] = field(default_factory=lambda: deque(maxlen=EVENTS_KEPT))
    lost_at: float | None = None

    def send(self, name: str, data: Json) -> None:
        self.sequence += 1
        payload = {"op": DISPATCH, "s": self.sequence, "t": name, "d": data}
        self.kept.append(payload)
        if self.link:
            self.link.put(payload)

    def missed(self, sequence: int) -> list[Json]:
        return [payload for payload in self.kept if payload["s"] > sequence]


@dataclass
class Gateway:
    world: World
    journal: Journal
    feed: Feed
    checks: Checks
    weather: Weather
    url: str
    sessions: dict[str, Session] = field(default_factory=dict)

    @property
    def online(self) -> bool:
        return any(session.link for session in self.sessions.values())

    def dispatch(self, name: str, data: Json, intent: int = 0) -> list[Link]:
        """Tells every session that asked for the intent (0: every session); answers the connections it went to."""
        self.checks.event(name, data)
        self._forget_lost()
        told = [session for session in self.sessions.values() if not intent or session.intents & intent]
        for session in told:
            session.send(name, data)
        return [session.link for session in told if session.link]

    def identify(self, link: Link, intents: int) -> Session:
        session = Session(secrets.token_hex(16), intents, link)
        self.sessions[session.id] = session
        ready = {
            "v": 10,
            "user": own_user_json(self.world.bot),
            "guilds": [{"id": guild_id, "unavailable": True} for guild_id in self.world.guilds],
            "session_id": session.id,
            "resume_gateway_url": self.url,
            "application": {"id": BOT_ID, "flags": 0},
            "private_channels": [],
            "session_type": "normal",
            "geo_ordered_rtc_regions": [],
        }
        self.checks.event("READY", ready)
        session.send("READY", ready)
        if intents & GUILDS:
            for guild in self.world.guilds.values():
                joined = guild_create_json(self.world, guild)
                self.checks.event("GUILD_CREATE", joined)
                session.send("GUILD_CREATE", joined)
        self._tell_online()
        return session

    def resume(self, link: Link, session_id: str, sequence: int) -> Session | None:
        """None when the session is not known any more."""
        self._forget_lost()
        session = self.sessions.get(session_id)
        if session is None or sequence > session.sequence:
            return None
        if session.link:
            session.link.put(4000)
        session.link, session.lost_at = link, None
        for payload in session.missed(sequence):
            link.put(payload)
        session.send("RESUMED", {})
        self._tell_online()
        return session

    def lose(self, link: Link, *, ended: bool) -> None:
        """A connection is gone; `ended` when the bot closed it in good order, which ends the session too."""
        for session in list(self.sessions.values()):
            if session.link is link:
                session.link, session.lost_at = None, self.world.clock.now()
                if ended:
                    del self.sessions[session.id]
        self._tell_online()

    def strike_now(self) -> None:
        """Applies new weather without waiting for the next event."""
        for session in self.sessions.values():
            if session.link and any(fault.kind in AT_ONCE and not fault.after for fault in self._gateway_faults()):
                session.link.put(None)

    def end(self, session: Session) -> None:
        self.sessions.pop(session.id, None)

    def _gateway_faults(self) -> list[Any]:
        return [fault for fault in self.weather.faults if fault.kind in GATEWAY_KINDS and fault.times > 0]

    def _forget_lost(self) -> None:
        now = self.world.clock.now()
        old = [s.id for s in self.sessions.values() if s.lost_at is not None and now - s.lost_at > SESSION_LIFE]
        for session_id in old:
            del self.sessions[session_id]

    def _tell_online(self) -> None:
        self.feed.publish({"type": "bot", "online": self.online})


def encode(payload: Json) -> str:
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
