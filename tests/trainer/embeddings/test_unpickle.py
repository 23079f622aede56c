"""What torch itself saves is read; what does anything else is refused, and nothing of it runs."""

import io
import os
import pickle
import struct
import tracemalloc
import zipfile
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings, strategies as st

from tests.trainer.embeddings.making import FLOATS, NO_HOOKS, TENSOR, program, tensor_program, zipped
from tests.trainer.embeddings.samples import saved
from trainer.embeddings.containers.torch_file import read_torch_file
from trainer.embeddings.containers.torch_names import ParameterDict
from trainer.embeddings.errors import BadEmbedding
from trainer.embeddings.tensors import StoredTensor

INSTRUCTIONS = "unsafe"


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16, torch.float64])
@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_numbers_that_torch_saved_are_read_exactly(dtype: torch.dtype, protocol: int) -> None:
    tensor = torch.randn(3, 96, generator=torch.Generator().manual_seed(0)).to(dtype)
    array = read_torch_file(saved({"*": tensor}, pickle_protocol=protocol))["*"].array()
    assert array.dtype == np.float32
    assert np.array_equal(array, tensor.float().numpy())
    assert array.flags.c_contiguous


@pytest.mark.parametrize(
    "tensor",
    [
        torch.arange(24.0).reshape(4, 6)[1:3],
        torch.arange(24.0).reshape(4, 6).T,
        torch.arange(24.0).reshape(4, 6)[:, ::2],
        torch.arange(6.0).expand(3, 6),
        torch.arange(6.0),
        torch.tensor(2.5),
    ],
)
def test_views_are_read_as_they_look(tensor: torch.Tensor) -> None:
    assert np.array_equal(read_torch_file(saved(tensor)).array(), tensor.numpy())


def test_all_that_real_files_hold_is_read() -> None:
    held = {
        "string_to_token": {"*": torch.tensor(265)},
        "string_to_param": torch.nn.ParameterDict({"*": torch.nn.Parameter(torch.ones(2, 3))}),
        "ordered": OrderedDict(a=1, b=[None, True, -5, 2.5, "猫", 2**40]),
    }
    read = read_torch_file(saved(held))
    assert isinstance(read["string_to_token"]["*"], StoredTensor)
    assert isinstance(read["string_to_param"], ParameterDict)
    assert np.array_equal(read["string_to_param"].parameters["*"].array(), np.ones((2, 3)))
    assert read["ordered"] == {"a": 1, "b": [None, True, -5, 2.5, "猫", 2**40]}


def test_python_2s_way_of_writing_an_ordered_dict_is_read() -> None:
    assert read_torch_file(program(b"\x80\x02ccollections\nOrderedDict\n](](U\x01aK\x01ee\x85R.")) == {"a": 1}


class Runs:
    """Pickles into a call."""

    def __init__(self, function: Any, *arguments: Any) -> None:
        self._call = function, arguments

    def __reduce__(self) -> Any:
        return self._call


@pytest.mark.parametrize("protocol", [0, 1, 2, 3, 4, 5])
@pytest.mark.parametrize("wrapped", [False, True])
def test_nothing_is_run(tmp_path: Path, protocol: int, wrapped: bool) -> None:
    call = Runs(os.mkdir, str(tmp_path / "proof"))
    held = {"string_to_param": {"*": call}} if wrapped else call
    with pytest.raises(BadEmbedding, match=INSTRUCTIONS):
        read_torch_file(program(pickle.dumps(held, protocol)))
    assert not (tmp_path / "proof").exists()


