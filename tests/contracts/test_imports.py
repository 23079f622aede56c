"""One direction: what a fresh process holds after an import."""

import subprocess
import sys
from pathlib import Path

import pytest

TRAINER = Path(__file__).parents[2] / "trainer"
HEAVY = ("torch", "diffusers", "transformers", "matplotlib", "numpy")
LIGHT = (
    *("bot.__main__", "bot.app", "bot.files.decoding"),
    *("trainer.protocol", "trainer.infotext.picture_info", "sandbox.__main__"),
)


def modules_after(statement: str) -> set[str]:
    code = f"import sys; {statement}; print(' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize("module", LIGHT)
def test_light_processes_stay_light(module: str) -> None:
    assert modules_after(f"import {module}").isdisjoint(HEAVY)


@pytest.mark.parametrize("module", [*LIGHT, "bot.files.colours", "trainer.__main__"])
def test_libheif_waits_for_a_limited_child(module: str) -> None:
    assert modules_after(f"import {module}").isdisjoint({"pi_heif", "_pi_heif"})


def test_the_trainer_has_never_heard_of_discord() -> None:
    loaded = modules_after("import trainer.__main__")
    assert loaded.isdisjoint({"discord", "aiosqlite", "aiohttp", "bot", "sandbox"})


def test_the_sandbox_knows_neither_bot_nor_trainer() -> None:
    assert modules_after("import sandbox.__main__").isdisjoint({"discord", "bot", "trainer"})


def test_only_models_know_how_they_were_trained() -> None:
    """Whoever asks for epsilon, velocity or alphas elsewhere shuts out the next kind of model."""
    parametrised = ("alphas_cumprod", "epsilon", "v_prediction")
    elsewhere = [
        path for path in TRAINER.rglob("*.py") if path.parts[len(TRAINER.parts)] not in ("models", "__main__.py")
    ]
    assert len(elsewhere) > 100
    assert not [path for path in elsewhere if any(word in path.read_text(encoding="utf-8") for word in parametrised)]
