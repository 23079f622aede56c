"""Buttons, selects and modals as a person uses them: interaction data from what the bot sent."""

from typing import Any

from sandbox.errors import Json
from sandbox.page_api.options import CannotDo, Invocation, keep_upload, resolve_reference
from sandbox.world import components as kinds
from sandbox.world.components import find, walk
from sandbox.world.state import BOT_ID, LOADING, Message


def click_data(call: Invocation, message: Message, custom_id: str, values: list[str] | None) -> Json:
    """Raises CannotDo where a person could not press."""
    component = find(message.components, custom_id)
    if component is None or message.author_id != BOT_ID or message.flags & LOADING:
        raise CannotDo(f"The message has no component {custom_id}.")
    if component.get("disabled"):
        raise CannotDo(f"The component {custom_id} is disabled.")
    data = {"custom_id": custom_id, "component_type": component["type"], "id": component["id"]}
    if component["type"] == kinds.BUTTON:
        return data
    data["values"] = _chosen(call, component, values or [])
    return data | ({"resolved": call.resolved} if call.resolved else {})


def _chosen(call: Invocation, component: Json, given: Any) -> list[str]:
    values = _checked_values(component, given)
    if component["type"] in kinds.SELECTS and component["type"] != kinds.STRING_SELECT:
        for value in values:
            resolve_reference(call, component["custom_id"], value)
        return values
    known = [option["value"] for option in component["options"]]
    unknown = [value for value in values if value not in known]
    if unknown:
        raise CannotDo(f"{component['custom_id']} has no option {unknown[0]}.")
    return values


def _checked_values(component: Json, values: Any) -> list[str]:
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise CannotDo(f"{component['custom_id']} takes a list of texts.")
    low, high = _bounds(component)
    if not low <= len(values) <= high or len(values) != len(set(values)):
        raise CannotDo(f"{component['custom_id']} takes {low} to {high} different values.")
    return values


def _bounds(component: Json) -> tuple[int, int]:
    """How many values; an input of a modal that is not required may stay empty."""
    low, high = component.get("min_values"), component.get("max_values")
    if high is None:
        high = len(component["options"]) if component["type"] == kinds.CHECKBOX_GROUP else 1
    return (0 if component.get("required") is False else 1) if low is None else low, high


def modal_data(call: Invocation, modal: Json, uploads: dict[str, list[Any]]) -> Json:
    """The data of a submitted modal; `call.options` are the values by custom_id. Raises CannotDo."""
    inputs = {part["custom_id"] for _, part in walk(modal["components"]) if "custom_id" in part}
    unknown = sorted((call.options.keys() | uploads.keys()) - inputs)
    if unknown:
        raise CannotDo(f"The modal has no input {unknown[0]}.")
    submitted = [_submitted(call, component, uploads) for component in modal["components"]]
    data: Json = {"custom_id": modal["custom_id"], "components": submitted}
    return data | ({"resolved": call.resolved} if call.resolved else {})


def _submitted(call: Invocation, component: Json, uploads: dict[str, list[Any]]) -> Json:
    shared = {"type": component["type"], "id": component["id"]}
    if component["type"] == kinds.LABEL:
        return shared | {"component": _input(call, component["component"], uploads)}
    if component["type"] == kinds.ACTION_ROW:
        return shared | {"components": [_input(call, inner, uploads) for inner in component["components"]]}
    return shared


def _input(call: Invocation, part: Json, uploads: dict[str, list[Any]]) -> Json:
    name, kind = part["custom_id"], part["type"]
    shared = {"type": kind, "id": part["id"], "custom_id": name}
    value = call.options.get(name)
    if kind == kinds.TEXT_INPUT:
        return shared | {"value": _text(part, part.get("value") if value is None else value)}
    if kind == kinds.FILE_UPLOAD:
        return shared | {"values": _files(call, part, uploads.get(name, []))}
    if kind == kinds.CHECKBOX:
        return shared | {"value": _tick(part, value)}
    if kind == kinds.RADIO_GROUP:
        chosen = _chosen(call, part, [] if value is None else [value] if isinstance(value, str) else value)
        return shared | {"value": chosen[0] if chosen else None}
    return shared | {"values": _chosen(call, part, _defaults(part) if value is None else value)}


def _defaults(part: Json) -> list[str]:
    return [option["value"] for option in part.get("options", []) if option.get("default")]


def _text(part: Json, value: Any) -> str:
    text = "" if value is None else value
    if not isinstance(text, str):
        raise CannotDo(f"{part['custom_id']} takes a text.")
    low, high = part.get("min_length") or 0, part.get("max_length") or 4000
    required = part.get("required") is not False
    if (required and not text) or (text and not low <= len(text) <= high):
        raise CannotDo(f"{part['custom_id']} takes {max(low, 1)} to {high} characters.")
    return text


def _tick(part: Json, value: Any) -> bool:
    ticked = bool(part.get("default")) if value is None else value
    if not isinstance(ticked, bool):
        raise CannotDo(f"{part['custom_id']} takes true or false.")
    return ticked


def _files(call: Invocation, part: Json, files: list[Any]) -> list[str]:
    low, high = _bounds(part)
    required = part.get("required") is not False
    if not (low if required or files else 0) <= len(files) <= high:
        raise CannotDo(f"{part['custom_id']} takes {low} to {high} files.")
    return [keep_upload(call, file) for file in files]
