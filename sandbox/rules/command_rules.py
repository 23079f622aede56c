"""What Discord demands of a command tree (interactions/application-commands) and its description misses."""

import re
from collections.abc import Iterator

from sandbox.errors import Json, invalid

NAME = re.compile(r"[-_'\w\u0900-\u097F\u0E00-\u0E7F]{1,32}")
CONTEXT_NAME = re.compile(r".{1,32}")
SLASH, USER, MESSAGE = 1, 2, 3
MOST = {SLASH: 100, USER: 15, MESSAGE: 15}
MOST_CHARACTERS = 8000  # over names, descriptions and values of one command
COMPLETABLE = (3, 4, 10)
SUB_COMMANDS = (1, 2)
LOCALES = frozenset(
    [
        "id",
        "da",
        "de",
        "en-GB",
        "en-US",
        "es-ES",
        "es-419",
        "fr",
        "hr",
        "it",
        "lt",
        "hu",
        "nl",
        "no",
        "pl",
        "pt-BR",
        "ro",
        "fi",
        "sv-SE",
        "vi",
        "tr",
        "cs",
        "el",
        "bg",
        "ru",
        "uk",
        "hi",
        "th",
        "zh-CN",
        "ja",
        "zh-TW",
        "ko",
        "ar",
        "he",
    ]
)


def check_commands(commands: list[Json]) -> None:
    seen = set()
    for index, command in enumerate(commands):
        kind = command.get("type") or SLASH
        if (kind, command["name"]) in seen:
            raise invalid(
                f"{index}.name", "Application command names must be unique.", "APPLICATION_COMMANDS_DUPLICATE_NAME"
            )
        seen.add((kind, command["name"]))
        _check_command(str(index), command, kind)
    for kind, most in MOST.items():
        if sum(seen_kind == kind for seen_kind, _ in seen) > most:
            raise invalid("", f"More than {most} commands of type {kind}.")


def _check_command(path: str, command: Json, kind: int) -> None:
    _check_words(path, command, slash=kind == SLASH)
    if kind != SLASH and (command.get("options") or command.get("description")):
        raise invalid(f"{path}.description", "Context menu commands have neither description nor options.")
    if kind == SLASH and not command.get("description"):
        raise invalid(f"{path}.description", "This field is required", "BASE_TYPE_REQUIRED")
    _check_options(path, command.get("options") or [], depth=0)
    if sum(map(len, _characters(command))) > MOST_CHARACTERS:
        raise invalid(path, "A command holds 8000 characters or fewer.", "APPLICATION_COMMAND_TOO_LARGE")


def _check_words(path: str, part: Json, *, slash: bool) -> None:
    names = {"": part["name"], **(part.get("name_localizations") or {})}
    for locale, name in names.items():
        if not (NAME if slash else CONTEXT_NAME).fullmatch(name) or (slash and name != name.lower()):
            raise invalid(f"{path}.name", f"{name!r} is not a valid name.", "APPLICATION_COMMAND_INVALID_NAME")
        _check_locale(path, locale)
    for locale in part.get("description_localizations") or {}:
        _check_locale(path, locale)


def _check_locale(path: str, locale: str) -> None:
    if locale and locale not in LOCALES:
        raise invalid(f"{path}.name_localizations", f"{locale!r} is not a locale of Discord.")


def _check_options(path: str, options: list[Json], depth: int) -> None:
    names = [option["name"] for option in options]
    if len(names) != len(set(names)):
        raise invalid(f"{path}.options", "Option names must be unique.", "APPLICATION_COMMAND_OPTIONS_NAME_INVALID")
    nested = [option["type"] in SUB_COMMANDS for option in options]
    if any(nested) and not all(nested):
        raise invalid(f"{path}.options", "Sub-commands and other options do not mix.")
    required = [bool(option.get("required")) for option in options]
    if required != sorted(required, reverse=True):
        raise invalid(f"{path}.options", "Required options come first.", "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID")
    for index, option in enumerate(options):
        _check_option(f"{path}.options.{index}", option, depth)


def _check_option(path: str, option: Json, depth: int) -> None:
    _check_words(path, option, slash=True)
    if option["type"] in SUB_COMMANDS:
        if depth > 1 or (option["type"] == 2 and depth > 0):
            raise invalid(path, "Groups are nested too deeply.")
        _check_options(path, option.get("options") or [], depth + 1)
    choices = option.get("choices") or []
    if option.get("autocomplete") and (choices or option["type"] not in COMPLETABLE):
        raise invalid(f"{path}.autocomplete", "Autocompletion needs a text or number option without choices.")
    if len({choice["name"] for choice in choices}) < len(choices):
        raise invalid(
            f"{path}.choices", "Choice names must be unique.", "APPLICATION_COMMAND_OPTIONS_CHOICE_NAME_EXISTS"
        )
    for index, choice in enumerate(choices):
        for locale in choice.get("name_localizations") or {}:
            _check_locale(f"{path}.choices.{index}", locale)


def _characters(part: Json) -> Iterator[str]:
    """Of each localized text only the longest counts."""
    for key in ("name", "description"):
        localized = part.get(f"{key}_localizations") or {}
        yield max([part.get(key) or "", *localized.values()], key=len)
    for choice in part.get("choices") or []:
        yield choice["name"]
        yield str(choice["value"])
    for option in part.get("options") or []:
        yield from _characters(option)
