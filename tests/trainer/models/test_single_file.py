"""Single files hold the same model as the folder that they were made from, and say what they are."""

import json
import math
import os
import sys
from pathlib import Path
from types import ModuleType

import pytest
import torch
from accelerate import init_empty_weights
from diffusers import AutoencoderKL, UNet2DConditionModel
from safetensors.torch import load_file, save_file
from torch import Tensor
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

from tests.trainer.models.ldm_layout import ldm_weights
from tests.trainer.process import MODEL
from trainer.models.families.latent_diffusion import LatentDiffusion
from trainer.models.families.sd1 import StableDiffusion1
from trainer.models.loading.checkpoint_file import CheckpointFile
from trainer.models.loading.loading import BadModel, load_model
from trainer.models.loading.prediction import shown_prediction, told_prediction
from trainer.models.loading.single_file import CONFIGURATIONS
from trainer.models.parametrisation import Velocity

CPU = torch.device("cpu")


def load(path: Path, configuration: Path | None = None, **settings: object) -> LatentDiffusion:
    return load_model(path, CPU, torch.float32, configuration=configuration, **settings)


def assert_same_weights(one: LatentDiffusion, other: LatentDiffusion) -> None:
    for part, like in zip((one.unet, one.vae), (other.unet, other.vae), strict=True):
        assert_same(part.state_dict(), like.state_dict())
    for text, like in zip(one.texts, other.texts, strict=True):
        assert_same(text.encoder.state_dict(), like.encoder.state_dict())


def assert_same(one: dict[str, Tensor], other: dict[str, Tensor]) -> None:
    assert one.keys() == other.keys()
    assert all(torch.equal(one[key], other[key]) for key in one)


@pytest.fixture
def file(tiny: LatentDiffusion, tmp_path: Path) -> Path:
    path = tmp_path / "my model.v1.safetensors"
    save_file(ldm_weights(tiny), path)
    return path


def test_a_file_loads_to_equal_weights(tiny: LatentDiffusion, folder: Path, file: Path) -> None:
    prediction = "v_prediction" if isinstance(tiny.parametrisation, Velocity) else "epsilon"
    loaded = load(file, folder, prediction=prediction)
    assert type(loaded) is type(tiny)
    assert_same_weights(loaded, tiny)
    assert (loaded.model, type(loaded.parametrisation)) == ("my model.v1", type(tiny.parametrisation))
    assert torch.equal(loaded.parametrisation.sigmas, tiny.parametrisation.sigmas)
    assert not any(weight.requires_grad for weight in loaded.unet.parameters())


@pytest.mark.parametrize("suffix", [".safetensors", ".ckpt"])
def test_the_small_model_survives_the_first_programs_layout(
    model: StableDiffusion1, tmp_path: Path, suffix: str
) -> None:
    path, weights = tmp_path / f"demo{suffix}", ldm_weights(model)
    if suffix == ".ckpt":
        torch.save({"global_step": 7, "state_dict": weights}, path)
    else:
        save_file(weights, path)
    loaded = load(path, MODEL, allow_pickle=True)
    assert_same_weights(loaded, model)
    prompt = model.reader.read("a tree", {})
    latents, timesteps = torch.randn(1, 4, 16, 16), torch.tensor([300])
    with torch.no_grad():
        ours, theirs = (
            each.predict(latents, timesteps, each.encode_prompts([prompt], [{}])) for each in (loaded, model)
        )
    assert torch.equal(ours, theirs)


def test_a_pickle_needs_the_operators_word(model: StableDiffusion1, tmp_path: Path) -> None:
    torch.save({"state_dict": ldm_weights(model)}, tmp_path / "demo.ckpt")
    with pytest.raises(BadModel, match="operator allows"):
        load(tmp_path / "demo.ckpt", MODEL)


