"""A model's own word for being at work: its blocks call as they are done with their part of a pass."""

from collections.abc import Callable, Iterator

from torch import Tensor, nn

from trainer.pulse import Pulse

_NOTHING = (nn.Dropout, nn.Identity)


def call_from_blocks(part: nn.Module, pulse: Callable[[], Pulse | None]) -> None:
    """Have each block of `part` call what `pulse` gives: after its forward and, in slow passes, its backward.

    The backward is heard by hooks on tensors, which add nothing to the graph; a pass's forward has shown by then
    whether it is worth them.
    """

    def done(_block: nn.Module, _inputs: tuple[object, ...], output: object) -> None:
        calls = pulse()
        if calls is None:
            return
        calls()
        if calls.slow and isinstance(output, Tensor) and output.requires_grad:
            output.register_hook(lambda _gradient: calls())

    for block in _blocks(part):
        block.register_forward_hook(done)


def _blocks(part: nn.Module) -> Iterator[nn.Module]:
    """What stands in lists of modules, at every depth; libraries list what comes one after another."""
    for module in part.modules():
        if isinstance(module, nn.ModuleList):
            yield from (block for block in module if isinstance(block, nn.Module) and not isinstance(block, _NOTHING))
