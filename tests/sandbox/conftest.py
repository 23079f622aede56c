import io
from collections.abc import AsyncIterator, Awaitable, Callable
from json import loads
from typing import Any

import pytest
from PIL import Image

from sandbox.app import serving
from sandbox.server import Server
from tests.sandbox.gardener import Gardener, gardening
from tests.sandboxed import ANSWER_SECONDS, Sandbox, acting_in

Rest = Callable[..., Awaitable[tuple[int, Any]]]


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    """In this process, on a real socket, and with patience: a busy machine is no fault of the bot's."""
    async with serving(answer_seconds=ANSWER_SECONDS) as running:
        yield running


@pytest.fixture
async def sandbox(server: Server) -> AsyncIterator[Sandbox]:
    async with acting_in(server.addresses()) as acting:
        yield acting


@pytest.fixture(scope="session")
def picture() -> bytes:
    """A PNG of 8 by 6 pixels."""
    data = io.BytesIO()
    Image.new("RGB", (8, 6), "green").save(data, "PNG")
    return data.getvalue()


@pytest.fixture
def rest(sandbox: Sandbox) -> Rest:
    """Requests of a bot that follows no rules, as no library would send them."""

    async def request(method: str, path: str, json: object = None, **options: Any) -> tuple[int, Any]:
        headers = {"Authorization": f"Bot {sandbox.token}"} | options.pop("headers", {})
        if json is not None:
            options["json"] = json
        async with sandbox.http.request(method, sandbox.api + path, headers=headers, **options) as response:
            text = await response.text()
            return response.status, loads(text) if text else None

    return request


@pytest.fixture
async def bot(sandbox: Sandbox, picture: bytes) -> AsyncIterator[Gardener]:
    async with gardening(sandbox, picture) as running:
        yield running
