"""Random numbers that belong to a run and a place in it, never to the process.

Each draw has a generator of its own, made from (seed, purpose, place); so a resumed run draws what an unbroken one
would, with no generator state to keep, and previews or neighbours change nothing (the idea: NVlabs/edm2).
"""

import hashlib

import torch


def derived_seed(seed: int, purpose: str, *place: int) -> int:
    """A number from 0 to 2^63 - 1."""
    digest = hashlib.blake2b(f"{seed}/{purpose}/{place}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) >> 1


def generator(seed: int, purpose: str, *place: int) -> torch.Generator:
    """A fresh CPU generator; what it draws is moved to the device afterwards, so that devices agree."""
    return torch.Generator().manual_seed(derived_seed(seed, purpose, *place))
