"""docs/protocol.md and trainer/protocol say the same."""

import inspect
import re
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from trainer import protocol
from trainer.protocol import Control, DrawingSettings, FailureReason, Told

PAGE = (Path(__file__).parents[2] / "docs" / "protocol.md").read_text(encoding="utf-8")


def documented() -> dict[str, list[str]]:
    """Field names by message, as the page lists them."""
    sections = re.split(r"^### ", PAGE, flags=re.MULTILINE)[1:]
    rows = {
        section.split("\n", 1)[0].strip(): re.findall(r"^\| (\w+) \|", section, re.MULTILINE) for section in sections
    }
    return {name: [field for field in fields if field != "field"] for name, fields in rows.items()}


def structs() -> dict[str, type[msgspec.Struct]]:
    found = {name: value for name, value in vars(protocol).items() if isinstance(value, type)}
    return {
        name: value for name, value in found.items() if issubclass(value, msgspec.Struct) and not name.startswith("_")
    }


def test_every_message_and_part_is_documented_with_its_fields() -> None:
    assert documented() == {name: fields_of(struct) for name, struct in structs().items()}


def fields_of(struct: type[msgspec.Struct]) -> list[str]:
    """Those that DrawingSettings has already are listed there, unless they mean something else here."""
    if issubclass(struct, DrawingSettings):
        return list(inspect.get_annotations(struct))
    return list(struct.__struct_fields__)


def test_the_page_names_the_version() -> None:
    assert f"Version {protocol.PROTOCOL_VERSION}." in PAGE


def test_every_reason_of_failure_is_named() -> None:
    for reason in get_args(FailureReason):
        assert f"`{reason}`" in PAGE


@pytest.mark.parametrize("message", [*get_args(Control), *get_args(Told)], ids=lambda message: message.__name__)
def test_messages_are_frozen_and_refuse_unknown_fields(message: type[msgspec.Struct]) -> None:
    config = message.__struct_config__
    assert config.frozen
    assert config.forbid_unknown_fields
    assert config.tag == message.__name__
