"""Weather: faults on purpose, such as a 429, a broken connection or a lost gateway."""

from dataclasses import dataclass, field
from typing import Any

from sandbox.errors import Json

HTTP_KINDS = ("429", "ban", "413", "status", "reset", "slow", "html")
GATEWAY_KINDS = ("ws-refuse", "ws-drop", "ws-close", "ws-malformed", "op7", "op9", "no-ack")
# Of these, those that need not wait for something of the bot's.
AT_ONCE = ("ws-drop", "ws-close", "ws-malformed", "op7", "op9")
FIELDS: dict[str, Any] = {
    "match": str,
    "kind": str,
    "status": int,
    "code": int,
    "seconds": (int, float),
    "bytes": int,
    "times": int,
    "after": int,
}


@dataclass
class Fault:
    match: str
    kind: str
    status: int = 500
    code: int = 0
    seconds: float = 0.2
    bytes: int = 0  # of a 413: requests of so many and fewer pass
    times: int = 1
    after: int = 0

    def fits(self, subject: str) -> bool:
        wanted, given = self.match.split("/"), subject.split("/")
        return len(wanted) == len(given) and all(w in ("*", g) for w, g in zip(wanted, given, strict=True))


@dataclass
class Weather:
    faults: list[Fault] = field(default_factory=list)
    unheard: set[str] = field(default_factory=set)
    """Paths whose answers were cut off: doing the same again is no fault of the bot's."""

    def take(self, subject: str, *kinds: str, size: int = 0) -> Fault | None:
        """The fault that strikes now, if any: counts down `after`, then `times`. `size` is the request's, in bytes."""
        for fault in self.faults:
            if fault.times < 1 or fault.kind not in kinds or not fault.fits(subject):
                continue
            if fault.kind == "413" and size <= fault.bytes:
                continue
            if fault.after > 0:
                fault.after -= 1
                continue
            fault.times -= 1
            return fault
        return None


def parse_faults(entries: Any) -> list[Fault]:
    """Raises ValueError with one sentence."""
    if not isinstance(entries, list):
        raise ValueError("The weather is a list of faults.")
    return [_parse(entry) for entry in entries]


def _parse(entry: Json) -> Fault:
    if not isinstance(entry, dict) or not {"match", "kind"} <= entry.keys():
        raise ValueError("A fault has at least match and kind.")
    for key, value in entry.items():
        if not isinstance(value, FIELDS.get(key, ())) or isinstance(value, bool):
            raise ValueError(f"A fault has no {key} of {value!r}.")
    fault = Fault(**entry)
    if fault.kind not in HTTP_KINDS + GATEWAY_KINDS:
        raise ValueError(f"There is no fault of kind {fault.kind}.")
    if (fault.match == "WS") != (fault.kind in GATEWAY_KINDS):
        raise ValueError(f"A fault of kind {fault.kind} does not go with match {fault.match}.")
    return fault
