import json
import re
from pathlib import Path

import pytest
from msgspec.structs import replace
from PIL import Image
from PIL.PngImagePlugin import PngImageFile

from trainer.infotext.parameters import VERSION, format_parameters, save_png
from trainer.infotext.webui import parse_parameters
from trainer.protocol.settings import DRAWING, PictureSettings

PLAIN = PictureSettings(
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
    rng="CPU",
    version=VERSION,
)
ALL = PictureSettings(
    prompt="a (red:1.3) heart,\nsecond line",
    negative_prompt="blurry",
    steps=28,
    sampler="Euler a",
    guidance_scale=6.5,
    seed=2**64 - 1,
    width=512,
    height=768,
    model_hash="0123456789",
    model="a, b",
    clip_skip=2,
    ti_hashes=(("my-cat", "0123456789ab"), ("a: b", "ba9876543210")),
    hypernetwork_hashes=(("ink", "0a1b2c3d4e"),),
    schedule="Beta",
    variation_seed=8,
    variation_strength=0.25,
    seed_resize_from=(64, 96),
    denoising_strength=0.6,
    init_image_hash="0a1b2c3d",
    ensd=31337,
    rng="NV",
    hires_scale=1.5,
    hires_resize=(768, 0),
    hires_steps=7,
    hires_upscaler="Latent (bicubic)",
    eta=0.1 + 0.2,
    drop_penultimate=True,
    emphasis="No norm",
    others=(("VAE", "x.pt"),),
    version=VERSION,
)
BEFORE_BETA = (
    "a (red:1.3) heart,\nsecond line\nNegative prompt: blurry\n"
    "Steps: 28, Sampler: {sampler}, Schedule type: Beta, CFG scale: 6.5, Seed: 18446744073709551615, Size: 512x768, "
    'Model hash: 0123456789, Model: "a, b", Hypernet hash: "ink: 0a1b2c3d4e", '
    "Variation seed: 8, Variation seed strength: 0.25, "
    "Seed resize from: 64x96, Denoising strength: 0.6, Clip skip: 2, ENSD: 31337, Init image hash: 0a1b2c3d, RNG: NV, "
    "Hires upscale: 1.5, Hires resize: 768x0, Hires steps: 7, Hires upscaler: Latent (bicubic), "
)
AFTER_ETA = (
    ": 0.30000000000000004, Discard penultimate sigma: True, "
    'TI hashes: "my-cat: 0123456789ab, a b: ba9876543210", Emphasis: No norm, VAE: x.pt, Version: embedsmith-0.2.0'
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
    ("sampler", "keys"),
    [("Euler a", "Beta schedule alpha: 0.6, Beta schedule beta: 0.6, Eta"), ("DDIM", "Eta DDIM")],
)
def test_every_setting_stands_where_the_web_ui_has_it(sampler: str, keys: str) -> None:
    assert format_parameters(replace(ALL, sampler=sampler)) == (BEFORE_BETA + keys + AFTER_ETA).format(sampler=sampler)


def test_that_was_every_setting() -> None:
    assumed = PictureSettings()
    assert {name for name in PictureSettings.__struct_fields__ if getattr(ALL, name) == getattr(assumed, name)} == {
        "sampler"
    }
    written = {row.said for row in DRAWING if row.key and row.field}
    assert written | {"prompt", "negative_prompt", "width", "height", "others"} == set(
        PictureSettings.__struct_fields__
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
