"""python -m sandbox: the server alone. Prints one line of JSON when it listens."""

import argparse
import asyncio
import errno
import json
import signal
import sys
from pathlib import Path

from sandbox.app import serving
from sandbox.faults import Fault, parse_faults
from sandbox.interactions import FIRST_ANSWER_SECONDS
from sandbox.world.state import NAMED_PEOPLE


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m sandbox", description="A local Discord for one bot, with a chat page."
    )
    parser.add_argument("--port", type=int, default=0, help="port to listen on; 0, the default, takes a free one")
    parser.add_argument("--bot-token", help="token that the bot must use; random by default")
    parser.add_argument("--key", help="key that the page and scripts must use; random by default")
    parser.add_argument("--faults", type=Path, help="JSON file: a list of faults to begin with, as in docs/sandbox.md")
    parser.add_argument(
        "--people", type=int, default=NAMED_PEOPLE, help="number of people, default 3; more are called Guest 4, …"
    )
    limit = f"seconds that the bot has for its first answer; default {FIRST_ANSWER_SECONDS:g}, as on Discord"
    parser.add_argument("--answer-seconds", type=float, default=FIRST_ANSWER_SECONDS, help=limit)
    return parser.parse_args()


def faults_in(path: Path | None) -> list[Fault]:
    return parse_faults(json.loads(path.read_text(encoding="utf-8"))) if path else []


async def main() -> None:
    """Serves until SIGTERM or SIGINT."""
    args = arguments()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    wanted = {"people": args.people, "answer_seconds": args.answer_seconds}
    try:
        async with serving(args.port, args.bot_token, args.key, faults_in(args.faults), **wanted) as server:
            sys.stdout.write(json.dumps(server.addresses()) + "\n")
            sys.stdout.flush()
            await stop.wait()
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        sys.exit(f"Port {args.port} is in use.")


if __name__ == "__main__":
    asyncio.run(main())
