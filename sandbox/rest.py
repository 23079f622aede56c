"""Discord's REST interface: every request passes the same gates in the same order."""

import asyncio
import hmac
import json
import math
import time
from typing import Any

from aiohttp import web

from sandbox.bodies import Body, read_body
from sandbox.errors import Refusal, invalid, not_found, request_too_large, unauthorized
from sandbox.faults import HTTP_KINDS, Fault
from sandbox.ratelimits import BY_ROUTE, GLOBAL, OLD_EDITS, Limit, Standing
from sandbox.routes import ROUTES
from sandbox.routes.channels import put_idle_threads_to_sleep
from sandbox.routing import Answer, Call, Route
from sandbox.server import Server

PREFIX = "/api/v10"
# Seconds after which edits of a message have a slower pace.
OLD_MESSAGE_SECONDS = 3600.0
# Without Via discord.py takes a 429 for a ban by Cloudflare.
VIA = {"Via": "1.1 sandbox"}


def json_response(status: int, body: Any, headers: dict[str, str] | None = None) -> web.Response:
    """Exactly `application/json`: discord.py takes a body with a charset for text."""
    if body is None:
        return web.Response(status=status, headers=headers)
    payload = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    return web.Response(status=status, body=payload, headers={"Content-Type": "application/json", **(headers or {})})


async def serve(server: Server, request: web.Request) -> web.StreamResponse:
    """One request of the bot, with its weather, written down."""
    path = request.path.removeprefix(PREFIX)
    started = time.monotonic()
    size = request.content_length or 0
    fault = server.weather.take(f"{request.method} {path}", *HTTP_KINDS, size=size)
    if fault and fault.kind == "slow":
        await asyncio.sleep(fault.seconds)
        if request.transport is None:  # of a bot that has been killed meanwhile; it was slow on its way to us
            return web.Response(status=499)
    try:
        response = _struck(fault) or await _answer(server, request, path)
    except Exception as error:  # noqa: BLE001 - a mistake of the sandbox's own must show in every test, not only in a log
        server.journal.violation(f"ours: {error!r}", request.method, path)
        response = json_response(500, {"message": "500: a mistake of the sandbox", "code": 0})
    server.journal.request(request.method, path, response.status, time.monotonic() - started)
    if fault and fault.kind == "reset" and request.transport:
        # After the work was done: whether it was is what the bot cannot know.
        server.weather.unheard.add(path)
        request.transport.abort()
    return response


def _struck(fault: Fault | None) -> web.Response | None:
    if fault is None or fault.kind in ("slow", "reset"):
        return None
    if fault.kind == "429":
        body = {"message": "You are being rate limited.", "retry_after": fault.seconds, "global": False}
        return json_response(429, body, VIA | {"Retry-After": str(fault.seconds), "X-RateLimit-Scope": "shared"})
    if fault.kind == "ban":
        # Cloudflare's, before Discord: without Via, and not in JSON.
        headers = {"Retry-After": str(math.ceil(fault.seconds))} if fault.seconds else {}
        return web.Response(status=429, text="error code: 1015", content_type="text/plain", headers=headers)
    if fault.kind == "413":
        return json_response(413, request_too_large().body())
    if fault.kind == "html":
        return web.Response(status=fault.status, text="<html><body>Bad weather</body></html>", content_type="text/html")
    return json_response(fault.status, {"message": f"{fault.status}: weather", "code": fault.code})


async def _answer(server: Server, request: web.Request, path: str) -> web.Response:
    headers: dict[str, str] = {}
    body = Body("")
    try:
        route, values = _match(request.method, path)
        _check_token(server, request, route)
        if refused := _paced(server, route, values, headers):
            return refused
        body = await read_body(request)
        answer = _handled(server, request, route, values, body)
    except Refusal as refusal:
        if refusal.fault and path not in server.weather.unheard:
            server.journal.violation(refusal.sentence(), request.method, path, body.json)
        return json_response(refusal.status, refusal.body(), headers)
    server.checks.reply(route.method, route.template, answer.status, path, answer.body)
    return json_response(answer.status, answer.body, headers)


def _match(method: str, path: str) -> tuple[Route, dict[str, str]]:
    for route in ROUTES:
        if route.method == method and (found := route.pattern.fullmatch(path)):
            return route, found.groupdict()
    raise not_found()


def _check_token(server: Server, request: web.Request, route: Route) -> None:
    given = request.headers.get("Authorization", "")
    if not route.by_token and not hmac.compare_digest(given.encode(), f"Bot {server.token}".encode()):
        raise unauthorized()


def _handled(server: Server, request: web.Request, route: Route, values: dict[str, str], body: Body) -> Answer:
    if found := server.schema.request(route.method, route.template, body.content_type, body.json):
        raise invalid(found.path, found.message, "OPENAPI")
    put_idle_threads_to_sleep(server)
    return route.handle(Call(server, values, dict(request.query), body))


def _paced(server: Server, route: Route, values: dict[str, str], headers: dict[str, str]) -> web.Response | None:
    """Counts the request; fills the headers of its bucket, or answers 429."""
    if not route.by_token:
        overall = server.limits.use(GLOBAL, "")
        if overall.retry_after is not None:
            return _too_fast(overall, 0)
    limit = _limit(server, route, values)
    if limit is None:
        return None
    standing = server.limits.use(limit, values["channel_id"])
    headers.update(standing.headers())
    return None if standing.retry_after is None else _too_fast(standing, 30046 if limit is OLD_EDITS else 0)


def _limit(server: Server, route: Route, values: dict[str, str]) -> Limit | None:
    message = server.world.messages.get(values.get("message_id", ""))
    if route.method == "PATCH" and message and server.clock.now() - message.created > OLD_MESSAGE_SECONDS:
        return None if route.by_token else OLD_EDITS
    return BY_ROUTE.get((route.method, route.template))


def _too_fast(standing: Standing, code: int) -> web.Response:
    everywhere = standing.limit is GLOBAL
    body = {"message": "You are being rate limited.", "retry_after": standing.retry_after, "global": everywhere}
    headers = standing.headers() | VIA | {"Retry-After": str(standing.retry_after)}
    headers["X-RateLimit-Scope"] = "global" if everywhere else "user"
    return json_response(429, body | {"code": code}, headers)
