"""For every test: what has to be set before torch is imported."""

import os

# Tests run side by side, one for each core; threads of one test would only wait for the other's.
os.environ.setdefault("OMP_NUM_THREADS", "1")
