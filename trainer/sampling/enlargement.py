"""How large the web UI's hires fix makes a picture. No torch here: a size is checked before anything starts."""

from typing import NamedTuple

Size = tuple[int, int]
"""Width and height in pixels."""


class Enlargement(NamedTuple):
    """A picture is enlarged to `covering`; `size` of it is kept, from `left` and `top` on."""

    covering: Size
    size: Size
    left: int
    top: int


def enlargement_of(first: Size, scale: float, resize: Size, multiple: int) -> Enlargement:
    """From the first picture's size to `resize`, where a side of 0 follows from the other one, or else by `scale`.

    What has another shape than `resize` is enlarged until it covers that, and cut around the middle. Sides that are
    kept are multiples of `multiple`, as latents are.
    """
    if not any(resize):
        covering = int(first[0] * scale), int(first[1] * scale)
        return _cut(covering, covering, multiple)
    covering = _covering(first, resize)
    return _cut(covering, resize if all(resize) else covering, multiple)


def _covering(first: Size, resize: Size) -> Size:
    by_width = resize[0], resize[0] * first[1] // first[0]
    by_height = resize[1] * first[0] // first[1], resize[1]
    if not all(resize):
        return by_width if resize[0] else by_height
    return by_width if first[0] * resize[1] < resize[0] * first[1] else by_height


def _cut(covering: Size, wanted: Size, multiple: int) -> Enlargement:
    """The web UI cuts whole latent elements, and of an odd number the larger part at the right and at the bottom."""
    width, height = (side // multiple * multiple for side in wanted)
    left, top = ((side - kept) // multiple // 2 * multiple for side, kept in zip(covering, wanted, strict=True))
    return Enlargement(covering, (width, height), left, top)