def test_a_class_that_stable_diffusions_own_files_name_is_let_pass(
    model: StableDiffusion1, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lightning = ModuleType("pytorch_lightning.callbacks.model_checkpoint")
    checkpoint = type("ModelCheckpoint", (), {"__module__": lightning.__name__})
    lightning.__dict__["ModelCheckpoint"] = checkpoint
    with monkeypatch.context() as installed:
        for name in ("pytorch_lightning", "pytorch_lightning.callbacks", lightning.__name__):
            installed.setitem(sys.modules, name, lightning)
        content = {"state_dict": ldm_weights(model), "callbacks": {checkpoint: {"best": 1}}}
        torch.save(content, tmp_path / "demo.ckpt")
    assert load(tmp_path / "demo.ckpt", MODEL, allow_pickle=True).model == "demo"


class Harm:
    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self.mark),)


def test_a_pickle_runs_nothing(tmp_path: Path) -> None:
    torch.save({"state_dict": {}, "callbacks": Harm(tmp_path / "harm")}, tmp_path / "bad.ckpt")
    with pytest.raises(BadModel, match="more than weights"):
        load(tmp_path / "bad.ckpt", allow_pickle=True)
    assert not (tmp_path / "harm").exists()


@pytest.fixture
def sd1_file(tiny_models: dict[str, LatentDiffusion], tmp_path: Path) -> Path:
    path = tmp_path / "sd1.safetensors"
    save_file(ldm_weights(tiny_models["sd1"]), path)
    return path


def test_half_a_file_is_refused(sd1_file: Path) -> None:
    sd1_file.write_bytes(sd1_file.read_bytes()[:100_000])
    with pytest.raises(BadModel, match="no whole safetensors file"):
        load(sd1_file)


def test_missing_weights_are_named(sd1_file: Path, tiny_folders: dict[str, Path]) -> None:
    weights = load_file(sd1_file)
    del weights["model.diffusion_model.middle_block.0.in_layers.0.weight"]
    save_file(weights, sd1_file)
    with pytest.raises(BadModel, match=r"mid_block\.resnets\.0\.norm1\.weight"):
        load(sd1_file, tiny_folders["sd1"])


def test_another_architecture_than_the_familys_is_refused(sd1_file: Path) -> None:
    with pytest.raises(BadModel, match="another shape"):
        load(sd1_file)


def test_a_text_encoder_under_a_merging_programs_names(sd1_file: Path, tiny_folders: dict[str, Path]) -> None:
    weights = load_file(sd1_file)
    save_file({key.replace("transformer.text_model.", "transformer."): weights[key] for key in weights}, sd1_file)
    assert load(sd1_file, tiny_folders["sd1"]).family == "sd1"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"model.diffusion_model.input_blocks.0.0.weight": torch.zeros(16, 9, 3, 3)}, "inpainting"),
        ({"model.diffusion_model.input_blocks.0.0.weight": torch.zeros(16, 5, 3, 3)}, "depth"),
        ({"edm_mean": torch.zeros(1)}, "Playground"),
        ({"first_stage_model.": None}, "autoencoder"),
        ({"cond_stage_model.": None}, "no text encoder"),
        ({"cond_stage_model.": None, "conditioner.embedders.0.model.ln_final.bias": torch.zeros(1)}, "refiner"),
        ({"model.": None, "joint_blocks.0.x": torch.zeros(1)}, "Stable Diffusion 3"),
        ({"model.": None, "model.diffusion_model.double_blocks.0.x": torch.zeros(1)}, "Flux"),
        ({"model.": None, "lora_unet_x": torch.zeros(1)}, "LoRA"),
        ({"": None}, "no image model"),
    ],
)
def test_other_models_are_refused_by_what_they_are(
    model: StableDiffusion1, tmp_path: Path, change: dict[str, Tensor | None], said: str
) -> None:
    gone = tuple(prefix for prefix, value in change.items() if value is None)
    weights = {key: value for key, value in ldm_weights(model).items() if not gone or not key.startswith(gone)}
    weights |= {key: value for key, value in change.items() if value is not None}
    save_file(weights, tmp_path / "model.safetensors")
    with pytest.raises(BadModel, match=said):
        load(tmp_path / "model.safetensors", MODEL)


