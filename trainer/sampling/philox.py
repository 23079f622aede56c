"""Random numbers as an NVIDIA card makes them, so that a seed gives its picture on any machine (the web UI's "NV")."""

import numpy as np
import numpy.typing as npt

_MULTIPLIERS = np.array([0xD2511F53, 0xCD9E8D57], dtype=np.uint64)  # Salmon et al. 2011, table 2 (Philox4x32)
_WEYL = np.array([0x9E3779B9, 0xBB67AE85], dtype=np.uint32)
_ROUNDS = 10
_WORDS = 2.0**32
Words = npt.NDArray[np.uint32]


class Philox:
    """One seed's normal numbers, draw after draw: torch's CUDA generator with one number to a thread."""

    def __init__(self, seed: int) -> None:
        self._key = np.array([seed & 0xFFFFFFFF, seed >> 32 & 0xFFFFFFFF], dtype=np.uint32)
        self._draws = 0

    def normal(self, shape: tuple[int, ...]) -> npt.NDArray[np.float32]:
        """Next draw, float32. The counter holds the number of the draw and the place in it."""
        size = int(np.prod(shape))
        counter = np.zeros((4, size), dtype=np.uint32)
        counter[0] = self._draws
        counter[2] = np.arange(size, dtype=np.uint32)
        self._draws += 1
        return _box_muller(_philox(counter, self._key)).reshape(shape)


def _philox(counter: Words, key: Words) -> Words:
    """Philox-4x32-10 (Salmon et al. 2011, sec. 3.3) of every column."""
    for turn in range(_ROUNDS):
        round_key = key + _WEYL * np.uint32(turn)  # wraps at 2^32, as it should
        wide_0, wide_1 = counter[0] * _MULTIPLIERS[0], counter[2] * _MULTIPLIERS[1]
        high_0, high_1 = ((wide >> np.uint64(32)).astype(np.uint32) for wide in (wide_0, wide_1))
        low_0, low_1 = (wide.astype(np.uint32) for wide in (wide_0, wide_1))
        counter = np.stack([high_1 ^ counter[1] ^ round_key[0], low_1, high_0 ^ counter[3] ^ round_key[1], low_0])
    return counter


def _box_muller(words: Words) -> npt.NDArray[np.float32]:
    """The first of the two normal numbers that Box and Muller's method makes of two uniform ones, as in curand."""
    uniform, turn = (words[0] + 0.5) / _WORDS, (words[1] + 0.5) / _WORDS
    normal: npt.NDArray[np.float32] = (np.sqrt(-2 * np.log(uniform)) * np.sin(2 * np.pi * turn)).astype(np.float32)
    return normal
