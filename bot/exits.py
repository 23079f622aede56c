"""Why the program ends, as its supervisor reads it. Only `app.py` and what it opens raise these."""

FAULT, TRY_AGAIN, BAD_CONFIGURATION = 70, 75, 78
"""Exit codes, as in sysexits.h, beside 0, asked to end: a fault of ours; to be started again later; not before
somebody has acted."""


class CannotRun(Exception):
    """Somebody has to act first; the text says in one sentence what is wrong. Exit code 78."""


class TryLater(Exception):
    """It may pass by itself; the text says in one sentence what is wrong. Exit code 75."""
