"""Tiny models of every family, built once."""

from pathlib import Path

import pytest
import torch
from diffusers import StableDiffusionPipeline, StableDiffusionXLPipeline

from tests.trainer.models.tiny import SAVE
from trainer.models.families.latent_diffusion import LatentDiffusion
from trainer.models.loading.loading import load_model

CPU = torch.device("cpu")
Pipeline = StableDiffusionPipeline | StableDiffusionXLPipeline


@pytest.fixture(scope="session")
def tiny_folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folders = {name: tmp_path_factory.mktemp("models") / name for name in SAVE}
    torch.manual_seed(0)
    for name, folder in folders.items():
        SAVE[name](folder)
    return folders


@pytest.fixture(scope="session")
def tiny_models(tiny_folders: dict[str, Path]) -> dict[str, LatentDiffusion]:
    return {name: load_model(folder, CPU, torch.float32) for name, folder in tiny_folders.items()}


@pytest.fixture(params=SAVE)
def name(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def tiny(name: str, tiny_models: dict[str, LatentDiffusion]) -> LatentDiffusion:
    return tiny_models[name]


@pytest.fixture
def folder(name: str, tiny_folders: dict[str, Path]) -> Path:
    return tiny_folders[name]


@pytest.fixture(scope="session")
def pipelines() -> dict[str, Pipeline]:
    return {}


@pytest.fixture
def pipeline(name: str, folder: Path, pipelines: dict[str, Pipeline]) -> Pipeline:
    """What diffusers itself makes of the folder; loaded once."""
    if name not in pipelines:
        kind = StableDiffusionXLPipeline if name == "sdxl" else StableDiffusionPipeline
        pipelines[name] = kind.from_pretrained(folder, dtype=torch.float32, local_files_only=True)
        pipelines[name].set_progress_bar_config(disable=True)
    return pipelines[name]
