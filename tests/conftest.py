"""For every test: what has to be set before torch is imported."""

import os

# As in trainer/__main__.py: threads that sleep while they wait leave the cores to the other processes of a test.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
