"""Tags that ask for more than words: `<hypernet:name:multiplier>`, `<lora:name:multiplier>`."""

import math
import re
from typing import NamedTuple

HYPERNETWORK = "hypernet"
"""The kind of tags that name one."""
_TAG = re.compile(r"<(\w+):([^>]+)>")


class ExtraNetwork(NamedTuple):
    """A tag of kind `hypernet`, `lora`, or whatever was written; `args` are the texts behind the name."""

    kind: str
    name: str
    args: tuple[str, ...]

    @property
    def strength(self) -> float | None:
        """What stands behind the name; 1 where nothing does, None where it is no number."""
        try:
            strength = float(self.args[0]) if self.args else 1.0
        except ValueError:
            return None
        return strength if math.isfinite(strength) else None

    @property
    def written(self) -> str:
        return f"<{':'.join((self.kind, self.name, *self.args))}>"


def read_extra_networks(text: str) -> tuple[str, tuple[ExtraNetwork, ...]]:
    """The text without its tags, and the tags in order, of known and unknown kinds alike."""
    # Behind the last ">" is no tag; searching there would take quadratic time over thousands of "<a:".
    tagged, last, rest = text.rpartition(">")
    tagged += last
    return _TAG.sub("", tagged) + rest, tuple(_network(*found) for found in _TAG.findall(tagged))


def _network(kind: str, items: str) -> ExtraNetwork:
    name, *args = items.split(":")
    return ExtraNetwork(kind, name, tuple(args))
