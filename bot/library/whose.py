"""Whose a word is, as the person sees it whose prompt names it."""

from typing import Literal, TypeAlias

import msgspec

Whose: TypeAlias = Literal["own", "server", "operator"]
"""The nearest first: one's own, shared with the server, put there by the operator for everybody."""


class ChosenWord(msgspec.Struct, frozen=True):
    """A word that a prompt named, where there were others of its name in sight."""

    name: str
    whose: Whose
