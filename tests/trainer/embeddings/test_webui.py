"""Our `.pt` is what the web UI, torch and diffusers take, and theirs is what we take."""

import io
import pickletools
import re
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from diffusers import StableDiffusionPipeline

from trainer.embeddings.embedding import Embedding
from trainer.embeddings.errors import BadEmbedding
from trainer.embeddings.layouts.webui import read_webui, write_webui

DEMO_MODEL = Path(__file__).parents[3] / "trainer" / "demo_model"
VECTORS = np.random.default_rng(0).normal(size=(3, 96)).astype(np.float32)
MINE = Embedding("my-cat", VECTORS, step=400, model="demo", model_hash="0123456789abcdef")
UNTRAINED = Embedding("新词", VECTORS[:1])

# What the web UI up to 1.9 lets an entry be called, and the globals that any version of it lets a pickle name.
WEB_UI_ENTRY = re.compile(r"([^/]+)/(data/\d+|version|data\.pkl)")
WEB_UI_GLOBALS = {"collections OrderedDict", "torch._utils _rebuild_tensor_v2", "torch FloatStorage"}


def saved(value: Any) -> bytes:
    buffer = io.BytesIO()
    torch.save(value, buffer)
    return buffer.getvalue()


def web_uis(tensor: torch.Tensor, **others: Any) -> dict[str, Any]:
    return {"string_to_token": {"*": 265}, "string_to_param": {"*": tensor}, "name": "theirs", **others}


@pytest.mark.parametrize("embedding", [MINE, UNTRAINED], ids=["trained", "untrained"])
def test_what_is_written_is_read_back(embedding: Embedding) -> None:
    read = read_webui(write_webui(embedding), "stem")
    assert read.name == "stem"
    assert np.array_equal(read.vectors, embedding.vectors)
    assert (read.step, read.model) == (embedding.step, embedding.model)
    assert read.model_hash == (embedding.model_hash and embedding.model_hash[:10])


@pytest.mark.parametrize("mmap", [False, True])
def test_torch_reads_the_web_uis_dict(tmp_path: Path, mmap: bool) -> None:
    (tmp_path / "my-cat.pt").write_bytes(write_webui(MINE))
    held = torch.load(tmp_path / "my-cat.pt", weights_only=True, mmap=mmap)
    tensor = held["string_to_param"].pop("*")
    assert (tensor.dtype, tensor.shape, tensor.requires_grad) == (torch.float32, (3, 96), False)
    assert np.array_equal(tensor.numpy(), VECTORS)
    assert held == {
        "string_to_token": {"*": 265},
        "string_to_param": {},
        "name": "my-cat",
        "step": 400,
        "sd_checkpoint": "0123456789",
        "sd_checkpoint_name": "demo",
    }


def test_an_untrained_one_names_no_step_and_no_model() -> None:
    held = torch.load(io.BytesIO(write_webui(UNTRAINED)), weights_only=True)
    assert [held[key] for key in ("name", "step", "sd_checkpoint", "sd_checkpoint_name")] == ["新词", None, None, None]


def test_every_version_of_the_web_ui_lets_it_pass() -> None:
    archive = zipfile.ZipFile(io.BytesIO(write_webui(MINE)))
    assert archive.namelist() == ["archive/data.pkl", "archive/data/0", "archive/version"]
    assert all(WEB_UI_ENTRY.fullmatch(name) for name in archive.namelist())
    names = {
        argument for code, argument, _ in pickletools.genops(archive.read("archive/data.pkl")) if code.name == "GLOBAL"
    }
    assert names == WEB_UI_GLOBALS


def test_numbers_lie_where_torch_would_put_them() -> None:
    data = write_webui(MINE)
    assert data.index(VECTORS.tobytes()) % 64 == 0
    assert len(data) < 1024 + VECTORS.nbytes


def test_the_same_embedding_gives_the_same_bytes() -> None:
    assert write_webui(MINE) == write_webui(Embedding("my-cat", VECTORS.copy(), 400, "demo", "0123456789"))
    assert write_webui(
        Embedding("my-cat", np.asfortranarray(VECTORS.astype(np.float64)), 400, "demo", "0123456789")
    ) == (write_webui(MINE))


