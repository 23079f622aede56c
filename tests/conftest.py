"""For every test: what has to be set before torch is imported, and how many tests run side by side."""

import os

# Tests run side by side; threads of one test would only wait for the other's.
os.environ.setdefault("OMP_NUM_THREADS", "1")


def pytest_xdist_auto_num_workers() -> int:
    """Three for two cores: a test of whole processes waits for half of its time."""
    cores = len(os.sched_getaffinity(0))
    return cores + cores // 2
