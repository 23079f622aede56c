"""The limits of requests, which bot and trainer check alike."""

MOST_VECTORS = 75
"""The tokens of one window of a prompt."""
MOST_ACCUMULATION = 64
LONGEST_PATTERN = 100
LARGEST_NUMBER = 1_000_000
LARGEST_SEED = 2**64 - 1
LONGEST_PROMPT = 4000
"""Characters."""
SMALLEST_SIDE, LARGEST_SIDE, SIDE_MULTIPLE = 64, 2048, 8
"""Pixels of a picture; the autoencoder makes one latent of eight."""
MOST_DRAWING_STEPS = 10_000
MOST_PICTURES = 64
MOST_CLIP_SKIP = 12
STRONGEST_GUIDANCE = 100
LARGEST_SCALE = 4
LARGEST_COVERING = LARGEST_SCALE * LARGEST_SIDE
"""Pixels of a side before what is too much of another shape is cut off."""
MOST_HIRES_STEPS = 150
WEAKEST_HIRES = 0.01
LONGEST_SCHEDULE = 1000
"""Steps, of which hires steps are the end: the models' timesteps. A longer one would stand still."""
