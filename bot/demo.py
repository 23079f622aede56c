"""`embedsmith demo`: the sandbox and the bot as two processes, started and ended together."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import typer

STOP_SECONDS = 20.0


def demo(port: int, data: Path | None) -> int:
    """Runs both until one ends or a signal comes; returns the exit code."""
    signal.signal(signal.SIGTERM, _interrupt)
    with ExitStack() as parts:
        if data is None:
            data = Path(parts.enter_context(tempfile.TemporaryDirectory(prefix="embedsmith-demo-")))
        command = [sys.executable, "-m", "sandbox", "--port", str(port)]
        sandbox = parts.enter_context(_process(command, stdout=subprocess.PIPE))
        assert sandbox.stdout is not None
        line = sandbox.stdout.readline()
        if not line:
            typer.echo(f"The page could not be opened on port {port}. Is it in use? Try --port 0.", err=True)
            return 1
        address = json.loads(line)
        bot = parts.enter_context(_process([sys.executable, "-m", "bot", "run"], env=_environment(address, data)))
        typer.echo(
            f"\n  Embedsmith is at  {address['page']}\n  embeddings are in {data / 'embeddings'}\n  Ctrl-C ends it.\n"
        )
        return _until_one_ends([sandbox, bot])


def _environment(address: dict[str, str], data: Path) -> dict[str, str]:
    return {
        **os.environ,
        "DISCORD_TOKEN": address["token"],
        "EMBEDSMITH_DISCORD_API": address["api"],
        "EMBEDSMITH_DISCORD_GATEWAY": address["gateway"],
        "EMBEDSMITH_DATA_FOLDER": str(data),
    }


@contextmanager
def _process(
    command: list[str], *, stdout: int | None = None, env: dict[str, str] | None = None
) -> Iterator[subprocess.Popen[str]]:
    """A child that is asked to go at the end, and made to if it does not."""
    # A session of its own: a Ctrl-C reaches us alone, and the parts end in order.
    child = subprocess.Popen(command, stdout=stdout, env=env, text=True, start_new_session=True)
    try:
        yield child
    finally:
        child.terminate()
        try:
            child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _until_one_ends(children: list[subprocess.Popen[str]]) -> int:
    try:
        while all(child.poll() is None for child in children):
            time.sleep(0.2)
    except KeyboardInterrupt:
        return 0
    return 1


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt
