"""Files of upscalers, old and new, give the network that the papers describe; others are refused by name."""

import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, strategies as st

from tests.trainer.upscaling.files import NAMINGS, Weights, compact, rrdbnet, write
from tests.trainer.upscaling.slow_networks import compact_by_hand, rrdbnet_by_hand
from trainer.pulse import Pulse
from trainer.upscaling.errors import BadUpscaler
from trainer.upscaling.folder import UpscalersFolder
from trainer.upscaling.kinds import Network

SMALL = np.random.default_rng(3).random((3, 12, 8))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("upscalers")


def loaded(folder: Path, name: str) -> Network:
    upscalers = UpscalersFolder(folder, torch.device("cpu"))
    network = upscalers.network(upscalers.named(name))
    assert network is not None
    return network


def made(network: Network, picture: np.ndarray = SMALL) -> np.ndarray:
    with torch.no_grad():
        return network(torch.tensor(picture, dtype=torch.float32)[None])[0].numpy()


WRAPPED: dict[str, Callable[[Weights], object]] = {
    "bare": lambda weights: weights,
    "params_ema": lambda weights: {"params": rrdbnet(seed=9), "params_ema": weights},
    "params": lambda weights: {"params": weights},
    "state_dict": lambda weights: {
        "epoch": 3,
        "state_dict": {f"module.{name}": each for name, each in weights.items()},
    },
}


@pytest.mark.parametrize("plus", [False, True])
@pytest.mark.parametrize("naming", NAMINGS)
@pytest.mark.parametrize("wrapping", WRAPPED)
def test_the_same_weights_under_any_names_give_the_same_pixels(
    tmp_path: Path, naming: str, wrapping: str, plus: bool
) -> None:
    weights = rrdbnet(plus=plus)
    write(tmp_path, "x.pth", WRAPPED[wrapping](NAMINGS[naming](weights)))
    network = loaded(tmp_path, "x")
    assert network.scale == 4
    np.testing.assert_allclose(made(network), rrdbnet_by_hand(weights, SMALL), atol=1e-4)


@pytest.mark.parametrize("naming", NAMINGS)
@pytest.mark.parametrize(
    ("doublings", "channels", "scale"), [(0, 3, 1), (1, 3, 2), (2, 3, 4), (3, 3, 8), (2, 12, 2), (2, 48, 1)]
)
def test_the_scale_is_what_the_weights_say(
    tmp_path: Path, naming: str, doublings: int, channels: int, scale: int
) -> None:
    weights = rrdbnet(1, doublings, channels=channels)
    write(tmp_path, "x.safetensors", NAMINGS[naming](weights))
    network = loaded(tmp_path, "x")
    assert network.scale == scale
    expected = rrdbnet_by_hand(weights, SMALL)
    assert expected.shape == (3, 12 * scale, 8 * scale)
    np.testing.assert_allclose(made(network), expected, atol=1e-4)


@pytest.mark.parametrize("scale", [1, 2, 4])
def test_so_are_the_small_networks(tmp_path: Path, scale: int) -> None:
    weights = compact(convolutions=3, scale=scale)
    write(tmp_path, "realesr-general-x4v3.pth", {"params": weights})
    network = loaded(tmp_path, "R-ESRGAN General 4xV3")
    assert network.scale == scale
    np.testing.assert_allclose(made(network), compact_by_hand(weights, SMALL), atol=1e-5)


def test_half_precision_is_computed_in_full(tmp_path: Path) -> None:
    write(tmp_path, "x.pth", {name: weight.half() for name, weight in rrdbnet().items()})
    network = loaded(tmp_path, "x")
    assert {weight.dtype for weight in network.parameters()} == {torch.float32}
    assert not any(weight.requires_grad for weight in network.parameters())
    np.testing.assert_allclose(made(network), rrdbnet_by_hand(rrdbnet(), SMALL), atol=2e-2)


def test_a_file_that_changed_is_read_again_and_only_then(tmp_path: Path) -> None:
    path = write(tmp_path, "x.pth", rrdbnet(1))
    upscalers = UpscalersFolder(tmp_path, torch.device("cpu"))
    upscaler = upscalers.named("x")
    first = upscalers.network(upscaler)
    assert upscalers.network(upscaler) is first
    path.unlink()
    write(tmp_path, "x.pth", rrdbnet(2))
    second = upscalers.network(upscaler)
    assert second is not first
    path.unlink()
    with pytest.raises(BadUpscaler):
        upscalers.network(upscaler)


