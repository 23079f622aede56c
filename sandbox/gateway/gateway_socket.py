"""One WebSocket of the bot: what it may send and is answered. Close codes: docs topics/opcodes-and-status-codes."""

import asyncio
import hmac
import json
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from sandbox.errors import Json
from sandbox.faults import Fault
from sandbox.gateway.gateway import (
    ALL_INTENTS,
    DISPATCH,
    HEARTBEAT,
    HEARTBEAT_ACK,
    HELLO,
    INVALID_SESSION,
    PRIVILEGED,
    RECONNECT,
    Gateway,
    Link,
    Session,
    encode,
)

IDENTIFY, PRESENCE, VOICE, RESUME, MEMBERS = 2, 3, 4, 6, 8
UNKNOWN_ERROR = 4000
HEARTBEAT_INTERVAL_MS = 41250
LARGEST_PAYLOAD = 4096  # bytes upwards
SENDS, SENDS_SECONDS = 120, 60.0


class Closed(Exception):
    """The bot broke the gateway's rules; carries the close code."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


@dataclass
class Socket:
    gateway: Gateway
    token: str
    request: web.Request
    ws: web.WebSocketResponse
    link: Link = field(default_factory=Link)
    session: Session | None = None
    received: deque[float] = field(default_factory=lambda: deque(maxlen=SENDS))

    async def run(self) -> None:
        """Serves the connection until either side ends it."""
        self.link.put({"op": HELLO, "d": {"heartbeat_interval": HEARTBEAT_INTERVAL_MS}, "s": None, "t": None})
        writer = asyncio.create_task(self._write())
        try:
            await self._read()
        except Closed as closed:
            self.gateway.journal.violation(f"{closed.code} {closed}", "WS", "/gateway")
            await self.ws.close(code=closed.code, message=str(closed).encode())
        finally:
            writer.cancel()
            self.gateway.lose(self.link, ended=self.ws.close_code in (1000, 1001))

    async def _read(self) -> None:
        while True:
            try:
                message = await self.ws.receive(timeout=HEARTBEAT_INTERVAL_MS / 1000 * 2)
            except TimeoutError:
                raise Closed(4009, "No heartbeat: session timed out.") from None
            if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
                return
            self._count()
            self._receive(_decoded(message.data))

    def _count(self) -> None:
        now = asyncio.get_running_loop().time()
        if len(self.received) == SENDS and now - self.received[0] < SENDS_SECONDS:
            raise Closed(4008, "More than 120 payloads in 60 seconds.")
        self.received.append(now)

    def _receive(self, payload: Json) -> None:
        op, data = payload.get("op"), payload.get("d")
        if op == HEARTBEAT:
            self._beat()
        elif op in (IDENTIFY, RESUME) and isinstance(data, dict):
            self._begin(op, data)
        elif self.session is None:
            raise Closed(4003, f"Payload with op {op} before identifying.")
        elif op not in (PRESENCE, VOICE, MEMBERS):
            raise Closed(4001, f"Unknown opcode {op}.")

    def _beat(self) -> None:
        if not self.gateway.weather.take("WS", "no-ack"):
            self.link.put({"op": HEARTBEAT_ACK, "d": None, "s": None, "t": None})

    def _begin(self, op: int, data: Json) -> None:
        if self.session:
            raise Closed(4005, "Already identified.")
        if not hmac.compare_digest(str(data.get("token")).removeprefix("Bot ").encode(), self.token.encode()):
            raise Closed(4004, "Authentication failed.")
        if op == RESUME:
            self._resume(data)
        else:
            self._identify(data)

    def _resume(self, data: Json) -> None:
        self.session = self.gateway.resume(self.link, str(data.get("session_id")), int(data.get("seq") or 0))
        if self.session is None:
            self.link.put({"op": INVALID_SESSION, "d": False, "s": None, "t": None})

    def _identify(self, data: Json) -> None:
        intents = data.get("intents")
        if type(intents) is not int or not 0 <= intents <= ALL_INTENTS:
            raise Closed(4013, "Invalid intents.")
        if intents & PRIVILEGED:
            raise Closed(4014, "Disallowed intents: a privileged one was asked for.")
        if not {"os", "browser", "device"} <= (data.get("properties") or {}).keys():
            raise Closed(4002, "IDENTIFY has no properties.")
        self.session = self.gateway.identify(self.link, intents)

    async def _write(self) -> None:
        while True:
            item = await self.link.queue.get()
            may_strike = item is None or (isinstance(item, dict) and item["op"] == DISPATCH)
            if may_strike and self.session and self.gateway.weather.take("WS", "ws-malformed"):
                await self.ws.send_str(encode(_malformed(self.session)))
            if may_strike and (fault := self.gateway.weather.take("WS", "ws-drop", "ws-close", "op7", "op9")):
                await self._strike(fault)
                if fault.kind != "op9":
                    # Nothing may follow on this connection, or the event in hand would be skipped for good.
                    return
            elif isinstance(item, dict):
                await self.ws.send_str(encode(item))
            elif isinstance(item, int):
                await self.ws.close(code=item)

    async def _strike(self, fault: Fault) -> None:
        """The event in hand is not sent on; a resumed session gets it again."""
        if fault.kind == "ws-drop":
            # At once: what is told from here on is no longer told to this connection.
            self.gateway.lose(self.link, ended=False)
            if self.request.transport:
                self.request.transport.abort()
        elif fault.kind == "ws-close":
            self.gateway.lose(self.link, ended=False)
            await self.ws.close(code=fault.code or UNKNOWN_ERROR)
        elif fault.kind == "op7":
            await self.ws.send_str(encode({"op": RECONNECT, "d": None, "s": None, "t": None}))
        else:
            await self.ws.send_str(encode({"op": INVALID_SESSION, "d": False, "s": None, "t": None}))
            if self.session:
                self.gateway.end(self.session)
            self.session = None


def _malformed(session: Session) -> Json:
    """An event that lacks all that it is said to have, with a number that is in nobody's way."""
    return {"op": DISPATCH, "s": session.sequence, "t": "CHANNEL_CREATE", "d": {"nonsense": True}}


def _decoded(data: Any) -> Json:
    raw = data.encode() if isinstance(data, str) else data
    if len(raw) > LARGEST_PAYLOAD:
        raise Closed(4002, f"Payload of {len(raw)} bytes; {LARGEST_PAYLOAD} are allowed.")
    try:
        payload = json.loads(raw)
    except ValueError:
        raise Closed(4002, "Payload is not JSON.") from None
    if not isinstance(payload, dict):
        raise Closed(4002, "Payload is not an object.")
    return payload


async def serve(gateway: Gateway, token: str, request: web.Request) -> web.StreamResponse:
    if gateway.weather.take("WS", "ws-refuse"):
        return web.Response(status=503, text="no connections at the moment")
    ws = web.WebSocketResponse(max_msg_size=1 << 20)
    await ws.prepare(request)
    if request.query.get("v") != "10" or request.query.get("encoding") != "json":
        gateway.journal.violation("4012 The gateway speaks v=10 and encoding=json only.", "WS", str(request.rel_url))
        await ws.close(code=4012)
        return ws
    await Socket(gateway, token, request, ws).run()
    return ws
