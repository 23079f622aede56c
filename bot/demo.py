"""`embedsmith demo`: the sandbox and the bot as two processes, started and ended together."""

import ctypes
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import typer

STOP_SECONDS = 20.0
LOOK_SECONDS = 0.2
_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def demo(port: int, data: Path | None, answer_seconds: float) -> int:
    """Runs both until one ends or a signal comes; returns the exit code. Takes another port when this one is in use.

    `answer_seconds` is how long the bot may take for a first answer.
    """
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        with ExitStack() as parts:
            if data is None:
                data = Path(parts.enter_context(tempfile.TemporaryDirectory(prefix="embedsmith-demo-")))
            sandbox, address = _open_page(parts, port, answer_seconds)
            bot = parts.enter_context(_process([sys.executable, "-m", "bot", "run"], env=_environment(address, data)))
            told = False
            while sandbox.poll() is None and bot.poll() is None:
                if not told and _is_online(address):
                    typer.echo(_welcome(address["page"], data))
                    told = True
                time.sleep(LOOK_SECONDS)
            return 1
    except KeyboardInterrupt:
        return 0


def _welcome(page: str, data: Path) -> str:
    return f"\n  Embedsmith is at  {page}\n  embeddings are in {data / 'embeddings'}\n  Ctrl-C ends it.\n"


def _open_page(parts: ExitStack, port: int, answer_seconds: float) -> tuple[subprocess.Popen[str], dict[str, str]]:
    """The sandbox, and the addresses that it prints when it listens. Raises Exit."""
    for tried in dict.fromkeys((port, 0)):
        command = [sys.executable, "-m", "sandbox", "--port", str(tried), "--answer-seconds", str(answer_seconds)]
        sandbox = parts.enter_context(_process(command, stdout=subprocess.PIPE))
        assert sandbox.stdout is not None
        if line := sandbox.stdout.readline():
            return sandbox, json.loads(line)
    typer.echo("The page could not be opened.", err=True)
    raise typer.Exit(1)


def _environment(address: Mapping[str, str], data: Path) -> dict[str, str]:
    return {
        **os.environ,
        "DISCORD_TOKEN": address["token"],
        "EMBEDSMITH_DISCORD_API": address["api"],
        "EMBEDSMITH_DISCORD_GATEWAY": address["gateway"],
        "EMBEDSMITH_DATA_FOLDER": str(data),
    }


def _is_online(address: Mapping[str, str]) -> bool:
    """Whether the bot has come, as the page would show it."""
    world = address["page"].replace("/?", "/sandbox/world?")
    with urllib.request.urlopen(world) as answer:
        return bool(json.load(answer)["bot"]["online"])


@contextmanager
def _process(
    command: list[str], *, stdout: int | None = None, env: dict[str, str] | None = None
) -> Iterator[subprocess.Popen[str]]:
    """A child that is asked to go at the end, and made to if it does not. It also goes if we are killed."""
    parent = os.getpid()
    # A session of its own: a Ctrl-C reaches us alone, and the parts end in order.
    child = subprocess.Popen(
        command, stdout=stdout, env=env, text=True, start_new_session=True, preexec_fn=lambda: _go_with(parent)
    )
    try:
        yield child
    finally:
        child.terminate()
        try:
            child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _go_with(parent: int) -> None:
    """In the child before it begins: have the kernel ask it to end when its parent is gone, however that came."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:  # it died before the kernel was asked
        os.kill(os.getpid(), signal.SIGTERM)


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt
