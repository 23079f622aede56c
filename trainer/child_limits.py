"""What a process that meets strangers' files may take of the machine."""

import os
import sys

_WRITTEN = 64_000_000
_OPEN_FILES = 64


def limit_process(*, memory: int, seconds: int) -> None:
    """The system's own limits: bytes of address space, seconds of CPU time.

    Windows has none of this kind; there the parent's clock is what ends a bad file.
    """
    if sys.platform == "win32":
        return
    import resource

    os.nice(5)
    for what, most in (
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, _WRITTEN),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(what)
        resource.setrlimit(what, (most, most) if hard == resource.RLIM_INFINITY else (min(most, hard), hard))
