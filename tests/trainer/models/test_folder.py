"""Folders in diffusers' layout, in the shapes that people have them; and what is refused."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from transformers import CLIPTextModel, CLIPTokenizer

from tests.trainer.process import MODEL
from trainer.models.families.latent_diffusion import LatentDiffusion
from trainer.models.loading.loading import BadModel, load_model
from trainer.models.parametrisation import Velocity
from trainer.models.text import PromptReader
from trainer.models.tokenizer import SHIPPED, read_tokenizer

CPU = torch.device("cpu")


def load(folder: Path, dtype: torch.dtype = torch.float32, **settings: object) -> LatentDiffusion:
    return load_model(folder, CPU, dtype, **settings)


@pytest.fixture
def copy(tiny_folders: dict[str, Path], tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_folders["sd1"], tmp_path / "copy"))


def rewrite(folder: Path, **settings: object) -> None:
    """Save every part's weights anew in another way."""
    for place, kind in (("unet", UNet2DConditionModel), ("vae", AutoencoderKL), ("text_encoder", CLIPTextModel)):
        part = kind.from_pretrained(folder / place)
        for path in (folder / place).glob("*.safetensors"):
            path.unlink()
        part.save_pretrained(folder / place, **settings)


def same(one: LatentDiffusion, other: LatentDiffusion) -> bool:
    pairs = zip(one.unet.parameters(), other.unet.parameters(), strict=True)
    return all(torch.equal(*pair) for pair in pairs)


def test_half_precision_files_alone(copy: Path, tiny_models: dict[str, LatentDiffusion]) -> None:
    rewrite(copy, variant="fp16")
    assert (copy / "unet" / "diffusion_pytorch_model.fp16.safetensors").is_file()
    loaded = load(copy)
    assert same(loaded, tiny_models["sd1"])
    assert loaded.model_hash == tiny_models["sd1"].model_hash


def test_files_in_pieces(copy: Path, tiny_models: dict[str, LatentDiffusion]) -> None:
    rewrite(copy, max_shard_size="500KB")
    assert len(list((copy / "unet").glob("*.safetensors"))) > 1
    assert same(load(copy), tiny_models["sd1"])


def test_pickled_weights_need_the_operators_word(copy: Path, tiny_models: dict[str, LatentDiffusion]) -> None:
    unet = UNet2DConditionModel.from_pretrained(copy / "unet")
    (copy / "unet" / "diffusion_pytorch_model.safetensors").unlink()
    torch.save(unet.state_dict(), copy / "unet" / "diffusion_pytorch_model.bin")
    with pytest.raises(BadModel, match="safetensors"):
        load(copy)
    assert same(load(copy, allow_pickle=True), tiny_models["sd1"])


def test_the_weights_hash_changes_with_any_part(copy: Path) -> None:
    before = load(copy).model_hash
    path = copy / "vae" / "diffusion_pytorch_model.safetensors"
    path.write_bytes(path.read_bytes()[:-4] + b"\0\0\0\0")
    assert load(copy).model_hash != before


def test_what_the_operator_says_overrules(copy: Path) -> None:
    assert isinstance(load(copy, prediction="v_prediction").parametrisation, Velocity)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_the_autoencoder_stays_in_whole_precision(tiny_folders: dict[str, Path], dtype: torch.dtype) -> None:
    model = load(tiny_folders["sdxl"], dtype)
    assert {text.encoder.dtype for text in model.texts} == {model.unet.dtype} == {dtype}
    assert model.vae.dtype == torch.float32
    assert model.token_rows("tree", 1).dtype == torch.float32


def test_a_tokenizer_in_one_file(tmp_path: Path) -> None:
    CLIPTokenizer.from_pretrained(MODEL / "tokenizer", pad_token="!").save_pretrained(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["tokenizer.json", "tokenizer_config.json"]
    ids = PromptReader(read_tokenizer(tmp_path)).token_ids("hi! naïve café, 猫")
    assert ids == PromptReader(read_tokenizer(SHIPPED)).token_ids("hi! naïve café, 猫")
    assert ids[:2] == [1883, 256]


def set_json(path: str, **values: object) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        content = json.loads((folder / path).read_text())
        (folder / path).write_text(json.dumps(content | values))

    return change


def remove(path: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        shutil.rmtree(folder / path) if (folder / path).is_dir() else (folder / path).unlink()

    return change


def only_second_encoder(folder: Path) -> None:
    (folder / "text_encoder").rename(folder / "text_encoder_2")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (remove("model_index.json"), "not a model folder"),
        (remove("unet"), "StableDiffusionPipeline: neither"),
        (remove("vae"), "vae is missing"),
        (only_second_encoder, "refiner"),
        (set_json("unet/config.json", in_channels=9), "inpainting"),
        (set_json("scheduler/scheduler_config.json", prediction_type="sample"), "predicts sample"),
        (set_json("scheduler/scheduler_config.json", _class_name="EDMEulerScheduler"), "EDMEulerScheduler"),
        (remove("tokenizer/merges.txt"), "vocab.json"),
    ],
)
def test_other_folders_are_refused_by_what_they_are(copy: Path, change: Callable[[Path], None], said: str) -> None:
    change(copy)
    with pytest.raises(BadModel, match=said):
        load(copy)


def test_what_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadModel, match="there is no"):
        load(tmp_path / "nothing")
    (tmp_path / "model.zip").write_bytes(b"")
    with pytest.raises(BadModel, match=r"neither a folder nor a file that ends in \.safetensors"):
        load(tmp_path / "model.zip")
