"""docs/architecture.md and the code say the same."""

import re
from collections import Counter
from pathlib import Path

import pytest

from bot.jobs.job import ENDED, TRANSITIONS, State

ROOT = Path(__file__).parents[2]
MOST_FILES = 15
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")


def test_the_drawn_transitions_are_the_codes() -> None:
    drawn = {
        State(state): frozenset(State(following) for following in followers.split(", "))
        for state, followers in re.findall(r"^(\w+) +→ ([\w, ]+)$", PAGE, re.MULTILINE)
    }
    assert drawn == {state: following for state, following in TRANSITIONS.items() if state not in ENDED}


@pytest.mark.parametrize("package", ["bot", "trainer"])
def test_every_room_is_on_the_page(package: str) -> None:
    rooms = re.search(rf"^{package}/\n((?:  .*\n)+)", PAGE, re.MULTILINE)
    assert rooms is not None
    named = set(re.findall(r"\b(\w+\.py|\w+/)", rooms[1]))
    here = [path for path in (ROOT / package).iterdir() if not path.name.startswith("__")]
    missing = {path.name + "/" if path.is_dir() else path.name for path in here} - named
    assert not missing


def test_every_file_named_for_the_bot_exists() -> None:
    rooms = re.search(r"^bot/\n((?:  .*\n)+)", PAGE, re.MULTILINE)
    assert rooms is not None
    files = {path.name for path in (ROOT / "bot").rglob("*.py")}
    assert set(re.findall(r"\b(\w+\.py)\b", rooms[1])) <= files


@pytest.mark.parametrize("package", ["bot", "trainer", "sandbox"])
def test_no_room_is_too_large_to_look_around_in(package: str) -> None:
    files = [path for path in (ROOT / package).rglob("*.py") if path.name != "__init__.py"]
    sizes = Counter(path.parent for path in files)
    assert {str(room): size for room, size in sizes.items() if size > MOST_FILES} == {}
