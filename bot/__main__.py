"""The command line: `embedsmith run` and `embedsmith demo`."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import discord
import structlog
import typer
from pydantic import ValidationError

from bot.db.database import NewerDatabase
from bot.logs import start_logging
from bot.settings import Settings

log = structlog.get_logger(__name__)

BAD_CONFIGURATION = 78
"""Exit code that asks a supervisor not to try again."""

program = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Embedsmith: a Discord bot that teaches an image model new words from people's own pictures.",
)


@program.command("run")
def run_bot() -> None:
    """Run the bot. Settings come from the environment or .env; DISCORD_TOKEN is the only one that is needed."""
    from bot.app import AlreadyRunning, run  # only on Linux can these be imported

    try:
        settings = Settings()
    except ValidationError as error:
        for fault in error.errors():
            typer.echo(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}", err=True)
        typer.echo("See .env.example for every setting. `embedsmith demo` needs none.", err=True)
        raise typer.Exit(BAD_CONFIGURATION) from None
    start_logging(settings.log_format)
    try:
        asyncio.run(run(settings))
    except* (AlreadyRunning, NewerDatabase) as group:
        _give_up(str(group.exceptions[0]))
    except* (discord.LoginFailure, discord.ConnectionClosed):
        _give_up("Discord does not accept DISCORD_TOKEN. Copy it again from the developer portal.")
    except* discord.PrivilegedIntentsRequired as group:
        _give_up(str(group.exceptions[0]))


@program.command("demo")
def run_demo(
    port: Annotated[int, typer.Option(help="Port of the page on 127.0.0.1; a free one if it is in use.")] = 8765,
    data: Annotated[Path | None, typer.Option(help="Folder to keep. Default: a temporary one.")] = None,
    answer_seconds: Annotated[float, typer.Option(hidden=True, help="For a first answer. More on a busy machine.")] = 3,
) -> None:
    """Try everything in a browser: a local chat server, the bot and its trainer, with no token and no GPU."""
    from bot.demo import demo

    raise typer.Exit(demo(port, data, answer_seconds))


def _give_up(reason: str) -> None:
    log.error("cannot run", reason=reason)
    raise typer.Exit(BAD_CONFIGURATION)


def main() -> None:
    if sys.platform != "linux":
        typer.echo("Embedsmith runs on Linux. On Windows and macOS use Docker, or WSL on Windows.", err=True)
        sys.exit(BAD_CONFIGURATION)
    program()


if __name__ == "__main__":
    main()
