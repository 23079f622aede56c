"""A request's body: JSON, or multipart with `payload_json` and files."""

import json
import re
from dataclasses import dataclass, field
from typing import Any

from aiohttp import BodyPartReader, web

from sandbox.errors import Refusal, invalid, invalid_json, request_too_large

FILE_PART = re.compile(r"files\[(\d{1,2})\]")
# A message with all its files, in bytes (docs resources/message, "Limitations").
LARGEST_REQUEST = 25 * 1024 * 1024


@dataclass(frozen=True)
class Upload:
    filename: str
    content_type: str
    data: bytes


@dataclass(frozen=True)
class Body:
    content_type: str
    json: Any = None
    files: dict[int, Upload] = field(default_factory=dict)


@dataclass(frozen=True)
class Form:
    """Multipart as it came: the JSON part and the named files."""

    payload: Any
    files: list[tuple[str, Upload]]


async def read_body(request: web.Request) -> Body:
    """Raises 50109 for broken JSON, 40005 for more than 25 MiB, 50035 for parts that Discord does not know."""
    if not request.can_read_body:
        return Body("")
    if request.content_length and request.content_length > LARGEST_REQUEST:
        await request.release()
        raise request_too_large()
    if request.content_type == "multipart/form-data":
        return await _multipart(request)
    if request.content_type != "application/json":
        raise Refusal(400, 50035, f"Expected Content-Type application/json, not {request.content_type}")
    return Body(request.content_type, parse_json(await request.read()))


async def _multipart(request: web.Request) -> Body:
    form = await read_form(request)
    files: dict[int, Upload] = {}
    for name, upload in form.files:
        number = FILE_PART.fullmatch(name)
        if not number:
            raise invalid(name, "File parts are called files[n].")
        files[int(number[1])] = upload
    if sum(len(upload.data) for upload in files.values()) > LARGEST_REQUEST:
        raise request_too_large()
    return Body(request.content_type, form.payload, files)


async def read_form(request: web.Request) -> Form:
    payload: Any = None
    files: list[tuple[str, Upload]] = []
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader) or part.name is None:
            raise invalid("", "Nested multipart or a part without a name.")
        data = bytes(await part.read(decode=True))
        if part.name == "payload_json":
            payload = parse_json(data)
        elif part.filename is None:
            raise invalid(part.name, "Fields beside payload_json are not understood.")
        else:
            content_type = part.headers.get("Content-Type", "application/octet-stream")
            files.append((part.name, Upload(part.filename, content_type, data)))
    return Form(payload, files)


def parse_json(data: bytes) -> Any:
    try:
        return json.loads(data, parse_constant=_refuse_constant)
    except ValueError as error:
        raise invalid_json() from error


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
