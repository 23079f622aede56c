"""Who × what × where, drawn: what `bot/access.py` says at every door there is."""

import re
from itertools import product
from pathlib import Path
from typing import Any, cast

import pytest
from discord import app_commands

from bot.access import Act, Verdict, verdict
from bot.app import FEATURES
from bot.features.feature import commands_of, forms_of, presses_of
from tests.bot.doors import BUTTONS, COMMANDS, DOORS, FORMS, SUGGESTIONS, THINGS, Kind, Where, Who, actor

BOT = Path(__file__).parents[2] / "bot"

A, R, U = Verdict.ALLOWED, Verdict.REFUSED, Verdict.UNSEEN

OF_A_SERVER = {
    # here, elsewhere, in a private chat with the bot
    Act.USE: {
        Who.OWNER: (A, A, A),
        Who.MEMBER: (A, U, U),
        Who.MODERATOR_HERE: (A, U, U),
        Who.MODERATOR_ELSEWHERE: (A, U, U),
        Who.OPERATOR: (A, U, U),
    },
    Act.MODERATE: {
        Who.OWNER: (A, A, A),
        Who.MEMBER: (R, U, U),
        Who.MODERATOR_HERE: (A, U, U),
        Who.MODERATOR_ELSEWHERE: (R, U, U),
        Who.OPERATOR: (R, U, U),
    },
    Act.OWN: {
        Who.OWNER: (A, A, A),
        Who.MEMBER: (R, U, U),
        Who.MODERATOR_HERE: (R, U, U),
        Who.MODERATOR_ELSEWHERE: (R, U, U),
        Who.OPERATOR: (R, U, U),
    },
}
OF_A_SERVER[Act.MANAGE] = OF_A_SERVER[Act.MODERATE]
"""Like that, with another of Discord's permissions."""


def expected(kind: Kind, act: Act, who: Who, where: Where) -> Verdict:
    if kind is Kind.OPERATORS_WORD:
        return A if act is Act.USE else R
    if kind in (Kind.WORD, Kind.PRIVATE_JOB, Kind.DRAFT):
        return A if who is Who.OWNER else U
    return OF_A_SERVER[act][who][list(Where).index(where)]


@pytest.mark.parametrize("name", DOORS)
def test_the_table(name: str) -> None:
    door = DOORS[name]
    for kind, who, where in product(door.kinds, Who, Where):
        found = verdict(actor(who, where), door.act, THINGS[kind])
        assert found is expected(kind, door.act, who, where), (kind, who, where)


def leaves() -> dict[str, app_commands.Command[Any, ..., Any]]:
    """Every command, by its path."""
    found: dict[str, app_commands.Command[Any, ..., Any]] = {}
    for command in commands_of(FEATURES, cast("Any", None)):
        inside = command.commands if isinstance(command, app_commands.Group) else [command]
        found |= {leaf.qualified_name: cast("Any", leaf) for leaf in inside}
    return found


def test_every_command_button_form_and_suggestion_has_a_row() -> None:
    suggesting = {
        f"{path} {parameter.name}"
        for path, leaf in leaves().items()
        for parameter in leaf.parameters
        if parameter.autocomplete
    }
    assert set(COMMANDS) == set(leaves())
    assert set(SUGGESTIONS) == suggesting
    assert set(BUTTONS) == set(presses_of(FEATURES))
    assert set(FORMS) == set(forms_of(FEATURES))


def test_rights_are_read_in_one_place() -> None:
    files = BOT.rglob("*.py")
    reading = [path.name for path in files if re.search("manage_messages|manage_guild", path.read_text())]
    assert reading == ["answers.py"], "and judged in access.py"


def test_owners_are_compared_in_one_place() -> None:
    files = BOT.rglob("*.py")
    by_hand = re.compile(r"""owner(_id)?("\])? *(==|!=|not in)|(==|!=) *\w*\.?owner_id""")
    assert [path.name for path in files if by_hand.search(path.read_text())] == ["access.py"]
