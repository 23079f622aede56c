"""What is written comes back bit-equal, and is what other programs take."""

import io
import json
import pickletools
import re
import zipfile
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
import safetensors
import safetensors.numpy
import torch
from diffusers import StableDiffusionPipeline

from trainer.embeddings.embedding import Embedding
from trainer.embeddings.errors import WrongFormat
from trainer.embeddings.pairs import join_pairs
from trainer.embeddings.reading import read_embedding
from trainer.embeddings.writing import FORMATS, Format, own_file, write_embedding

DEMO_MODEL = Path(__file__).parents[3] / "trainer" / "demo_model"
RANDOM = np.random.default_rng(0)
ODD = np.array([[1e-45, -0.0, 3.4028235e38, 0.1]], np.float32)  # a subnormal, a signed zero, the largest, a rounded one
SMALL = Embedding("my-cat", RANDOM.normal(size=(2, 96)).astype(np.float32), 7, "demo", "0123456789")
SD1 = Embedding("my-cat", RANDOM.normal(size=(3, 768)).astype(np.float32), 400, "demo", "0123456789")
SD2 = Embedding("新词", RANDOM.normal(size=(1, 1024)).astype(np.float32))
SDXL = Embedding("my-cat", RANDOM.normal(size=(2, 2048)).astype(np.float32), 400, "xl", "a" * 64, widths=(768, 1280))
# What the web UI up to 1.9 lets an entry be called, and the globals that any version of it lets a pickle name.
WEB_UI_ENTRY = re.compile(r"([^/]+)/(data/\d+|version|data\.pkl)")
WEB_UI_GLOBALS = {"collections OrderedDict", "torch._utils _rebuild_tensor_v2", "torch FloatStorage"}


@pytest.mark.parametrize("embedding", [SD1, SD2, Embedding("odd", ODD)], ids=lambda embedding: embedding.name)
@pytest.mark.parametrize("kind", ["pt", "bin", "safetensors", "png"])
def test_one_encoders_come_back_bit_equal(embedding: Embedding, kind: Format) -> None:
    ((name, data),) = write_embedding(embedding, kind).items()
    assert name == f"{embedding.name}.{kind}"
    read = read_embedding(data, name)
    assert read.vectors.tobytes() == embedding.vectors.tobytes()
    assert (read.name, read.widths, read.notes) == (embedding.name, embedding.widths, ())
    if kind != "bin":
        facts = (embedding.step, embedding.model, embedding.model_hash)
        assert (read.step, read.model, read.model_hash) == facts


def test_onetrainers_file_has_the_key_that_it_looks_for() -> None:
    ((name, data),) = write_embedding(SD1, "onetrainer").items()
    assert name == "my-cat.safetensors"
    assert list(safetensors.numpy.load(data)) == ["emp_params"]
    read = read_embedding(data, name)
    assert read.vectors.tobytes() == SD1.vectors.tobytes()
    assert (read.notes, read.step, read.model) == ((), 400, "demo")


def test_two_encoders_come_back_bit_equal() -> None:
    ((name, data),) = write_embedding(SDXL, "safetensors").items()
    read = read_embedding(data, name)
    assert read.vectors.tobytes() == SDXL.vectors.tobytes()
    assert (read.widths, read.step, read.model, read.model_hash) == (SDXL.widths, 400, "xl", "a" * 64)


def test_a_pair_of_files_comes_back_bit_equal() -> None:
    files = write_embedding(SDXL, "pair")
    assert list(files) == ["my-cat.safetensors", "my-cat_2.safetensors"]
    ((path, read),) = join_pairs([(Path(name), read_embedding(data, name)) for name, data in files.items()])
    assert path == Path("my-cat.safetensors")
    assert read.vectors.tobytes() == SDXL.vectors.tobytes()
    assert read.widths == SDXL.widths


def test_an_sdxl_file_holds_the_two_parts_and_nothing_else() -> None:
    (data,) = write_embedding(SDXL, "safetensors").values()
    held = safetensors.numpy.load(data)
    assert set(held) == {"clip_l", "clip_g"}
    assert np.array_equal(held["clip_l"], SDXL.vectors[:, :768])
    assert np.array_equal(held["clip_g"], SDXL.vectors[:, 768:])


