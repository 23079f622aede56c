"""Message components: walking, numbering, finding, and the form in which Discord gives them back."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

from sandbox.errors import Json

ACTION_ROW, BUTTON, STRING_SELECT, TEXT_INPUT = 1, 2, 3, 4
USER_SELECT, ROLE_SELECT, MENTIONABLE_SELECT, CHANNEL_SELECT = 5, 6, 7, 8
SECTION, TEXT_DISPLAY, THUMBNAIL, MEDIA_GALLERY, FILE, SEPARATOR, CONTAINER = 9, 10, 11, 12, 13, 14, 17
LABEL, FILE_UPLOAD, RADIO_GROUP, CHECKBOX_GROUP, CHECKBOX = 18, 19, 21, 22, 23
SELECTS = (STRING_SELECT, USER_SELECT, ROLE_SELECT, MENTIONABLE_SELECT, CHANNEL_SELECT)

Unfurl = Callable[[str], Json]


def walk(components: list[Json], path: str = "components") -> Iterator[tuple[str, Json]]:
    """Every component with its dotted path, nested ones after their parents."""
    for index, component in enumerate(components):
        here = f"{path}.{index}"
        yield here, component
        yield from walk(component.get("components") or [], f"{here}.components")
        for key in ("accessory", "component"):
            if component.get(key):
                yield f"{here}.{key}", component[key]


def numbered(components: list[Json]) -> list[Json]:
    """A copy in which every component has an `id`: its own, or the next free number from 1."""
    components = deepcopy(components)
    every = [component for _, component in walk(components)]
    taken = {component.get("id") for component in every}
    free = (number for number in range(1, 10_000) if number not in taken)
    for component in every:
        if not component.get("id"):
            component["id"] = next(free)
    return components


def find(components: list[Json], custom_id: str) -> Json | None:
    return next((component for _, component in walk(components) if component.get("custom_id") == custom_id), None)


def texts(components: list[Json]) -> list[str]:
    return [part.get("content", "") for _, part in walk(components) if part["type"] == TEXT_DISPLAY]


def media_urls(components: list[Json]) -> Iterator[tuple[str, str]]:
    """Every address of a picture or file that the components show, with its path."""
    for path, component in walk(components):
        for index, item in enumerate(component.get("items") or []):
            yield f"{path}.items.{index}.media", item["media"]["url"]
        for key in ("media", "file"):
            if key in component:
                yield f"{path}.{key}", component[key]["url"]


def as_answered(component: Json, unfurl: Unfurl) -> Json:
    """One component as Discord gives it back: defaults filled in, media resolved to addresses."""
    shown = {key: value for key, value in component.items() if value is not None}
    shown |= {key: shown.get(key, value) for key, value in DEFAULTS.get(component["type"], {}).items()}
    if "components" in shown:
        shown["components"] = [as_answered(inner, unfurl) for inner in shown["components"]]
    if "accessory" in shown:
        shown["accessory"] = as_answered(shown["accessory"], unfurl)
    return shown | _media(component, unfurl)


def _media(component: Json, unfurl: Unfurl) -> Json:
    kind = component["type"]
    if kind == MEDIA_GALLERY:
        items = [{"description": None, "spoiler": False} | item for item in component["items"]]
        return {"items": [item | {"media": unfurl(item["media"]["url"])} for item in items]}
    if kind == THUMBNAIL:
        return {"media": unfurl(component["media"]["url"])}
    if kind == FILE:
        media = unfurl(component["file"]["url"])
        return {"name": media.pop("name", None), "size": media.pop("size", None), "file": media}
    return {}


DEFAULTS: dict[int, dict[str, Any]] = {
    STRING_SELECT: {"min_values": 1, "max_values": 1},
    USER_SELECT: {"min_values": 1, "max_values": 1},
    ROLE_SELECT: {"min_values": 1, "max_values": 1},
    MENTIONABLE_SELECT: {"min_values": 1, "max_values": 1},
    CHANNEL_SELECT: {"min_values": 1, "max_values": 1},
    THUMBNAIL: {"description": None, "spoiler": False},
    FILE: {"spoiler": False},
    SEPARATOR: {"spacing": 1, "divider": True},
    CONTAINER: {"accent_color": None, "spoiler": False},
}