@pytest.mark.parametrize(
    "pickled",
    [
        b"cos\nsystem\n.",
        b"\x80\x02ctorch\nload\n(U\x04filetR.",
        b"\x80\x02c__builtin__\neval\n(U\x011tR.",
        b"\x80\x04\x8c\x05posix\x8c\x06system\x93.",
        b"(ios\nsystem\n.",
        b"(cos\nsystem\nU\x02ido.",
        b"Pid\n.",
        b"\x80\x02\x82\x01.",
        b"\x80\x02ctorch.nn.modules.container\nParameterDict\n}R.",
        b"\x80\x02ctorch.nn.modules.container\nParameterDict\n]\x85\x81.",
        b"\x80\x02ccollections\nOrderedDict\n)\x81.",
        b"\x80\x02ctorch\nFloatStorage\n)R.",
        b"\x80\x02c__builtin__\nset\n]K\x01a\x85R.",
        b"\x80\x02]}b.",
        b"\x80\x02}))s.",
        b"\x80\x02}]Ns.",
        b"\x80\x02)K\x01a.",
        b"\x80\x02(K\x01(\x86.",
        b"\x80\x02NN(\x86.",
        b"\x80\x02h\x05.",
        b"\x80\x02.",
        b"\x80\x02t.",
        b"\x80\x02U\x01xQ.",
        b"\x80\x02K\x01R.",
        b"\x80\x050.",
        b"\x80\x05\x97.",
    ],
)
def test_other_instructions_end_the_reading(pickled: bytes) -> None:
    with pytest.raises(BadEmbedding, match=INSTRUCTIONS):
        read_torch_file(program(pickled))


@pytest.mark.parametrize(
    "pickled", [b"", b"\x80\x02}", b"\x80\x02X\xff\xff\xff\xffabc", b"\xff.", b"\x80\x02(U\x01atQ."]
)
def test_a_broken_program_is_damage(pickled: bytes) -> None:
    with pytest.raises(BadEmbedding, match="damaged"):
        read_torch_file(program(pickled))


@pytest.mark.parametrize(("offset", "strides"), [(-1, (2, 1)), (0, (-2, 1)), (1, (2, -1))])
def test_a_tensor_checks_itself_for_places_before_its_numbers(offset: int, strides: tuple[int, int]) -> None:
    with pytest.raises(BadEmbedding, match="damaged"):
        StoredTensor({"data/0": bytes(16)}, "data/0", "F32", 4, offset, (2, 2), strides).array()


def test_the_tensor_of_these_tests_is_right_when_laid_out_rightly() -> None:
    numbers = np.arange(4, dtype="<f4")
    assert np.array_equal(read_torch_file(program(tensor_program(), numbers.tobytes())).array(), numbers.reshape(2, 2))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
def test_values_that_are_not_finite_are_refused(value: float, dtype: torch.dtype) -> None:
    with pytest.raises(BadEmbedding, match="not_finite"):
        read_torch_file(saved(torch.tensor([1, value], dtype=dtype))).array()


def test_a_value_beyond_float32_is_refused() -> None:
    with pytest.raises(BadEmbedding, match="not_finite"):
        read_torch_file(saved(torch.tensor([1e300], dtype=torch.float64))).array()


def test_whole_numbers_are_no_vectors() -> None:
    with pytest.raises(BadEmbedding, match="whole_numbers"):
        read_torch_file(saved(torch.ones(3, dtype=torch.int64))).array()


def test_a_missing_record_is_damage() -> None:
    with pytest.raises(BadEmbedding, match="damaged"):
        read_torch_file(zipped({"data.pkl": tensor_program()})).array()


@pytest.mark.parametrize(
    "pickled",
    [
        b"\x80\x02" + b"]" * 30_000 + b".",
        b"\x80\x02(" + b"N" * 100_000 + b"t.",
        b"\x80\x02N" + b"\x85" * 30_000 + b".",
        b"\x80\x02X" + struct.pack("<I", 2**21) + b"a" * 2**21 + b".",
    ],
)
def test_a_program_longer_than_any_embeddings_is_refused(pickled: bytes) -> None:
    with pytest.raises(BadEmbedding, match="more_than_an_embedding"):
        read_torch_file(program(pickled))


def test_memo_bombs_stay_small() -> None:
    """Each list holds the one before twice: 2^300 elements if anything walked them."""
    doubling = b"".join(b"](h" + bytes([n]) + b"h" + bytes([n]) + b"eq" + bytes([n + 1]) for n in range(250))
    bomb = program(b"\x80\x02]q\x00" + doubling + b".")
    tracemalloc.start()
    read_torch_file(bomb)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2**21