def test_the_metadata_is_as_others_write_it(tmp_path: Path) -> None:
    (data,) = write_embedding(SD1, "safetensors").values()
    (tmp_path / "a.safetensors").write_bytes(data)
    with safetensors.safe_open(tmp_path / "a.safetensors", "np") as file:
        assert list(file.keys()) == ["<my-cat>"]
        assert file.metadata() == {
            "format": "pt",
            "modelspec.sai_model_spec": "1.0.0",
            "modelspec.architecture": "stable-diffusion-v1/textual-inversion",
            "modelspec.implementation": "https://github.com/Stability-AI/generative-models",
            "modelspec.title": "my-cat",
            "ss_steps": "400",
            "ss_sd_model_name": "demo",
            "ss_sd_model_hash": "0123456789",
        }


def test_what_is_not_known_is_not_claimed() -> None:
    (data,) = write_embedding(SD2, "safetensors").values()
    header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
    assert header["__metadata__"] == {"format": "pt"}


@pytest.mark.parametrize("kind", ["pt", "bin"])
def test_every_version_of_the_web_ui_lets_it_pass(kind: Format) -> None:
    (data,) = write_embedding(SD1, kind).values()
    archive = zipfile.ZipFile(io.BytesIO(data))
    assert all(WEB_UI_ENTRY.fullmatch(name) for name in archive.namelist())
    opcodes = pickletools.genops(archive.read("archive/data.pkl"))
    assert {argument for code, argument, _ in opcodes if code.name in ("GLOBAL", "STACK_GLOBAL")} == WEB_UI_GLOBALS
    assert len(data) < 1024 + SD1.vectors.nbytes


def test_torch_reads_the_bin() -> None:
    (data,) = write_embedding(SD1, "bin").values()
    held = torch.load(io.BytesIO(data), weights_only=True)
    assert list(held) == ["<my-cat>"]
    assert np.array_equal(held["<my-cat>"].numpy(), SD1.vectors)


def test_diffusers_loads_what_is_written_for_it(tmp_path: Path) -> None:
    pipeline = StableDiffusionPipeline.from_pretrained(DEMO_MODEL, safety_checker=None, torch_dtype=torch.float32)
    for kind, name in (("bin", "one"), ("safetensors", "two")):
        embedding = Embedding(name, SMALL.vectors)
        ((file, data),) = write_embedding(embedding, kind).items()
        (tmp_path / file).write_bytes(data)
        pipeline.load_textual_inversion(tmp_path / file)
        ids = pipeline.tokenizer.convert_tokens_to_ids([f"<{name}>", f"<{name}>_1"])
        rows = pipeline.text_encoder.get_input_embeddings().weight[ids]
        assert np.array_equal(rows.detach().numpy(), SMALL.vectors)


@pytest.mark.parametrize(
    ("embedding", "kind"), [(SDXL, "pt"), (SDXL, "bin"), (SDXL, "png"), (SDXL, "onetrainer"), (SD1, "pair")]
)
def test_a_format_that_cannot_carry_it_is_refused(embedding: Embedding, kind: Format) -> None:
    with pytest.raises(WrongFormat, match=r"format_(one|two)_encoder"):
        write_embedding(embedding, kind)


def test_the_folders_own_file_carries_every_embedding() -> None:
    for embedding, expected in ((SD1, ".pt"), (SDXL, ".safetensors")):
        suffix, data = own_file(embedding)
        assert suffix == expected
        assert np.array_equal(read_embedding(data, "a").vectors, embedding.vectors)


@pytest.mark.parametrize("kind", FORMATS)
def test_the_same_embedding_gives_the_same_bytes(kind: Format) -> None:
    embedding = SDXL if kind == "pair" else SD1
    assert write_embedding(embedding, kind) == write_embedding(embedding, kind)


def test_every_format_is_listed() -> None:
    assert get_args(Format) == FORMATS
