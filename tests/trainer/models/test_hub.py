"""Models by name, from a server that answers as the hub does."""

import asyncio
import hashlib
import os
import subprocess
import sys
from pathlib import Path

import torch
from aiohttp import web
from aiohttp.test_utils import TestServer

from trainer.models.families.latent_diffusion import LatentDiffusion
from trainer.models.loading.folder import Reading, read_folder

ROOT = Path(__file__).parents[3]
COMMIT = "0123456789abcdef0123456789abcdef01234567"
# A process of its own: the hub's address is read from the environment when the library is imported.
PROGRAM = """
import sys
from trainer.models.errors import BadModel
from trainer.models.loading.hub import fetch
from trainer.pulse import silent
try:
    print(fetch(sys.argv[1], silent(), allow_download=sys.argv[2] == "yes"))
except BadModel as error:
    print("refused:", error)
"""


class Hub:
    """One model at `people/tiny`. Notes what was asked for."""

    def __init__(self, folder: Path) -> None:
        self.files = {
            path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
        }
        self.files |= {"tiny-pruned.safetensors": b"not wanted", "unet/diffusion_pytorch_model.bin": b"not wanted"}
        self.sent: list[str] = []

    def application(self) -> web.Application:
        application = web.Application()
        application.router.add_get("/api/models/people/tiny/revision/{revision}", self.describe)
        application.router.add_get("/api/models/people/tiny/tree/{revision}", self.tree)
        application.router.add_get("/people/tiny/resolve/{revision}/{path:.+}", self.file)  # HEAD as well
        application.router.add_get("/{path:.+}", self.nothing)
        return application

    async def describe(self, _request: web.Request) -> web.Response:
        siblings = [{"rfilename": name} for name in self.files]
        return web.json_response({"_id": "1", "id": "people/tiny", "sha": COMMIT, "siblings": siblings, "tags": []})

    async def nothing(self, _request: web.Request) -> web.Response:
        return web.Response(status=404, headers={"X-Error-Code": "RepoNotFound"})

    async def tree(self, _request: web.Request) -> web.Response:
        rows = [
            {"type": "file", "path": name, "size": len(data), "oid": hashlib.sha1(data).hexdigest()}
            for name, data in self.files.items()
        ]
        return web.json_response(rows)

    async def file(self, request: web.Request) -> web.Response:
        data = self.files[request.match_info["path"]]
        if request.method == "GET":
            self.sent.append(request.match_info["path"])
        headers = {"ETag": f'"{hashlib.sha1(data).hexdigest()}"', "X-Repo-Commit": COMMIT}
        return web.Response(body=data, headers=headers)


async def fetched(name: str, endpoint: str, cache: Path, allowed: str) -> str:
    environment = os.environ | {"HF_ENDPOINT": endpoint, "HF_HOME": str(cache), "HF_HUB_DISABLE_XET": "1"}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PROGRAM, name, allowed, cwd=ROOT, env=environment, stdout=subprocess.PIPE
    )
    output, _ = await process.communicate()
    return output.decode().strip()


async def test_a_hubs_model_by_its_name(
    tiny_folders: dict[str, Path], tiny_models: dict[str, LatentDiffusion], tmp_path: Path
) -> None:
    hub = Hub(tiny_folders["sd1"])
    async with TestServer(hub.application()) as server:
        endpoint = str(server.make_url("")).rstrip("/")
        assert "downloads are not allowed" in await fetched("people/tiny", endpoint, tmp_path, "no")
        assert hub.sent == []
        folder = await fetched("people/tiny", endpoint, tmp_path, "yes")
        assert not {"tiny-pruned.safetensors", "unet/diffusion_pytorch_model.bin"} & set(hub.sent)
        sent = len(hub.sent)
        assert await fetched("people/tiny", endpoint, tmp_path, "no") == folder  # from the cache
        assert len(hub.sent) == sent
        assert "hub refuses people/none" in await fetched("people/none", endpoint, tmp_path, "yes")
    loaded = read_folder(Path(folder), Reading(torch.device("cpu"), torch.float32), name="tiny")
    assert (loaded.model, loaded.model_hash) == ("tiny", tiny_models["sd1"].model_hash)
