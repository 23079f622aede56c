"""What rows hold as JSON: written with its version, and read through one reader that brings older ones up to date."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Generic, TypeAlias, TypeVar

import msgspec

T = TypeVar("T")
Plain: TypeAlias = dict[str, Any]
PathsIn: TypeAlias = Callable[[Plain, Callable[[str], str]], None]
"""Puts what the function makes of each path in a plain value in that one's place."""
Step: TypeAlias = Callable[[Plain], None]
"""Changes what one version wrote, plain as it came out of the JSON, into what the next one would have written."""
_VERSION = "version"


class UnreadableValue(Exception):
    """It was damaged."""


class NewerValue(UnreadableValue):
    """A newer release wrote it."""


def inside(path: str, folder: Path) -> str:
    """Relative to the folder, where it is in it."""
    return Path(path).relative_to(folder).as_posix() if Path(path).is_relative_to(folder) else path


def whole(path: str, folder: Path) -> str:
    return str(folder / path)


class Stored(Generic[T]):
    """One kind of value that rows hold. `steps` lead from each version to the next; the last one is today's.

    What has no version is of the first. tests/bot/test_stored_rows.py fails where a shape changes without a step.
    A value has its paths whole; a row has those in the data folder relative to it, so that the folder can be moved.
    """

    def __init__(self, shape: Any, steps: Sequence[Step] = (), paths: PathsIn = lambda plain, change: None) -> None:
        """`shape` is the struct, or the union of structs, that T is."""
        self.shape = shape
        self.version = len(steps) + 1
        self._steps = steps
        self._paths = paths

    def text(self, value: T, folder: Path) -> str:
        """For a STRICT column; half of a character, which no text can hold, becomes `?`. `folder` holds the data."""
        plain = {_VERSION: self.version, **msgspec.to_builtins(value)}
        self._paths(plain, lambda path: inside(path, folder))
        try:
            return msgspec.json.encode(plain).decode()
        except UnicodeEncodeError:
            return json.dumps(plain, ensure_ascii=False).encode(errors="replace").decode()

    def read(self, text: str, folder: Path) -> T:
        """Raises UnreadableValue."""
        try:
            plain = msgspec.json.decode(text, type=Plain)
            version = plain.pop(_VERSION, 1)
            if version > self.version:
                raise NewerValue(f"version {version}, and this release knows {self.version}")
            if version < 1:
                raise UnreadableValue(f"version {version}")
            for step in self._steps[version - 1 :]:
                step(plain)
            self._paths(plain, lambda path: whole(path, folder))
            value: T = msgspec.convert(plain, self.shape)
        except UnreadableValue:
            raise
        except Exception as error:  # a step meets whatever a damaged row holds
            raise UnreadableValue(str(error)) from error
        return value
