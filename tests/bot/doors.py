"""Every door to people's things: which thing it is about, what one does with it, and what one is told who may not."""

from enum import Enum
from typing import NamedTuple

from bot.access import Act, Actor, Thing
from bot.errors import (
    AnsweredBefore,
    DraftGone,
    Forgotten,
    NoSuchStyle,
    NothingCalled,
    NotYours,
    Refusal,
    StyleNotYours,
)

SERVER, OTHER_SERVER = 10, 20
OWNER = 1


class Who(Enum):
    OWNER = OWNER
    MEMBER = 2
    MODERATOR_HERE = 3
    """Of the server where the thing is."""
    MODERATOR_ELSEWHERE = 4
    OPERATOR = 5
    """Runs the bot. No setting names one, so in the chat that is a person like any other."""


class Where(Enum):
    HERE = SERVER
    ELSEWHERE = OTHER_SERVER
    PRIVATE = None


def actor(who: Who, where: Where) -> Actor:
    """In a private chat with every right that Discord might tell of, which must not count."""
    rights = (
        where is Where.PRIVATE
        or (who is Who.MODERATOR_HERE and where is Where.HERE)
        or (who is Who.MODERATOR_ELSEWHERE and where is Where.ELSEWHERE)
    )
    return Actor(who.value, where.value, moderates=rights, manages_server=rights)


class Kind(Enum):
    """Things, as they are to the table."""

    NOTHING = "nothing that is anybody's"
    WORD = "a private embedding"
    SHARED_WORD = "an embedding that is shared here"
    OPERATORS_WORD = "a file that the operator put into the folder"
    JOB = "a job of a server"
    PRIVATE_JOB = "a job of a private chat"
    STYLE = "a style of a server"
    DRAFT = "what waits for its person's press"


THINGS = {
    Kind.WORD: Thing(OWNER),
    Kind.SHARED_WORD: Thing(OWNER, frozenset({SERVER})),
    Kind.OPERATORS_WORD: Thing(None),
    Kind.JOB: Thing(OWNER, frozenset({SERVER})),
    Kind.PRIVATE_JOB: Thing(OWNER),
    Kind.STYLE: Thing(OWNER, frozenset({SERVER})),
    Kind.DRAFT: Thing(OWNER),
}


class Door(NamedTuple):
    """`refused` is for those who see the thing, `unseen` for those for whom it does not exist; without the two a door
    tells only of what is allowed, and is silent about the rest.
    """

    kinds: tuple[Kind, ...] = ()
    act: Act = Act.USE
    refused: type[Refusal] | None = None
    unseen: type[Refusal] | None = None


WORDS = (Kind.WORD, Kind.SHARED_WORD, Kind.OPERATORS_WORD)
JOBS = (Kind.JOB, Kind.PRIVATE_JOB)

FREE = Door()
"""Opens a form, begins something of one's own, shows what is everybody's."""
USE_WORD = Door(WORDS, Act.USE, NotYours, NothingCalled)
OWN_WORD = Door(WORDS, Act.OWN, NotYours, NothingCalled)
LIST_WORDS = Door(WORDS, Act.USE)
USE_JOB = Door(JOBS, Act.USE, NotYours, Forgotten)
MODERATE_JOB = Door(JOBS, Act.MODERATE, NotYours, Forgotten)
OWN_JOB = Door(JOBS, Act.OWN, NotYours, Forgotten)
OWN_DRAFT = Door((Kind.DRAFT,), Act.OWN, Forgotten, Forgotten)
OWN_ANSWER = Door((Kind.DRAFT,), Act.OWN, AnsweredBefore, AnsweredBefore)
OWN_INPUT = Door((Kind.DRAFT,), Act.OWN, DraftGone, DraftGone)

COMMANDS = {
    "embed create": FREE,
    "embed train": FREE,
    "embed import": FREE,
    "embed list": LIST_WORDS,
    "embed show": USE_WORD,
    "embed file": USE_WORD,
    "embed inspect": USE_WORD,
    "embed copy": USE_WORD,
    "embed rename": OWN_WORD,
    "embed delete": OWN_WORD,
    # Whether a name that is another's private word learns just now is not told either.
    "embed stop": Door((Kind.JOB,), Act.MODERATE, NothingCalled, NothingCalled),
    "style save": FREE,
    "style list": Door((Kind.STYLE,), Act.USE),
    "style delete": Door((Kind.STYLE,), Act.MANAGE, StyleNotYours, NoSuchStyle),
    "picture info": LIST_WORDS,
    "imagine": LIST_WORDS,
    "queue": Door(JOBS, Act.OWN),
    "help": FREE,
}

SUGGESTIONS = {
    "embed show name": LIST_WORDS,
    "embed file name": LIST_WORDS,
    "embed inspect name": LIST_WORDS,
    "embed copy name": LIST_WORDS,
    "embed rename name": LIST_WORDS,
    "embed delete name": LIST_WORDS,
    "embed stop name": Door(JOBS, Act.OWN),
    "embed train tuning": FREE,
    "imagine hypernetwork": FREE,
    "imagine settings": FREE,
    "imagine style": Door((Kind.STYLE,), Act.USE),
    "style delete name": Door((Kind.STYLE,), Act.MANAGE),
}

BUTTONS = {
    "stop": MODERATE_JOB,
    "pause": MODERATE_JOB,
    "resume": MODERATE_JOB,
    "change": OWN_JOB,
    "preview": OWN_JOB,
    "run_file": OWN_JOB,
    "prompts": OWN_JOB,
    "train_again": OWN_JOB,
    "train_further": OWN_JOB,
    "take_new": OWN_JOB,
    "take_before": OWN_JOB,
    "draw_again": USE_JOB,
    "pick": USE_JOB,
    "variations": USE_JOB,
    "larger": USE_JOB,
    "draw_over": USE_JOB,
    "edit_drawing": USE_JOB,
    "settings": USE_JOB,
    "delete": MODERATE_JOB,
    "draw_read": OWN_DRAFT,
    "consent": OWN_ANSWER,
    "decline": OWN_ANSWER,
    "go_on": OWN_ANSWER,
    "edit": OWN_INPUT,
    "where_me": OWN_ANSWER,
    "where_here": OWN_ANSWER,
    # What may be drawn with is asked again when the drawing starts.
    "draw_word": USE_WORD,
    "draw_made": USE_WORD,
    "share": OWN_WORD,
    "share_made": OWN_WORD,
    "unshare": OWN_WORD,
    "train_word": OWN_WORD,
    "train_made": OWN_WORD,
    "word_file": USE_WORD,
    "ask_delete_word": OWN_WORD,
    "delete_word": OWN_WORD,
    "inspect_word": USE_WORD,
    "test_grid": USE_WORD,
    "styles": Door((Kind.STYLE,), Act.USE),
    "words": LIST_WORDS,
    "teach": FREE,
    "draw": FREE,
}

FORMS = {
    "train": OWN_INPUT,
    # The picture that is drawn over.
    "draw": USE_JOB,
    "redraw": OWN_INPUT,
    "change": OWN_JOB,
    "further": OWN_JOB,
}

DOORS = {
    **{f"/{name}": door for name, door in COMMANDS.items()},
    **{f"suggestions of /{name}": door for name, door in SUGGESTIONS.items()},
    **{f"button {verb}": door for verb, door in BUTTONS.items()},
    **{f"form {verb}": door for verb, door in FORMS.items()},
}
