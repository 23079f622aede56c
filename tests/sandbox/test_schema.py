"""The rewritten description passes and refuses what Discord's own does."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from sandbox.app import PEOPLE
from sandbox.openapi.prune import TARGET, prune
from sandbox.routes import ROUTES
from sandbox.rules.schema import Schema, load

SEND = ("POST", "/channels/{channel_id}/messages", "application/json")
DOCUMENT = json.loads(TARGET.read_text(encoding="utf-8"))
BUTTON = {"type": 2, "style": 1, "label": "x", "custom_id": "a"}
SEPARATOR = {"type": 14, "spacing": 2, "divider": None}
BODIES: list[dict[str, Any]] = [
    {},
    {"content": None, "components": None},
    {"content": "x" * 4001},
    {"components": [{"type": 1, "components": [BUTTON]}]},
    {"components": [{"type": 1, "components": [BUTTON | {"style": 9}]}]},
    {"components": [{"type": 1, "components": [BUTTON | {"label": "x" * 81}]}]},
    {"components": [{"type": 1, "components": [{"type": 10, "content": "x"}]}]},
    {"components": [{"type": 17, "components": [{"type": 10, "content": "x"}, SEPARATOR]}]},
    {"components": [{"type": 17, "components": [{"type": 17, "components": []}]}]},
    {"components": [{"type": 99}]},
    {"components": [{"type": "1"}]},
    {"components": [{}]},
    {"components": ["x"]},
    {"components": [{"type": 9, "components": [{"type": 10, "content": "x"}]}]},
    {"message_reference": {"message_id": "1"}},
    {"nonce": 7},
    {"nonce": "x" * 26},
]


@pytest.mark.parametrize("number", range(len(BODIES)))
def test_rewritten_unions_pass_the_same_bodies(number: int) -> None:
    plain, rewritten = Schema(DOCUMENT), load()
    assert (plain.request(*SEND, BODIES[number]) is None) == (rewritten.request(*SEND, BODIES[number]) is None)


def test_error_names_the_place() -> None:
    body = {"components": [{"type": 17, "components": [{"type": 1, "components": [BUTTON | {"label": 7}]}]}]}
    found = load().request(*SEND, body)
    assert found is not None
    assert (found.path, found.message) == (
        "components.0.components.0.components.0.label",
        "7 is not of type 'string', 'null'",
    )


def test_description_holds_every_route_and_nothing_else() -> None:
    described = {(method.upper(), path) for path, item in DOCUMENT["paths"].items() for method in item}
    assert described == {(route.method, route.template) for route in ROUTES}
    assert prune(DOCUMENT) == DOCUMENT


def test_document_names_every_call() -> None:
    document = (Path(__file__).parents[2] / "docs" / "sandbox.md").read_text(encoding="utf-8")
    written = re.sub(r"\{\w+\}", "{}", document)
    missing = [call for call in PEOPLE if re.sub(r"\{\w+\}", "{}", call[1]) not in written]
    assert missing == []
    assert [call for call in PEOPLE if f"{call[0]} " not in document] == []