@pytest.mark.parametrize(
    ("metadata", "keys", "yaml", "told"),
    [
        ({}, (), None, None),
        ({"modelspec.prediction_type": "v"}, (), None, "v_prediction"),
        ({"modelspec.prediction_type": "epsilon"}, (), None, "epsilon"),
        ({}, ("v_pred",), None, "v_prediction"),
        ({}, (), 'model:\n  params:\n    parameterization: "v"\n', "v_prediction"),
        ({"modelspec.prediction_type": "v"}, (), "parameterization: eps # as trained", "epsilon"),
    ],
)
def test_what_a_file_says_of_its_prediction(
    tmp_path: Path, metadata: dict[str, str], keys: tuple[str, ...], yaml: str | None, told: str | None
) -> None:
    if yaml:
        (tmp_path / "model.yaml").write_text(yaml)
    weights = {key: torch.tensor([]) for key in keys}
    assert told_prediction(CheckpointFile(tmp_path / "model.safetensors", weights, metadata)) == told


@pytest.mark.parametrize(
    ("family", "unet", "texts"),
    [
        ("sd1", 859_520_964, [123_060_480]),
        ("sd2", 865_910_724, [340_387_840]),
        ("sdxl", 2_567_463_684, [123_060_480, 694_659_840]),
    ],
)
def test_shipped_configurations_make_models_of_the_published_sizes(family: str, unet: int, texts: list[int]) -> None:
    folder = CONFIGURATIONS / family
    encoders = {"text_encoder": CLIPTextModel, "text_encoder_2": CLIPTextModelWithProjection}
    with init_empty_weights():
        assert parameters(UNet2DConditionModel.from_config(read_json(folder / "unet" / "config.json"))) == unet
        assert parameters(AutoencoderKL.from_config(read_json(folder / "vae" / "config.json"))) == 83_653_863
        found = [(folder / place, kind) for place, kind in encoders.items() if (folder / place).is_dir()]
        assert [parameters(kind(CLIPTextConfig.from_pretrained(place))) for place, kind in found] == texts


def parameters(part: torch.nn.Module) -> int:
    return sum(weight.numel() for weight in part.parameters())


def read_json(path: Path) -> dict[str, object]:
    return json.loads(path.read_text())


class ToldToGiveVelocity(StableDiffusion1):
    """The small model, told to give velocity: v = sqrt(a) e - sqrt(1 - a) x."""

    def predict(self, latents_BCHW: Tensor, timesteps_B: Tensor, conditioning: object) -> Tensor:
        noise = super().predict(latents_BCHW, timesteps_B, conditioning)
        a = (1 / (1 + self.parametrisation.sigmas[timesteps_B] ** 2)).float().view(-1, 1, 1, 1)
        picture = (latents_BCHW - (1 - a).sqrt() * noise) / a.sqrt()
        return a.sqrt() * noise - (1 - a).sqrt() * picture


def test_a_trained_model_shows_what_it_predicts(model: StableDiffusion1) -> None:
    assert shown_prediction(model) == "epsilon"
    velocity = ToldToGiveVelocity.__new__(ToldToGiveVelocity)
    velocity.__dict__.update(model.__dict__)
    assert shown_prediction(velocity) == "v_prediction"


def test_sd2_without_a_word_is_asked(
    tiny_models: dict[str, LatentDiffusion], tiny_folders: dict[str, Path], tmp_path: Path
) -> None:
    save_file(ldm_weights(tiny_models["sd2"]), tmp_path / "model.safetensors")
    # Random weights give nothing of their input back.
    assert isinstance(load(tmp_path / "model.safetensors", tiny_folders["sd2"]).parametrisation, Velocity)


def test_zero_terminal_snr_leaves_the_last_level_finite(
    tiny_models: dict[str, LatentDiffusion], tiny_folders: dict[str, Path], tmp_path: Path
) -> None:
    weights = ldm_weights(tiny_models["sdxl"]) | {"v_pred": torch.zeros(1), "ztsnr": torch.zeros(1)}
    save_file(weights, tmp_path / "model.safetensors")
    loaded = load(tmp_path / "model.safetensors", tiny_folders["sdxl"])
    assert isinstance(loaded.parametrisation, Velocity)
    *_, last_but_one, last = loaded.parametrisation.sigmas.tolist()
    assert last_but_one < last < math.inf
    assert last == pytest.approx(2**12)
