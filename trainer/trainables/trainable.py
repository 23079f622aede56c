"""What a run needs of the thing that it trains, whatever that is. A new one is a new file here."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple, Protocol

from PIL import Image
from torch import Tensor

from trainer.models.family import Conditioning, Family
from trainer.protocol import StartText, TrainRequest


class Place(NamedTuple):
    """Of a pass in its run: the step that it is a part of, from 0, and which of the step's examples is its first."""

    step: int
    first: int


class Snapshot(NamedTuple):
    """The file for people: its suffix, with the dot, and its contents."""

    suffix: str
    data: bytes


class Trainable(Protocol):
    """Numbers that training changes, and what they do to a model that stays as it is.

    All of them stand in one tensor, so that optimizer, average and checkpoint need not know what they are; a network
    looks at parts of it. They are the whole state: what is random in a pass is made from the run's seed, a purpose and
    the pass's place (`trainer.randomness`), one example at a time, so that a step can be resumed, and made in parts.

    Methods take `values`, for they are asked about others than the present ones too: the mean, or the best so far.
    """

    values: Tensor
    """Float32, of any shape, on the model's device, a leaf of the graph. Changed in place, never replaced."""
    shares_passes: bool
    """Whether a pass can hold other runs' examples too: so it is when all that it changes are its own words."""
    start: StartText | None
    """How the text that it began from was read; None where it began from none."""

    def words(self, values: Tensor) -> Mapping[str, Tensor]:
        """What the run's prompts read as words: by name, vectors (k, W). The same tensors each time, for one pass."""
        ...

    def applied(self, told: Conditioning, values: Tensor, place: Place | None) -> Conditioning:
        """What the model is told instead, with `values` in it, besides the words, which `told` has already.

        A trainable that reaches into the model adds to the conditioning what the family's `predict` then heeds there,
        so that it holds for these examples only, in the backward pass as well. `place` is None where nothing is learned
        and nothing may be random.
        """
        ...

    def norm(self, model: Family, values: Tensor) -> float:
        """How large they are beside what the model itself has of their kind; many times 1 warns of much training."""
        ...

    def snapshot(self, model: Family, values: Tensor, name: str, step: int) -> Snapshot:
        """As a file, called `name` inside too, after `step` steps of this run."""
        ...

    def picture(self, model: Family, values: Tensor, name: str, step: int, image: Image.Image) -> bytes | None:
        """A PNG that shows `image` and carries it; None where other programs read no such file."""
        ...


Beginning = Callable[[Family, TrainRequest, Path | None], Trainable]
"""From a request, and the file that the run goes on from, to what is trained. May raise Refusal, OSError."""
