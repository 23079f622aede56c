"""The page's interface, second half: commands, autocompletion, clicks and modals. See docs/sandbox.md."""

import asyncio
from typing import Any

from aiohttp import web

from sandbox import announce, interactions
from sandbox.bodies import Form, read_form
from sandbox.errors import Json
from sandbox.page_api.options import CannotDo, Invocation, command_data
from sandbox.page_api.people import body_of, channel_of, message_of, person_of, text_of
from sandbox.page_api.presses import click_data, modal_data
from sandbox.rest import json_response
from sandbox.server import Server
from sandbox.world.state import Interaction

LONGEST_WAIT = 60.0  # seconds


async def command(server: Server, request: web.Request) -> Json:
    form = await _form(request)
    call = _invocation(server, form.payload, "options")
    call.files = dict(form.files)
    call.target = form.payload.get("target")
    data = command_data(call, text_of(form.payload, "command"))
    return _begun(interactions.begin(server, interactions.COMMAND, call.person_id, call.channel, data))


async def autocomplete(server: Server, request: web.Request) -> Json | web.Response:
    payload = await body_of(request)
    call = _invocation(server, payload, "options")
    call.focused = text_of(payload, "focused")
    data = command_data(call, text_of(payload, "command"))
    asked = interactions.begin(server, interactions.AUTOCOMPLETE, call.person_id, call.channel, data)
    await _settled(asked, server.answer_seconds + 1)
    if asked.choices is None:
        return json_response(408, {"error": "The bot offered no choices in time."})
    return {"choices": asked.choices, "seconds": asked.seconds}


async def click(server: Server, request: web.Request) -> Json:
    payload = await body_of(request)
    person = person_of(server, text_of(payload, "as"))
    message = message_of(server, text_of(payload, "message_id"), person)
    call = Invocation(server, person.id, server.world.channels[message.channel_id], {})
    data = click_data(call, message, text_of(payload, "custom_id"), payload.get("values"))
    known = {"source_id": message.id}
    return _begun(interactions.begin(server, interactions.CLICK, person.id, call.channel, data, **known))


async def modal(server: Server, request: web.Request) -> Json:
    form = await _form(request)
    person = person_of(server, text_of(form.payload, "as"))
    opener = server.world.interactions.get(text_of(form.payload, "interaction_id"))
    if opener is None or opener.person_id != person.id or opener.modal is None or opener.submitted:
        raise CannotDo("That interaction shows this person no modal.")
    values = _object(form.payload, "values")
    call = Invocation(server, person.id, server.world.channels[opener.channel_id], values)
    data = modal_data(call, opener.modal, _grouped(form))
    opener.submitted = True
    known = {"source_id": opener.source_id, "opened_by": opener.id}
    return _begun(interactions.begin(server, interactions.MODAL, person.id, call.channel, data, **known))


async def interaction(server: Server, request: web.Request) -> Json:
    found = server.world.interactions.get(request.match_info["id"])
    if found is None:
        raise CannotDo("There is no such interaction.")
    try:
        wait = min(float(request.query.get("wait", "0")), LONGEST_WAIT)
    except ValueError:
        raise CannotDo("wait is a number of seconds.") from None
    await _settled(found, wait)
    return announce.interaction_for_people(found)


async def _settled(interaction: Interaction, seconds: float) -> None:
    """Returns when the interaction is answered or has failed, at the latest after so many seconds."""
    deadline = asyncio.get_running_loop().time() + seconds
    while interaction.state in ("waiting", "deferred"):
        left = deadline - asyncio.get_running_loop().time()
        if left <= 0:
            return
        try:
            await asyncio.wait_for(interaction.changed.wait(), left)
        except TimeoutError:
            return


def _invocation(server: Server, payload: Any, field: str) -> Invocation:
    person = person_of(server, text_of(payload, "as"))
    channel = channel_of(server, text_of(payload, "channel_id"), person)
    return Invocation(server, person.id, channel, _object(payload, field))


def _object(payload: Any, field: str) -> Json:
    value = payload.get(field) or {}
    if not isinstance(value, dict):
        raise CannotDo(f"The field {field} is not an object.")
    return value


async def _form(request: web.Request) -> Form:
    """Multipart, or plain JSON where no file is sent."""
    if request.content_type == "multipart/form-data":
        return await read_form(request)
    return Form(await body_of(request), [])


def _grouped(form: Form) -> dict[str, list[Any]]:
    grouped: dict[str, list[Any]] = {}
    for name, upload in form.files:
        grouped.setdefault(name, []).append(upload)
    return grouped


def _begun(interaction: Interaction) -> Json:
    return {"interaction_id": interaction.id}