def test_diffusers_loads_it_into_the_demo_model(tmp_path: Path) -> None:
    pipeline = StableDiffusionPipeline.from_pretrained(DEMO_MODEL, safety_checker=None, torch_dtype=torch.float32)
    (tmp_path / "my-cat.pt").write_bytes(write_webui(MINE))
    pipeline.load_textual_inversion(tmp_path / "my-cat.pt")
    ids = pipeline.tokenizer.convert_tokens_to_ids(["my-cat", "my-cat_1", "my-cat_2"])
    rows = pipeline.text_encoder.get_input_embeddings().weight[ids]
    assert np.array_equal(rows.detach().numpy(), VECTORS)


def test_what_the_web_ui_saved_is_read() -> None:
    tensor = torch.tensor(VECTORS, requires_grad=True)
    held = web_uis(tensor, step=2799, sd_checkpoint="45dee52b", sd_checkpoint_name="a_model")
    read = read_webui(saved(held), "GTA768v3-2800")
    assert np.array_equal(read.vectors, VECTORS)
    assert (read.name, read.step, read.model, read.model_hash) == ("GTA768v3-2800", 2799, "a_model", "45dee52b")


def test_what_rinongals_program_saved_is_read() -> None:
    parameters = torch.nn.ParameterDict({"*": torch.nn.Parameter(torch.tensor(VECTORS))})
    held = {"string_to_token": {"*": torch.tensor(265)}, "string_to_param": parameters}
    assert np.array_equal(read_webui(saved(held), "old").vectors, VECTORS)


@pytest.mark.parametrize(
    "held",
    [
        {"<cat-toy>": torch.tensor(VECTORS)},
        {"emb_params": torch.tensor(VECTORS)},
        torch.tensor(VECTORS),
    ],
    ids=["diffusers", "kohya", "bare"],
)
def test_other_programs_single_tensors_are_read(held: Any) -> None:
    read = read_webui(saved(held), "stem")
    assert np.array_equal(read.vectors, VECTORS)
    assert (read.name, read.step, read.model, read.model_hash) == ("stem", None, None, None)


def test_one_flat_vector_is_one_row() -> None:
    assert read_webui(saved({"<cat-toy>": torch.ones(96)}), "stem").vectors.shape == (1, 96)


@pytest.mark.parametrize(
    ("held", "reason"),
    [
        ({}, "no_embedding"),
        ([], "no_embedding"),
        ("text", "no_embedding"),
        ({"string_to_param": {}}, "no_embedding"),
        ({"string_to_param": []}, "no_embedding"),
        ({"string_to_param": {"*": 1}}, "no_embedding"),
        ({"step": 1}, "no_embedding"),
        ({"string_to_param": {"*": torch.ones(1, 2), "+": torch.ones(1, 2)}}, "several_words"),
        ({"weight": torch.ones(2), "bias": torch.ones(2)}, "several_parts"),
        ({"*": torch.ones(2, 3, 4)}, "not_vectors"),
        ({"*": torch.tensor(1.0)}, "not_vectors"),
        ({"*": torch.ones(0, 96)}, "no_vectors"),
        ({"*": torch.ones(3, dtype=torch.int64)}, "whole_numbers"),
        (web_uis(torch.full((1, 96), torch.nan)), "not_finite"),
    ],
)
def test_what_is_no_embedding_is_refused_by_name(held: Any, reason: str) -> None:
    with pytest.raises(BadEmbedding, match=reason):
        read_webui(saved(held), "stem")


def test_a_models_name_is_cut_to_what_can_be_shown() -> None:
    held = web_uis(torch.ones(1, 96), sd_checkpoint_name="a\nb\x1b[1m\u202e" + "x" * 1000, sd_checkpoint="")
    read = read_webui(saved(held), "stem")
    assert read.model == "ab[1m" + "x" * 195
    assert read.model_hash is None
