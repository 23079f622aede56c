"""What the figures were taken on; without it they say little."""

import os
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

_PACKAGES = ("torch", "diffusers", "transformers", "discord.py")
_MIB = 1 << 20


def machine() -> dict[str, object]:
    """`load` is the one-minute load average before anything was measured: other work on the machine spoils figures."""
    return {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "system": platform.platform(),
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_mb": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // _MIB,
        "load": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in _PACKAGES},
    }


def _processor() -> str:
    described = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    named = (row.partition(":")[2].strip() for row in described if row.startswith("model name"))
    return next(named, platform.machine())
