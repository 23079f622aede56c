"""The bot, with little patience for channels that are closed to it: `python -m tests.acceptance.impatient run`."""

from bot import app
from bot.__main__ import main

if __name__ == "__main__":
    app.PATIENCE_SECONDS = 1.0
    main()
