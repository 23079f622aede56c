"""Bytes in the pixels beside a picture: the web UI's carrier, which lives on where a picture's text is stripped.

From left to right: a block of the bytes' low halves, a black column, the picture, a black column, a block of the high
halves. A half is in the low four bits of a channel, mixed with a fixed stream of bits; the high four bits draw a
pattern that says nothing. Picture arrays are (height, width, 3) uint8.
"""

import numpy as np
from PIL import Image, ImageDraw

_LOW, _HIGH = 0x0F, 0xF0
_MULTIPLIER, _INCREMENT, _MODULUS, _OUTPUT_MODULUS = 1664525, 1013904223, 2**32, 255
_CELL, _DOT = 8, 6  # pixels
_PATTERN_NUMBERS = 1024
_MAX_PAYLOAD = 2**22  # bytes; 75 vectors of SD 2 are 0.8 million


def stream(count: int) -> np.ndarray:
    """First `count` outputs, uint8, of the linear congruential generator that starts from 0."""
    states = np.array([_INCREMENT], dtype=np.uint32)
    multiplier, increment = _MULTIPLIER, _INCREMENT  # of as many steps as there are states
    while len(states) < count:
        ahead = states * np.uint32(multiplier) + np.uint32(increment)
        states = np.concatenate([states, ahead])
        multiplier, increment = multiplier**2 % _MODULUS, (multiplier + 1) * increment % _MODULUS
    return (states[:count] % _OUTPUT_MODULUS).astype(np.uint8)


def add_payload(payload: bytes, picture: np.ndarray, vector: np.ndarray) -> np.ndarray:
    """`picture` between the two blocks of `payload`; `vector` chooses the shades of the pattern."""
    height = len(picture)
    held = np.frombuffer(payload, dtype=np.uint8)
    shades = _shades(vector)
    low, high = _block(held & _LOW, height, shades), _block(held >> 4, height, shades[::-1])
    black = np.zeros((height, 1, 3), np.uint8)
    return np.hstack([low, black, picture, black, high])


def find_payload(pixels: np.ndarray) -> bytes | None:
    """Bytes between whose ends the picture stands, with a remainder behind them; None where there are no two blocks.

    A black margin around it is passed over.
    """
    red, green, blue = np.moveaxis(pixels, 2, 0) > 0
    box = _box(red & green & blue)
    if box is None:
        return None
    halves = pixels[box] & _LOW
    empty = np.flatnonzero(~np.bitwise_or.reduce(halves, axis=0).any(axis=1))
    if len(empty) < 2:
        return None
    low, high = halves[:, : empty[0]], halves[:, empty[-1] + 1 :]
    if low.shape != high.shape or not 0 < low.size <= _MAX_PAYLOAD:
        return None
    mask = stream(low.size) & _LOW
    return ((low.ravel() ^ mask) | ((high.ravel() ^ mask) << 4)).tobytes()


def without_margin(pixels: np.ndarray) -> np.ndarray:
    """Without the rows and columns around it that have the corner's colour all along, as screenshots have them."""
    red, green, blue = (pixels[:, :, channel] != pixels[0, 0, channel] for channel in range(3))
    box = _box(red | green | blue)
    return pixels if box is None else pixels[box]


def _box(marked: np.ndarray) -> tuple[slice, slice] | None:
    """Rows and columns that hold all that is marked in (height, width); None if nothing is."""
    rows, columns = np.flatnonzero(marked.any(axis=1)), np.flatnonzero(marked.any(axis=0))
    return (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)) if len(rows) else None


def _block(halves: np.ndarray, height: int, shades: np.ndarray) -> np.ndarray:
    """(height, width, 3): padded by repetition as the web UI does it, which always adds something."""
    rows = len(halves) + height - len(halves) % height
    size = rows + 3 * height - rows % (3 * height)
    mixed = np.resize(halves, size) ^ (stream(size) & _LOW)
    block = mixed.reshape(height, -1, 3)
    patterned: np.ndarray = block ^ _pattern(block.shape[1], height, shades)
    return patterned


def _shades(vector: np.ndarray) -> np.ndarray:
    """Greys, 0 to 255."""
    sizes = np.abs(vector[:_PATTERN_NUMBERS])
    shades: np.ndarray = (sizes / max(sizes.max(), np.finfo(np.float32).tiny) * 255).astype(np.uint8)
    return shades


def _pattern(width: int, height: int, shades: np.ndarray) -> np.ndarray:
    """Dots in the bits that carry nothing, so that the blocks of two embeddings look different."""
    image = Image.new("L", (width, height))
    draw = ImageDraw.Draw(image)
    number = 0
    for x in range(-_DOT, width, _CELL):
        for row, y in enumerate(range(-_DOT, height, _CELL)):
            left = x + (_CELL // 2 if row % 2 == 0 else 0)
            draw.ellipse((left, y, left + _DOT, y + _DOT), fill=int(shades[number % len(shades)]))
            number += 1
    return (np.asarray(image) & _HIGH)[:, :, None]
