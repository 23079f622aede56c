"""Where requests and reports hold paths, and what became of those that rows held whole."""

import re
from collections.abc import Callable
from typing import Any

from bot.db.stored import Plain

_REQUEST = ("continue_from", "image")
_REPORT = ("curve", "snapshot", "strip", "film", "best", "before")
_LAYOUT = (re.compile(r".*/(runs/\d+/.+)"), re.compile(r".*/(pictures/\w\w/.+)"), re.compile(r".*?/(embeddings/.+)"))


def in_request(plain: Plain, change: Callable[[str], str]) -> None:
    for picture in plain.get("pictures", ()):
        _put(picture, ("path", "alpha"), change)
    _put(plain, _REQUEST, change)


def in_report(plain: Plain, change: Callable[[str], str]) -> None:
    for shown in (*plain.get("previews", ()), *plain.get("pictures", ())):
        _put(shown, ("path",), change)
    _put(plain.get("coarse") or {}, ("path",), change)
    _put(plain, _REPORT, change)


def request_with_paths_inside(plain: Plain) -> None:
    """Version 2 of a request: paths are relative to the data folder."""
    in_request(plain, _part_inside)


def report_with_paths_inside(plain: Plain) -> None:
    """Version 2 of a report: paths are relative to the data folder."""
    in_report(plain, _part_inside)


def _part_inside(path: str) -> str:
    """By the layout of a data folder, since nobody knows where the folder was when the row was written."""
    found = next((match for pattern in _LAYOUT if (match := pattern.fullmatch(path))), None)
    return found[1] if found else path


def _put(plain: dict[str, Any], keys: tuple[str, ...], change: Callable[[str], str]) -> None:
    for key in keys:
        if isinstance(plain.get(key), str):
            plain[key] = change(plain[key])
