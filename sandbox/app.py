"""The web application: which address leads to which room."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from aiohttp import web
from aiohttp.typedefs import Handler

from sandbox import rest
from sandbox.faults import Fault
from sandbox.gateway import gateway_socket
from sandbox.interactions import FIRST_ANSWER_SECONDS
from sandbox.page_api import acting, pages, people
from sandbox.server import Server, new_server
from sandbox.world.state import NAMED_PEOPLE

# Open event streams and the gateway would otherwise hold the process for a minute.
SHUTDOWN_SECONDS = 0.1

# A person may send ten files of 10 MiB in one modal.
LARGEST_BODY = 128 * 1024 * 1024
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")

PEOPLE: tuple[tuple[str, str, people.Handle], ...] = (
    ("GET", "/sandbox/world", people.world),
    ("PATCH", "/sandbox/people/{id}", people.set_locale),
    ("GET", "/sandbox/channels/{id}/messages", people.messages),
    ("POST", "/sandbox/channels/{id}/messages", people.write),
    ("DELETE", "/sandbox/messages/{message}", people.delete_message),
    ("PATCH", "/sandbox/channels/{id}", people.edit_channel),
    ("POST", "/sandbox/direct", people.open_direct),
    ("POST", "/sandbox/guilds", people.open_guild),
    ("GET", "/sandbox/events", people.events),
    ("POST", "/sandbox/commands", acting.command),
    ("POST", "/sandbox/autocomplete", acting.autocomplete),
    ("POST", "/sandbox/clicks", acting.click),
    ("POST", "/sandbox/modals", acting.modal),
    ("GET", "/sandbox/interactions/{id}", acting.interaction),
    ("GET", "/sandbox/samples/{folder}/{file}", people.sample),
    ("POST", "/sandbox/clock", people.advance),
    ("GET", "/sandbox/weather", people.weather),
    ("PUT", "/sandbox/weather", people.set_weather),
    ("GET", "/sandbox/violations", people.violations),
    ("GET", "/sandbox/traffic", people.traffic),
)


@asynccontextmanager
async def serving(
    port: int = 0,
    token: str | None = None,
    key: str | None = None,
    faults: Sequence[Fault] = (),
    *,
    people: int = NAMED_PEOPLE,
    answer_seconds: float = FIRST_ANSWER_SECONDS,
) -> AsyncIterator[Server]:
    """A server that listens on 127.0.0.1 until the block ends; port 0 takes a free one."""
    with socket.create_server(("127.0.0.1", port)) as listening:
        own_port, wanted = listening.getsockname()[1], list(faults)
        server = new_server(own_port, token, key, wanted, people=people, answer_seconds=answer_seconds)
        runner = web.AppRunner(build_app(server), access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
        await runner.setup()
        await web.SockSite(runner, listening).start()
        try:
            yield server
        finally:
            await runner.cleanup()


def build_app(server: Server) -> web.Application:
    app = web.Application(client_max_size=LARGEST_BODY, middlewares=[only_loopback])
    app.cleanup_ctx.append(_background(server))
    for method, path, handle in PEOPLE:
        app.router.add_route(method, path, _for_people(server, handle))
    app.router.add_route("*", "/api/{rest:.*}", _api(server))
    app.router.add_get("/gateway", _gateway(server))
    app.router.add_get("/gateway/", _gateway(server))
    app.router.add_get("/attachments/{rest:.*}", _attachment(server))
    app.router.add_get("/", _index(server))
    app.router.add_get("/page/{name:.*}", _page_file)
    return app


@web.middleware
async def only_loopback(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A strange Host means that another site's name was pointed at this machine (DNS rebinding)."""
    name = request.host if request.host.endswith("]") else request.host.rpartition(":")[0] or request.host
    if name not in LOOPBACK:
        return web.Response(status=421, text="This server answers to loopback names only.")
    response = await handler(request)
    if not response.prepared:
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def _background(server: Server) -> Callable[[web.Application], AsyncIterator[None]]:
    async def run(_app: web.Application) -> AsyncIterator[None]:
        yield
        for task in list(server.tasks):
            task.cancel()
        await asyncio.gather(*server.tasks, return_exceptions=True)

    return run


def _api(server: Server) -> Handler:
    async def bound(request: web.Request) -> web.StreamResponse:
        return await rest.serve(server, request)

    return bound


def _for_people(server: Server, handle: people.Handle) -> Handler:
    async def bound(request: web.Request) -> web.StreamResponse:
        return await people.serve(server, request, handle)

    return bound


def _gateway(server: Server) -> Handler:
    async def bound(request: web.Request) -> web.StreamResponse:
        return await gateway_socket.serve(server.gateway, server.token, request)

    return bound


def _attachment(server: Server) -> Handler:
    async def bound(request: web.Request) -> web.StreamResponse:
        return await pages.attachment(server, request)

    return bound


def _index(server: Server) -> Handler:
    async def bound(request: web.Request) -> web.StreamResponse:
        if not people.has_key(server, request):
            return web.Response(status=403, text="Open the address that the sandbox printed; it carries the key.")
        return pages.index()

    return bound


async def _page_file(request: web.Request) -> web.StreamResponse:
    return pages.file_below(pages.PAGE, request.match_info["name"])
