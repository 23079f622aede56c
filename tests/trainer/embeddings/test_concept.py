"""Concepts from a server that answers as the hub does."""

import asyncio
import hashlib
import os
import subprocess
import sys
from pathlib import Path

import msgspec
import numpy as np
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.trainer.embeddings.samples import SD1, saved, tensor
from trainer.embeddings.reading import read_embedding
from trainer.protocol import FileFault, RefusedFile

COMMIT = "0123456789abcdef0123456789abcdef01234567"
HUGE = 100_000_000


class Hub:
    """Two concepts, one of them too large. Notes what was sent."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        toy = saved({"<cat-toy>": tensor(SD1[0])})
        self.files = {"shelf/cat-toy/learned_embeds.bin": toy, "shelf/huge/learned_embeds.safetensors": b"x"}

    def application(self) -> web.Application:
        application = web.Application()
        application.router.add_get("/{owner}/{name}/resolve/main/{file}", self.file)  # HEAD as well
        return application

    async def file(self, request: web.Request) -> web.StreamResponse:
        place = "/".join(request.match_info[part] for part in ("owner", "name", "file"))
        if place not in self.files:
            known = any(name.startswith(place.rsplit("/", 1)[0] + "/") for name in self.files)
            return web.Response(status=404, headers={"X-Error-Code": "EntryNotFound" if known else "RepoNotFound"})
        data = self.files[place]
        headers = {"ETag": f'"{hashlib.sha1(data).hexdigest()}"', "X-Repo-Commit": COMMIT}
        if "huge" in place:
            headers["X-Linked-Size"] = str(HUGE)
        if request.method == "GET":
            self.sent.append(place)
        return web.Response(body=data, headers=headers)


async def fetched(concept: str, endpoint: str, folder: Path) -> list[RefusedFile]:
    command = (sys.executable, "-m", "trainer.embeddings.concept", f"--to={folder}", "--", concept)
    process = await asyncio.create_subprocess_exec(
        *command, env=os.environ | {"HF_ENDPOINT": endpoint}, stdout=subprocess.PIPE
    )
    output, _ = await process.communicate()
    assert process.returncode == 0
    return [msgspec.json.decode(line, type=RefusedFile) for line in output.splitlines()]


async def test_a_concept_is_fetched_and_nothing_else(tmp_path: Path) -> None:
    hub = Hub()
    async with TestServer(hub.application()) as server:
        endpoint = str(server.make_url("")).rstrip("/")
        assert await fetched("shelf/cat-toy", endpoint, tmp_path) == []
        (huge,) = await fetched("shelf/huge", endpoint, tmp_path)
        (none,) = await fetched("shelf/none", endpoint, tmp_path)
        (odd,) = await fetched("owner/na--me", endpoint, tmp_path)
    assert hub.sent == ["shelf/cat-toy/learned_embeds.bin"]
    data = (tmp_path / "cat-toy.bin").read_bytes()
    assert np.array_equal(read_embedding(data, "cat-toy.bin").vectors, SD1[:1])
    assert huge.fault == FileFault(reason="too_large", count=64)
    assert none.fault == FileFault(reason="hub_unreachable")
    assert odd.fault == FileFault(reason="hub_unreachable")
