"""Who may do what, to whose things, where. Pure, and the one place that decides it; a test draws the whole table."""

from enum import Enum
from typing import NamedTuple

from bot.errors import Refusal


class Actor(NamedTuple):
    """A person, where they are, and the rights they have there. In a private chat with the bot there is no server."""

    person_id: int
    guild_id: int | None
    moderates: bool = False
    """Discord's Manage Messages; nothing is asked of it outside `guild_id`."""
    manages_server: bool = False
    """Discord's Manage Server; likewise."""


class Thing(NamedTuple):
    """An embedding, a job, a style. Without an owner it is the operator's, and everybody's to use."""

    owner_id: int | None
    guild_ids: frozenset[int] = frozenset()
    """Servers whose members see it: a job's or a style's own, those with which an embedding is shared."""


class Act(Enum):
    USE = "look at it, draw with it, take its file"
    MODERATE = "stop it, pause it, take it away"
    MANAGE = "take a style away from everybody"
    OWN = "everything else: change it, share it, see how it was taught, go on with it"


class Verdict(Enum):
    ALLOWED = "allowed"
    REFUSED = "refused"
    """They see it, but that is not theirs to do."""
    UNSEEN = "unseen"
    """For them it does not exist, and the answer must not tell that it does."""


def verdict(actor: Actor, act: Act, thing: Thing) -> Verdict:
    """Whether a person may do this to this thing, here."""
    if actor.person_id == thing.owner_id:
        return Verdict.ALLOWED
    here = actor.guild_id in thing.guild_ids
    if not here and thing.owner_id is not None:
        return Verdict.UNSEEN
    right = {Act.MODERATE: actor.moderates, Act.MANAGE: actor.manages_server}.get(act, False)
    return Verdict.ALLOWED if act is Act.USE or (here and right) else Verdict.REFUSED


def may(actor: Actor, act: Act, thing: Thing) -> bool:
    return verdict(actor, act, thing) is Verdict.ALLOWED


def owns(person_id: int, thing: Thing) -> bool:
    """Whether a thing is this person's own, wherever they are."""
    return may(Actor(person_id, None), Act.OWN, thing)


def check(actor: Actor, act: Act, thing: Thing, *, refused: Refusal, unseen: Refusal) -> None:
    """Raises one of the two where the person may not."""
    match verdict(actor, act, thing):
        case Verdict.REFUSED:
            raise refused
        case Verdict.UNSEEN:
            raise unseen
