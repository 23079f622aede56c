"""Settings for training as people write them."""

import contextlib
from collections.abc import Mapping
from operator import attrgetter
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, strategies as st

from bot.chat.setting_lines import read_settings, suggest_settings
from bot.errors import BadSetting, UnknownUpscaler
from bot.features.imagine.drawing_settings import SETTINGS as DRAWING, read_drawing_settings
from bot.features.train.tuning import SETTINGS, read_tuning
from bot.jobs.faults import check, check_upscaler
from tests.bot.jobs import TRAIN
from trainer.protocol import DrawRequest, Hires, Setting, Tuning, upscalers_with

LATENT = Hires(upscaler="Latent (bicubic antialiased)", steps=10)


@pytest.mark.parametrize(
    ("text", "tuning"),
    [
        ("", Tuning()),
        ("flip", Tuning(flip=True)),
        (" flip , cosine,", Tuning(flip=True, cosine=True)),
        ("warmup 20, min-snr: 5, clip=0.5", Tuning(warmup=20, min_snr_gamma=5.0, clip_norm=0.5)),
        (r'words \w+, join ", "', Tuning(word_regex=r"\w+", word_join=", ")),
        ('words "a{1,3}", last, patience 4', Tuning(word_regex="a{1,3}", average=False, patience=4)),
    ],
)
def test_settings_are_read(text: str, tuning: Tuning) -> None:
    assert read_tuning(text) == tuning


@pytest.mark.parametrize(
    ("text", "part", "reason"),
    [
        ("flip, fast", "fast", "unknown"),
        ("warmup soon", "warmup soon", "value"),
        ("warmup", "warmup", "value"),
        ("flip 2", "flip 2", "value"),
        ("flip, )", ")", "unknown"),
    ],
)
def test_what_cannot_be_read_is_named(text: str, part: str, reason: str) -> None:
    with pytest.raises(BadSetting) as refused:
        read_tuning(text)
    assert (refused.value.facts["part"], refused.value.facts["reason"]) == (part, reason)


@pytest.mark.parametrize(("text", "reason"), [("drop 3", "range"), ("clip nan", "range"), ("words (", "pattern")])
def test_what_cannot_be_done_is_refused_before_it_is_promised(text: str, reason: str) -> None:
    with pytest.raises(BadSetting) as refused:
        check(msgspec.structs.replace(TRAIN, tuning=read_tuning(text)))
    assert refused.value.facts["reason"] == reason


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("rng nv", {"rng": "NV"}),
        ("hires 2, eta 0.5", {"hires": Hires(scale=2.0), "eta": 0.5}),
        ("hires-upscaler: Latent (bicubic antialiased), hires-steps 10", {"hires": LATENT}),
        ("hires-resize 1024 × 0, hires-strength=0.5", {"hires": Hires(resize=(1024, 0), strength=0.5)}),
        ("seed-resize 512X768", {"seed_resize_from": (512, 768)}),
    ],
)
def test_settings_of_a_drawing_are_read(text: str, fields: dict[str, object]) -> None:
    assert read_drawing_settings(text) == fields


@pytest.mark.parametrize("text", ["hires", "hires-resize 1024", "hires-resize 1024x", "seed-resize 1x2x3"])
def test_a_size_that_cannot_be_read_is_named(text: str) -> None:
    with pytest.raises(BadSetting) as refused:
        read_drawing_settings(text)
    assert (refused.value.facts["part"], refused.value.facts["reason"]) == (text, "value")


def test_an_upscaler_that_is_not_here_is_refused_by_name() -> None:
    asked = DrawRequest(prompt="a", **read_drawing_settings("hires 2, hires-upscaler R-ESRGAN 4x+"))
    with pytest.raises(UnknownUpscaler) as refused:
        check_upscaler(asked, upscalers_with([Path("4x-UltraSharp.pth"), Path("RealESRGAN_x2plus.pth")]))
    assert refused.value.facts["name"] == "R-ESRGAN 4x+"
    assert "Latent (nearest-exact), None, Lanczos, Nearest, 4x-UltraSharp, R-ESRGAN 2x+" in str(refused.value.facts)
    check_upscaler(asked, upscalers_with([Path("RealESRGAN_x4plus.pth")]))
    check_upscaler(DrawRequest(prompt="a"), [])


@given(st.text(alphabet='flip,cosinewarmup 0129"\\+-:=', max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(BadSetting):
        read_tuning(text)


def test_every_example_is_a_setting_and_is_suggested() -> None:
    cases: list[tuple[Any, Mapping[str, Setting]]] = [
        (Tuning(), SETTINGS),
        (DrawRequest(prompt="a", hires=Hires()), DRAWING),
    ]
    for request, settings in cases:
        for name, row in settings.items():
            assert read_settings(row.example, settings)[row.field] != attrgetter(row.field)(request)
            assert f"x, {row.example}" in suggest_settings(f"x, {name[:3]}", settings)
    assert {row.field for row in SETTINGS.values()} == set(Tuning.__struct_fields__)
