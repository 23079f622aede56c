"""What a pass may take of the device's memory, and what is given up when that was too much."""

import gc

import torch

from trainer.models.family import Family
from trainer.protocol import Easing

_NO_MEMORY = (
    "not enough memory",
    "can't allocate memory",
    "could not create a memory object",
    "could not create a primitive",
)


def is_out_of_memory(error: BaseException) -> bool:
    """Of the device, or of the machine: there torch reports a failed allocation as a plain RuntimeError."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    return isinstance(error, RuntimeError) and any(words in str(error) for words in _NO_MEMORY)


class Memory:
    """Starts with all that is wished for, and gives up a little each time that the memory does not suffice."""

    def __init__(self, model: Family, most_examples: int) -> None:
        self._model = model
        self._wished = most_examples, model.offloading
        self.most_examples = most_examples
        self._checkpointing = False

    def ease(self, examples: int, *, gradients: bool) -> Easing | None:
        """After a pass of so many examples failed: what is changed before it is tried again; None if nothing is left.

        First fewer examples, whose gradients add up to the same step; then, where there are gradients, activations
        computed twice; then parts of the model away from the device.
        """
        self._release()
        if examples > 1:
            self.most_examples = examples // 2
            return "examples"
        if gradients and not self._checkpointing:
            self._checkpointing = True
            self._model.set_checkpointing(wanted=True)
            return "checkpointing"
        if not self._model.offloading:
            self._model.offloading = True
            return "offloading"
        return None

    def restore(self) -> None:
        """Wish for all of it again: those for whom it was given up are gone."""
        self.most_examples, self._model.offloading = self._wished
        self._checkpointing = False
        self._model.set_checkpointing(wanted=False)

    def _release(self) -> None:
        gc.collect()  # the failed pass's graph hangs on its exception's frames
        if self._model.device.type == "cuda":
            torch.cuda.empty_cache()
