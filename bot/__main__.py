"""The command line: `embedsmith run` and `embedsmith demo`."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import discord
import structlog
import typer

from bot.errors import CannotStore
from bot.exits import BAD_CONFIGURATION, FAULT, TRY_AGAIN, CannotRun, TryLater
from bot.logs import start_logging
from bot.settings import BadSettings, read_settings
from bot.texts.catalogue import texts_for

log = structlog.get_logger(__name__)

program = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Embedsmith: a Discord bot that teaches an image model new words from people's own pictures.",
)


@program.command("run")
def run_bot() -> None:
    """Run the bot. Settings come from the environment or from .env; only DISCORD_TOKEN is required.

    Exit codes (the last line of the output says which one and why):
     0  it was asked to stop
    70  an internal fault; the log has it in full
    75  something that may pass; start it again later
    78  somebody has to act first: a setting, the token, the model, the data folder or its database
    """
    from bot.app import run  # only on Linux can these be imported

    try:
        settings = read_settings()
    except BadSettings as error:
        for fault in error.faults:
            typer.echo(fault, err=True)
        typer.echo("See .env.example for every setting. `embedsmith demo` needs none.", err=True)
        raise typer.Exit(BAD_CONFIGURATION) from None
    start_logging(settings.log_format)
    try:
        asyncio.run(run(settings))
    except Exception as error:  # noqa: BLE001 — the outermost edge
        raise typer.Exit(_ending(error)) from None


@program.command("demo")
def run_demo(
    port: Annotated[
        int, typer.Option(help="Port for the page on 127.0.0.1. If it is in use, a free one is taken.")
    ] = 8765,
    data: Annotated[
        Path | None, typer.Option(help="Data folder to use and keep. Default: a temporary one, deleted at the end.")
    ] = None,
    answer_seconds: Annotated[float, typer.Option(hidden=True, help="Time limit for a first answer.")] = 3,
) -> None:
    """Try everything in a browser: a local chat server, the bot and its trainer, with no token and no GPU."""
    from bot.demo import demo

    raise typer.Exit(demo(port, data, answer_seconds))


def _ending(error: Exception) -> int:
    """Says why the program ends; the exit code. Of several reasons the first that somebody can act on."""
    reasons = sorted(map(_reason, _leaves(error)), key=lambda reason: -reason[0])
    code, sentence = reasons[0]
    if code == FAULT:
        log.critical("ended by a fault of ours", exc_info=error)
    else:
        log.error("cannot run", reason=sentence)
    return code


def _leaves(error: BaseException) -> list[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        return [leaf for part in error.exceptions for leaf in _leaves(part)]
    return [error]


def _reason(error: BaseException) -> tuple[int, str]:
    match error:
        case CannotRun() | discord.PrivilegedIntentsRequired():
            return BAD_CONFIGURATION, str(error)
        case discord.LoginFailure() | discord.ConnectionClosed():
            sentence = "Discord does not accept DISCORD_TOKEN. Copy it again from the developer portal."
            return BAD_CONFIGURATION, sentence
        case TryLater():
            return TRY_AGAIN, str(error)
        case CannotStore():
            return TRY_AGAIN, texts_for("en").refusal(error)
        case _:
            return FAULT, repr(error)


def main() -> None:
    if sys.platform != "linux":
        typer.echo("Embedsmith runs on Linux. On Windows and macOS use Docker, or WSL on Windows.", err=True)
        sys.exit(BAD_CONFIGURATION)
    program()


if __name__ == "__main__":
    main()