class Counted(Pulse):
    def __init__(self) -> None:
        super().__init__(lambda _told: None)
        self.calls = 0

    def __call__(self) -> None:
        self.calls += 1


def test_each_block_tells_of_the_work(tmp_path: Path) -> None:
    """One tile of a large network takes a slow processor longer than a hang may last."""
    write(tmp_path, "x.pth", rrdbnet(blocks=3))
    upscalers, pulse = UpscalersFolder(tmp_path, torch.device("cpu")), Counted()
    network = upscalers.network(upscalers.named("x"))
    assert network is not None
    upscalers.tell(pulse)
    made(network)
    assert pulse.calls == 3 + 2
    upscalers.tell(None)
    made(network)
    assert pulse.calls == 3 + 2


def some(*names: str) -> dict[str, torch.Tensor]:
    return {name: torch.zeros(4, 3, 3, 3) for name in names}


OTHERS = {
    "SwinIR": some("conv_first.weight", "layers.0.residual_group.blocks.0.norm1.weight"),
    "HAT": some(
        "layers.0.residual_group.blocks.0.norm1.weight", "layers.0.residual_group.blocks.0.conv_block.cab.0.weight"
    ),
    "SCUNet": some("m_head.0.weight"),
    "Stable Diffusion": some("model.diffusion_model.input_blocks.0.0.weight"),
}


@pytest.mark.parametrize("kind", OTHERS)
def test_another_kind_is_refused_by_its_name(tmp_path: Path, kind: str) -> None:
    write(tmp_path, "x.pth", {"params": OTHERS[kind]})
    with pytest.raises(BadUpscaler) as refused:
        loaded(tmp_path, "x")
    assert refused.value.facts == {"upscaler": "x", "kind": kind}


class Trap:
    """Writes a file where a pickle is run."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return Path.touch, (self.path,)


def without(name: str) -> dict[str, torch.Tensor]:
    return {key: weight for key, weight in rrdbnet().items() if key != name}


NO_NETWORK: dict[str, object] = {
    "a list": [1, 2],
    "empty": {},
    "no names that are known": some("a.weight"),
    "an embedding": {"string_to_param": {"*": torch.zeros(2, 768)}},
    "a weight is missing": without("body.1.rdb2.conv3.bias"),
    "a weight too many": {**rrdbnet(), "extra.weight": torch.zeros(1)},
    "of another shape": {**rrdbnet(), "conv_hr.weight": torch.zeros(8, 7, 3, 3)},
    "grey": {**rrdbnet(), "conv_first.weight": torch.zeros(8, 1, 3, 3)},
    "far too many filters": {**rrdbnet(), "conv_first.weight": torch.zeros(1, 1, 1, 1).expand(100_000, 3, 3, 3)},
    "a block of number 10^9": {**rrdbnet(), "body.999999999.rdb1.conv1.weight": torch.zeros(4, 8, 3, 3)},
    "a layer of number 10^9": {**compact(), "body.999999999.weight": torch.zeros(4, 8, 3, 3)},
}


@pytest.mark.parametrize("content", NO_NETWORK)
def test_what_is_no_network_is_refused(tmp_path: Path, content: str) -> None:
    write(tmp_path, "x.pth", NO_NETWORK[content])
    with pytest.raises(BadUpscaler) as refused:
        loaded(tmp_path, "x")
    assert refused.value.facts == {"upscaler": "x", "kind": "none"}


def test_nothing_in_a_file_is_run(tmp_path: Path) -> None:
    trap = tmp_path / "sprung"
    (tmp_path / "x.pth").write_bytes(pickle.dumps({"params": Trap(trap)}, protocol=2))
    write(tmp_path, "y.pth", {"params": Trap(trap)})
    for name in ("x", "y"):
        with pytest.raises(BadUpscaler):
            loaded(tmp_path, name)
    assert not trap.exists()


@given(
    st.binary(max_size=200),
    st.sampled_from([b"", b"\x80\x02", b"PK\x03\x04"]),
    st.sampled_from([".pth", ".safetensors"]),
)
def test_no_bytes_do_more_than_be_refused(folder: Path, data: bytes, start: bytes, suffix: str) -> None:
    (folder / f"x{suffix}").write_bytes(start + data)
    with pytest.raises(BadUpscaler):
        loaded(folder, "x")
    (folder / f"x{suffix}").unlink()


@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
def test_half_a_file_is_refused(tmp_path: Path, suffix: str) -> None:
    path = write(tmp_path, f"x{suffix}", rrdbnet())
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(BadUpscaler):
        loaded(tmp_path, "x")