def test_deep_tuples_cannot_be_hashed() -> None:
    """Each tuple holds the one before twice, and the last is a key: its hash would take 2^200 steps."""
    doubling = b"".join(b"h" + bytes([n]) + b"h" + bytes([n]) + b"\x86q" + bytes([n + 1]) for n in range(200))
    with pytest.raises(BadEmbedding, match=INSTRUCTIONS):
        read_torch_file(program(b"\x80\x02}Nq\x00" + doubling + b"Ns."))


def test_a_dict_that_holds_itself_is_read_without_end_to_it() -> None:
    read = read_torch_file(program(b"\x80\x02}q\x00X\x01\0\0\0ah\x00s."))
    assert read["a"] is read


GOOD = {"data.pkl": tensor_program(), "data/0": b"\0" * 16, "version": b"3\n"}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (zipped(GOOD, compression=zipfile.ZIP_DEFLATED), "other_records"),
        (zipped(GOOD, compression=zipfile.ZIP_BZIP2), "other_records"),
        (zipped({**GOOD, "../../evil": b""}), "other_records"),
        (zipped({**GOOD, "code/model.py": b""}), "other_records"),
        (zipped({**GOOD, "data/x": b""}), "other_records"),
        (zipped(GOOD, root=".."), "other_records"),
        (zipped(GOOD, root="/etc"), "other_records"),
        (zipped(GOOD, root="a\\b"), "other_records"),
        (zipped({"version": b"3\n"}), "other_records"),
        (zipped({**GOOD, "byteorder": b"big"}), "big_endian"),
        (zipped({**GOOD, **{f"data/{n}": b"" for n in range(1, 400)}}), "more_than_an_embedding"),
        (pickle.dumps({"*": 1}), "damaged"),
        (b"", "unknown_kind"),
        (b"<html>", "unknown_kind"),
        (b"PK\x03\x04", "damaged"),
        (zipped(GOOD)[:-30], "damaged"),
        (zipped(GOOD)[:200], "damaged"),
        (b"PK\x03\x04" + b"\0" * 2**26, "too_large"),
    ],
)
def test_a_container_that_torch_does_not_write_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(BadEmbedding, match=reason):
        read_torch_file(data)


def test_a_part_marked_as_compressed_is_refused_whatever_its_size() -> None:
    data = bytearray(zipped(GOOD))
    data[8] = data[data.index(b"PK\x01\x02") + 10] = zipfile.ZIP_DEFLATED
    with pytest.raises(BadEmbedding, match="other_records"):
        read_torch_file(bytes(data))


def test_two_parts_of_one_name_are_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in ("a/data.pkl", "b/data.pkl"):
            archive.writestr(name, tensor_program())
    with pytest.raises(BadEmbedding, match="other_records"):
        read_torch_file(buffer.getvalue())


REAL = saved({"string_to_param": {"*": torch.ones(2, 3)}, "name": "a", "step": 3})


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(REAL) - 1), st.binary(min_size=1, max_size=4))
def test_a_changed_file_is_read_or_refused(place: int, change: bytes) -> None:
    try:
        read_torch_file(REAL[:place] + change + REAL[place + len(change) :])
    except BadEmbedding:
        return


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200))
def test_any_program_is_read_or_refused(pickled: bytes) -> None:
    try:
        read_torch_file(program(b"\x80\x02" + pickled + b"."))
    except BadEmbedding:
        return


PIECES = [
    b"}", b"]", b")", b"(", b"N", b"K\x01", b"X\x01\0\0\0a", b"q\x00", b"h\x00", b"s", b"u", b"a", b"e", b"t", b"\x85",
    b"\x86", b"Q", b"R", b"b", b"\x81", TENSOR, FLOATS, NO_HOOKS, b"ctorch.nn.modules.container\nParameterDict\n",
    b"ctorch._utils\n_rebuild_parameter\n", b"c__builtin__\nset\n", b"\x93", b"\x94", tensor_program()[2:-1],
]  # fmt: skip


@settings(max_examples=1000, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=25))
def test_any_order_of_known_instructions_is_read_or_refused(pieces: list[bytes]) -> None:
    try:
        read_torch_file(program(b"\x80\x02" + b"".join(pieces) + b"."))
    except BadEmbedding:
        return
