import numpy as np
import pytest
import safetensors.torch
import torch

from trainer.embeddings.errors import BadEmbedding
from trainer.embeddings.layouts.safetensors import read_safetensors

TENSOR = torch.randn(3, 96, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16, torch.float64])
@pytest.mark.parametrize("key", ["<cat-toy>", "emb_params", "emp_params"])
def test_one_tensor_of_any_name_and_float_type_is_read(key: str, dtype: torch.dtype) -> None:
    tensor = TENSOR.to(dtype)
    read = read_safetensors(safetensors.torch.save({key: tensor}, metadata={"format": "pt"}), "My Word")
    assert np.array_equal(read.vectors, tensor.float().numpy())
    assert read.vectors.dtype == np.float32
    assert (read.name, read.step, read.model, read.model_hash) == ("My Word", None, None, None)


def test_one_flat_vector_is_one_row() -> None:
    assert read_safetensors(safetensors.torch.save({"a": TENSOR[0].clone()}), "a").vectors.shape == (1, 96)


@pytest.mark.parametrize(
    ("tensors", "reason"),
    [
        ({}, "no_embedding"),
        ({"a": TENSOR, "b": TENSOR.clone()}, "several_parts"),
        ({"a": torch.ones(3, 96, dtype=torch.int64)}, "whole_numbers"),
        ({"a": torch.ones(3, 96, dtype=torch.bool)}, "whole_numbers"),
        ({"a": torch.ones(2, 3, 4)}, "not_vectors"),
        ({"a": torch.ones(0, 96)}, "no_vectors"),
        ({"a": torch.full((1, 96), torch.inf)}, "not_finite"),
        ({"a": torch.zeros(2**22 + 1)}, "more_than_an_embedding"),
    ],
)
def test_what_is_no_embedding_is_refused_by_name(tensors: dict[str, torch.Tensor], reason: str) -> None:
    with pytest.raises(BadEmbedding, match=reason):
        read_safetensors(safetensors.torch.save(tensors), "a")


GOOD = safetensors.torch.save({"a": TENSOR})


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"\xff" * 100, GOOD[:-1], GOOD + b"x", GOOD[:20], b"\0" * 8])
def test_a_damaged_file_is_refused(data: bytes) -> None:
    with pytest.raises(BadEmbedding, match="damaged"):
        read_safetensors(data, "a")


def test_a_file_larger_than_any_embedding_is_refused() -> None:
    with pytest.raises(BadEmbedding, match="too_large"):
        read_safetensors(b"\0" * (2**26 + 1), "a")
