"""The chat page, its files, sample pictures and attachments."""

import asyncio
import mimetypes
from pathlib import Path
from urllib.parse import quote

from aiohttp import web

from sandbox.errors import Json
from sandbox.server import Server

ROOM = Path(__file__).parents[1]
PAGE = ROOM / "page"
SAMPLES = ROOM / "demo_images"
PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".gif")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "media-src 'self' data: blob:; connect-src 'self'; font-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
# Strangers' files share the page's origin, so none of them may run anything.
FILE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
SHOWN_INLINE = ("image/", "video/", "audio/", "text/plain")


def index() -> web.Response:
    page = PAGE / "index.html"
    text = page.read_text(encoding="utf-8") if page.is_file() else "<!doctype html><title>No page yet</title>"
    headers = {"Content-Security-Policy": POLICY, "Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}
    return web.Response(text=text, content_type="text/html", headers=headers)


def file_below(folder: Path, name: str) -> web.Response:
    """404 for whatever is not a file inside the folder."""
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()) or not path.is_file():
        raise web.HTTPNotFound
    headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-cache"}
    return web.Response(body=path.read_bytes(), content_type=_content_type(path.name), headers=headers)


def _content_type(name: str) -> str:
    return mimetypes.guess_type(name)[0] or "application/octet-stream"


def samples() -> list[Json]:
    folders = sorted(folder for folder in SAMPLES.iterdir() if folder.is_dir()) if SAMPLES.is_dir() else []
    return [{"folder": folder.name, "files": _pictures(folder)} for folder in folders if _pictures(folder)]


def _pictures(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir() if file.suffix.lower() in PICTURES)


async def attachment(server: Server, request: web.Request) -> web.Response:
    fault = server.weather.take(f"{request.method} {request.path}", "status", "slow")
    if fault and fault.kind == "slow":
        await asyncio.sleep(fault.seconds)
    elif fault:
        return web.Response(status=fault.status)
    found = server.cdn.find(quote(request.path), dict(request.query))
    if found is None:
        return web.Response(status=404, text="This content is no longer available.")
    inline = found.content_type.startswith(SHOWN_INLINE)
    headers = {
        "Content-Type": found.content_type,
        "Content-Security-Policy": FILE_POLICY,
        "Content-Disposition": f'{"inline" if inline else "attachment"}; filename="{found.filename}"',
    }
    return web.Response(body=found.data, headers=headers)
