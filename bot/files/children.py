"""Child processes that meet strangers' files: a clean environment, a session of their own, dead when we are done."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

_PROJECT = Path(__file__).parents[2]
"""Where a child finds the packages, whether they are installed or not."""
_PASSED_ON = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT")
"""Environment of a child. The bot's own holds the token, which no reader of files need ever see."""
_LINE_LIMIT = 16 * 1024 * 1024
"""Bytes of one line that it says; asyncio refuses more than 64 KiB unless told otherwise."""
CHILDREN_AT_ONCE = 2
"""A child takes up to 1.5 GB for the largest files."""


@asynccontextmanager
async def child(
    *command: str, passed_on: Sequence[str] = (), environment: Mapping[str, str] | None = None
) -> AsyncIterator[tuple[asyncio.subprocess.Process, asyncio.StreamReader]]:
    """`python -m` the command, and what it says. `passed_on` names more of our environment that it may have."""
    kept = {name: os.environ[name] for name in (*_PASSED_ON, *passed_on) if name in os.environ}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", *command),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        cwd=_PROJECT,
        env={**kept, **(environment or {})},
        limit=_LINE_LIMIT,
        start_new_session=True,
    )
    assert process.stdout is not None
    try:
        yield process, process.stdout
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
