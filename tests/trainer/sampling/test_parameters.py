import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngImageFile

from trainer.infotext.parameters import Parameters, format_parameters, save_png
from trainer.infotext.webui import parse_parameters

PLAIN = Parameters(
    prompt="portrait of usada pekora",
    negative_prompt="",
    steps=20,
    sampler="Euler a",
    guidance_scale=7.0,
    seed=4077357776,
    width=512,
    height=768,
    model_hash="45dee52b",
    model="demo",
)


def read_settings(text: str) -> dict[str, str]:
    """The last line as the web UI's reader takes it apart: a key, a colon, a value that may be quoted."""
    pairs = re.findall(r'\s*(\w[\w \-/]+):\s*("(?:\\.|[^\\"])+"|[^,]*)(?:,|$)', text.splitlines()[-1])
    return {key: json.loads(value) if value.startswith('"') else value for key, value in pairs}


def test_the_line_that_people_paste() -> None:
    assert format_parameters(PLAIN) == (
        "portrait of usada pekora\n"
        "Steps: 20, Sampler: Euler a, Schedule type: Automatic, CFG scale: 7, Seed: 4077357776, Size: 512x768, "
        "Model hash: 45dee52b, Model: demo, RNG: CPU, Version: embedsmith-0.2.0"
    )


def test_everything_at_once() -> None:
    full = replace(
        PLAIN,
        prompt="first line\nsecond, line",
        negative_prompt="blurry\nugly",
        guidance_scale=7.5,
        clip_skip=2,
        ti_hashes=(("my-cat", "0123456789ab"), ("a: b, c", "ba9876543210")),
    )
    assert format_parameters(full) == (
        "first line\nsecond, line\n"
        "Negative prompt: blurry\nugly\n"
        "Steps: 20, Sampler: Euler a, Schedule type: Automatic, CFG scale: 7.5, Seed: 4077357776, Size: 512x768, "
        "Model hash: 45dee52b, Model: demo, Clip skip: 2, RNG: CPU, "
        'TI hashes: "my-cat: 0123456789ab, a b c: ba9876543210", Version: embedsmith-0.2.0'
    )


@pytest.mark.parametrize(
    ("sampler", "schedule", "written"),
    [
        ("Euler a", "Automatic", "Automatic"),
        ("DPM++ 2M", "Automatic", "Karras"),
        ("DPM++ 3M SDE", "Automatic", "Exponential"),
        ("DPM++ 2M", "SGM Uniform", "SGM Uniform"),
        ("DDIM", "Automatic", "Automatic"),
        ("LCM", "Automatic", "Automatic"),
    ],
)
def test_the_schedule_that_was_used_is_named(sampler: str, schedule: str, written: str) -> None:
    settings = read_settings(format_parameters(replace(PLAIN, sampler=sampler, schedule=schedule)))
    assert settings["Schedule type"] == written
    read = parse_parameters(format_parameters(replace(PLAIN, sampler=sampler, schedule=schedule)))
    assert (read.sampler, read.schedule) == (sampler, schedule)


def test_the_beta_schedule_says_its_parameters() -> None:
    text = format_parameters(replace(PLAIN, schedule="Beta"))
    assert "Beta schedule alpha: 0.6, Beta schedule beta: 0.6, " in text
    assert parse_parameters(text).others == ()


@pytest.mark.parametrize("model", ["demo", "a, b", "c:d", 'say "hi", now', "line\nbreak", "模型, 一", "back\\slash: x"])
def test_whatever_the_model_is_called_it_reads_back(model: str) -> None:
    settings = read_settings(format_parameters(replace(PLAIN, model=model)))
    assert settings["Model"] == model
    assert settings["Seed"] == "4077357776"


def test_what_needs_quotes_is_quoted_in_its_own_letters() -> None:
    assert 'Model: "模型, 一", RNG' in format_parameters(replace(PLAIN, model="模型, 一"))


def test_no_prompt_leaves_the_settings_alone() -> None:
    assert format_parameters(replace(PLAIN, prompt="")).startswith("Steps: 20")


@pytest.mark.parametrize("parameters", ["plain\nSteps: 20", "café ünï", "一只猫, 🐈\nSteps: 20", None])
def test_a_png_carries_its_parameters(tmp_path: Path, parameters: str | None) -> None:
    picture = Image.effect_noise((32, 32), 90).convert("RGB")
    save_png(picture, tmp_path / "a.png", parameters)
    with Image.open(tmp_path / "a.png") as read:
        assert isinstance(read, PngImageFile)
        assert read.text.get("parameters") == parameters
        assert read.tobytes() == picture.tobytes()
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]
