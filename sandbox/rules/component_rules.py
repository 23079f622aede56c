"""What Discord's documentation demands of components (components/reference) beyond the OpenAPI description."""

from collections.abc import Callable

from sandbox.errors import Json, invalid
from sandbox.world import components as kinds
from sandbox.world.components import walk

MOST_COMPONENTS = 40
MOST_BUTTONS = 5
LINK, PREMIUM = 5, 6


def check_components(components: list[Json], *, v2: bool) -> None:
    every = list(walk(components))
    if len(every) > MOST_COMPONENTS:
        raise invalid("components", "A message holds 40 components or fewer, nested ones counted.")
    _check_unique(every, "custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED")
    _check_unique(every, "id", "COMPONENT_ID_DUPLICATED")
    for path, component in every:
        if check := CHECKS.get(component["type"]):
            check(path, component)


def _check_unique(every: list[tuple[str, Json]], key: str, code: str) -> None:
    seen = set()
    for path, component in every:
        value = component.get(key)
        if value is not None and value in seen:
            raise invalid(f"{path}.{key}", f"{value!r} is used twice.", code)
        seen.add(value)


def _check_row(path: str, row: Json) -> None:
    inner = [component["type"] for component in row["components"]]
    buttons = inner.count(kinds.BUTTON)
    if not inner or buttons > MOST_BUTTONS or (buttons < len(inner) and len(inner) > 1):
        raise invalid(f"{path}.components", "A row holds 1 to 5 buttons, or one select.")


def _check_button(path: str, button: Json) -> None:
    if not button.get("label") and not button.get("emoji") and button["style"] != PREMIUM:
        raise invalid(f"{path}.label", "A button has a label or an emoji.")
    named, linked = button.get("custom_id") is not None, button.get("url") is not None
    if button["style"] == LINK and (named or not linked):
        raise invalid(f"{path}.url", "A link button has a url and no custom_id.")
    if button["style"] < LINK and (linked or not named):
        raise invalid(f"{path}.custom_id", "A custom_id and no url is required.", "BUTTON_COMPONENT_CUSTOM_ID_REQUIRED")


def _check_select(path: str, select: Json) -> None:
    options = select.get("options") or []
    low, high = _bounds(select)
    if select["type"] == kinds.STRING_SELECT and not 1 <= len(options) <= 25:
        raise invalid(f"{path}.options", "Must be between 1 and 25 in length.", "BASE_TYPE_BAD_LENGTH")
    if low > high or (options and high > len(options)):
        raise invalid(f"{path}.max_values", "min_values, max_values and the options do not go together.")
    values = [option["value"] for option in options]
    if len(values) != len(set(values)):
        raise invalid(f"{path}.options", "Two options have the same value.", "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED")
    if sum(bool(option.get("default")) for option in options) > high:
        raise invalid(f"{path}.options", "More defaults than max_values.")


def _bounds(component: Json) -> tuple[int, int]:
    low, high = component.get("min_values"), component.get("max_values")
    return (1 if low is None else low), (1 if high is None else high)


CHECKS: dict[int, Callable[[str, Json], None]] = {
    kinds.ACTION_ROW: _check_row,
    kinds.BUTTON: _check_button,
    **dict.fromkeys(kinds.SELECTS, _check_select),
}


def check_modal(modal: Json) -> None:
    """1 to 5 components at the top, every input named once and labelled."""
    if not 1 <= len(modal["components"]) <= 5:
        raise invalid("data.components", "Must be between 1 and 5 in length.", "BASE_TYPE_BAD_LENGTH")
    every = list(walk(modal["components"], "data.components"))
    _check_unique(every, "custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED")
    for path, component in every:
        if component["type"] in (*kinds.SELECTS, kinds.CHECKBOX_GROUP, kinds.RADIO_GROUP):
            _check_modal_choice(path, component)
        elif component["type"] == kinds.TEXT_INPUT:
            _check_text_input(path, component)


def _check_modal_choice(path: str, component: Json) -> None:
    if component.get("disabled"):
        raise invalid(f"{path}.disabled", "Nothing in a modal can be disabled.")
    if component["type"] in kinds.SELECTS:
        _check_select(path, component)


def _check_text_input(path: str, component: Json) -> None:
    value, low, high = component.get("value") or "", component.get("min_length") or 0, component.get("max_length")
    if high is not None and (low > high or len(value) > high):
        raise invalid(f"{path}.max_length", "min_length, max_length and value do not go together.")
