"""What rows hold as JSON: written with its version, and read through one reader that brings older ones up to date."""

import json
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeAlias, TypeVar

import msgspec

T = TypeVar("T")
Step: TypeAlias = Callable[[dict[str, Any]], None]
"""Changes what one version wrote, plain as it came out of the JSON, into what the next one would have written."""
_VERSION = "version"


class UnreadableValue(Exception):
    """It was damaged."""


class NewerValue(UnreadableValue):
    """A newer release wrote it."""


class Stored(Generic[T]):
    """One kind of value that rows hold. `steps` lead from each version to the next; the last one is today's.

    What has no version is of the first. tests/bot/test_stored_rows.py fails where a shape changes without a step.
    """

    def __init__(self, shape: Any, steps: Sequence[Step] = ()) -> None:
        """`shape` is the struct, or the union of structs, that T is."""
        self.shape = shape
        self.version = len(steps) + 1
        self._steps = steps

    def text(self, value: T) -> str:
        """For a STRICT column; half of a character, which no text can hold, becomes `?`."""
        plain = {_VERSION: self.version, **msgspec.to_builtins(value)}
        try:
            return msgspec.json.encode(plain).decode()
        except UnicodeEncodeError:
            return json.dumps(plain, ensure_ascii=False).encode(errors="replace").decode()

    def read(self, text: str) -> T:
        """Raises UnreadableValue."""
        try:
            plain = msgspec.json.decode(text, type=dict[str, Any])
            version = plain.pop(_VERSION, 1)
            if version > self.version:
                raise NewerValue(f"version {version}, and this release knows {self.version}")
            if version < 1:
                raise UnreadableValue(f"version {version}")
            for step in self._steps[version - 1 :]:
                step(plain)
            value: T = msgspec.convert(plain, self.shape)
        except UnreadableValue:
            raise
        except Exception as error:  # a step meets whatever a damaged row holds
            raise UnreadableValue(str(error)) from error
        return value
