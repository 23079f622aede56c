"""Activations by the web UI's names for them."""

from collections.abc import Callable

from torch import nn

_ELEMENTWISE = (
    nn.CELU, nn.ELU, nn.GELU, nn.Hardshrink, nn.Hardsigmoid, nn.Hardswish, nn.Hardtanh, nn.LeakyReLU, nn.LogSigmoid,
    nn.Mish, nn.PReLU, nn.ReLU, nn.ReLU6, nn.RReLU, nn.SELU, nn.SiLU, nn.Sigmoid, nn.Softplus, nn.Softshrink,
    nn.Softsign, nn.Tanh, nn.Tanhshrink,
)  # fmt: skip
ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {
    **{kind.__name__.lower(): kind for kind in _ELEMENTWISE},
    "swish": nn.Hardswish,
}
"""Besides "linear", which is none. Its list has torch's others, too, which no network of its can have: they halve what
they are given, want more than one number, or mix the examples of a pass."""
