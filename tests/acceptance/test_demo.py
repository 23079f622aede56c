"""`embedsmith demo` as a process: its port, its end, and what is left when it is killed."""

import asyncio
import json
import os
import re
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest

CEILING = 240
"""Seconds after which something hangs."""


@asynccontextmanager
async def demo(*options: str) -> AsyncIterator[Process]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "demo", *options),
        stdout=PIPE,
        stderr=PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def address_of(process: Process) -> str:
    assert process.stdout is not None
    said = b""
    while line := await process.stdout.readline():
        said += line
        if found := re.search(rb"http://127\.0\.0\.1:\S+", line):
            return found[0].decode()
    raise AssertionError(said)


@pytest.mark.timeout(CEILING)
async def test_a_port_in_use_is_one_sentence_and_another_is_taken(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        async with demo("--port", str(port), "--data", str(tmp_path)) as process:
            address = await address_of(process)
            process.send_signal(signal.SIGTERM)
            assert process.stderr is not None
            told = (await process.stderr.read()).decode()
            assert await process.wait() == 0
    assert f":{port}/" not in address
    assert f"Port {port} is in use." in told.splitlines()
    assert "Traceback" not in told


@pytest.mark.timeout(CEILING)
async def test_a_killed_demo_leaves_no_orphans_and_its_folder_can_be_used_again(tmp_path: Path) -> None:
    async with demo("--port", "0", "--data", str(tmp_path)) as process:
        await address_of(process)
        family = psutil.Process(process.pid).children(recursive=True)
        assert family
        process.kill()
        await process.wait()
    _, alive = await asyncio.to_thread(psutil.wait_procs, family, CEILING / 2)
    assert alive == []
    async with demo("--port", "0", "--data", str(tmp_path)) as process:
        assert await address_of(process)
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 0


@pytest.mark.timeout(CEILING)
async def test_a_second_demo_in_one_folder_ends_with_a_sentence_and_no_address(tmp_path: Path) -> None:
    async with demo("--port", "0", "--data", str(tmp_path)) as first:
        await address_of(first)
        async with demo("--port", "0", "--data", str(tmp_path)) as second:
            said, told = await second.communicate()
            assert second.returncode == 1
        first.send_signal(signal.SIGTERM)
        assert await first.wait() == 0
    assert b"http://" not in said
    reasons = [json.loads(line)["reason"] for line in told.decode().splitlines() if "cannot run" in line]
    assert [str(tmp_path) in reason for reason in reasons] == [True]
    assert "Traceback" not in told.decode()


@pytest.mark.parametrize("command", ["run", "demo"])
async def test_another_system_than_linux_is_told_in_a_sentence(command: str) -> None:
    # Windows has no fcntl; its name comes last, because the standard library asks for it while it is imported.
    script = f"""
import sys
sys.modules["fcntl"] = None
from bot.__main__ import main
sys.platform, sys.argv = "win32", ["embedsmith", "{command}"]
main()
"""
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", script, stdout=PIPE, stderr=PIPE)
    _, told = await process.communicate()
    assert process.returncode == 78
    assert told.decode() == "Embedsmith runs on Linux. On Windows and macOS use Docker, or WSL on Windows.\n"
