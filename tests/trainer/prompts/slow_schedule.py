"""The grammar of schedules word by word, without any haste: what the fast reader is compared with."""

import re
from functools import cache

NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*", re.ASCII)


def slow_text_at(text: str, steps: int, step: int) -> str:
    """The text of a step (from 1), by trying at each place every group that could start there."""
    parts: list[str] = []
    at = 0
    while at < len(text):
        end = next((end for end in range(at + 2, len(text) + 1) if is_group(text[at:end])), None)
        if end is None and (text[at] == "|" or unfinished_escape(text, at)):
            return text
        end = end or at + (2 if text[at] == "\\" else 1)
        parts.append(text[at:end])
        at = end
    return "".join(resolved(part, steps, step) for part in parts)


def unfinished_escape(text: str, at: int) -> bool:
    return text[at] == "\\" and text[at + 1 : at + 2] in ("", "\n")


@cache
def is_group(text: str) -> bool:
    return kind_of(text) is not None


@cache
def kind_of(text: str) -> str | None:
    if len(text) < 2 or text[0] + text[-1] not in ("()", "[]"):
        return None
    for separator, kind in ((":", "changes"), ("|", "alternates")):
        parts = separated(text[1:-1], separator)
        if parts is None:
            continue
        if len(parts) == 1 or (text[0] == "(" and separator == ":" and len(parts) == 2):
            return "weighs"
        if text[0] == "[" and (separator == "|" or (len(parts) <= 3 and NUMBER.fullmatch(parts[-1]))):
            return kind
    return None


@cache
def separated(text: str, separator: str) -> list[str] | None:
    """The parts between separators, or None if one of them is more than text and groups."""
    parts = [""]
    at = 0
    while at < len(text):
        end = next((end for end in range(at + 2, len(text) + 1) if is_group(text[at:end])), None)
        if end is None and text[at] == separator:
            parts.append("")
            at += 1
            continue
        if end is None and (text[at] in "[]():|" or unfinished_escape(text, at)):
            return None
        end = end or at + (2 if text[at] == "\\" else 1)
        parts[-1] += text[at:end]
        at = end
    return parts


def resolved(part: str, steps: int, step: int) -> str:
    kind = kind_of(part)
    if kind is None:
        return part
    inner = part[1:-1]
    if kind == "weighs":
        parts = separated(inner, ":")
        assert parts is not None
        return part[0] + ":".join(slow_text_at(piece, steps, step) for piece in parts) + part[-1]
    parts = separated(inner, ":" if kind == "changes" else "|")
    assert parts is not None
    if kind == "alternates":
        return slow_text_at(parts[(step - 1) % len(parts)], steps, step)
    *texts, when = parts
    end = int(max(0, min(steps, float(when) * (steps if "." in when else 1))))
    before, after = ["", *texts][-2:]
    return slow_text_at(before if step <= end else after, steps, step)
