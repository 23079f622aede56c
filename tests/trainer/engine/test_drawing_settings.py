"""Samplers, seeds and settings; and that a picture's own text draws it again."""

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
import torch

from tests.trainer.engine.drawings import Studio, pixels
from tests.trainer.words import written
from trainer.embeddings.embedding import Embedding
from trainer.infotext.webui import parse_parameters
from trainer.models.family import Family
from trainer.protocol import DrawingSettings, DrawRequest, Hires, PictureSettings, fault_in
from trainer.sampling.sampler_names import SAMPLER_NAMES


@pytest.fixture
def studio(model: Family, tmp_path: Path) -> Studio:
    return Studio(model, tmp_path)


def again(text: str, **known: Any) -> DrawRequest:
    """The request that a picture's text asks for."""
    read = parse_parameters(text)
    fields = {field: getattr(read, field) for field in DrawingSettings.__struct_fields__}
    return DrawRequest(**fields, hires=enlarged(read), **known)


def enlarged(read: PictureSettings) -> Hires | None:
    if not read.hires_upscaler:
        return None
    return Hires(
        scale=read.hires_scale or 2.0,
        resize=read.hires_resize or (0, 0),
        steps=read.hires_steps,
        upscaler=read.hires_upscaler,
        strength=read.denoising_strength,
    )


@pytest.mark.parametrize("sampler", [row.name for row in SAMPLER_NAMES])
def test_every_sampler_draws_the_same_alone_and_in_company(studio: Studio, sampler: str) -> None:
    # At a guidance near 1 rounding is not made larger than it is.
    request = DrawRequest(prompt="an owl", sampler=sampler, steps=6, guidance_scale=1.5, seed=8, width=64, height=64)
    alone = studio.latents(request)
    assert 0.1 < alone.std() < 3
    four = studio.latents(msgspec.structs.replace(request, seed=6, count=4))
    torch.testing.assert_close(four[2:3], alone, atol=1e-4, rtol=0)


SETTINGS: list[dict[str, Any]] = [
    {"sampler": "DPM++ 2M Karras", "steps": 4},
    {"sampler": "euler", "schedule": "SGM Uniform", "steps": 4, "clip_skip": 2},
    {"sampler": "Euler a", "eta": 0.5, "ensd": 31337, "rng": "NV", "steps": 4},
    {"sampler": "LCM", "ensd": 31337, "rng": "GPU", "guidance_scale": 1.0, "steps": 3},
    {"sampler": "DDIM", "eta": 0.7, "variation_seed": 7, "variation_strength": 0.25, "steps": 4},
    {"sampler": "UniPC", "prompt": "(owl:1.5) [tree]\nby night", "emphasis": "No norm", "steps": 4, "width": 72},
    {"sampler": "DPM++ 2M", "steps": 2, "seed_resize_from": (72, 48), "width": 64},
    {"sampler": "Heun", "steps": 2, "prompt": "an [owl:tree:1.5]", "hires": Hires(scale=1.5, steps=2), "width": 64},
    {"sampler": "Restart", "steps": 2, "hires": Hires(resize=(80, 72), upscaler="Lanczos", strength=0.5), "width": 64},
]


@pytest.mark.parametrize("settings", SETTINGS, ids=lambda settings: settings["sampler"])
def test_a_pictures_own_text_draws_it_again(studio: Studio, settings: dict[str, Any]) -> None:
    request = DrawRequest(
        **{"prompt": "an owl", "negative_prompt": "fog", "seed": 4_000_000_000, "height": 64} | settings
    )
    drawn = studio.drawn(request)
    last = drawn.pictures[-1]
    assert pixels(drawn, -1) == pixels(studio.drawn(again(last.parameters)))
    plain = studio.drawn(DrawRequest(prompt="an owl", negative_prompt="fog", seed=last.seed, width=64, height=64))
    assert pixels(drawn, -1) != pixels(plain)


def test_a_text_names_the_embeddings_files(studio: Studio) -> None:
    word = Embedding(name="Night-Owl", vectors=np.full((2, 96), 0.01, dtype=np.float32))
    studio.words = [written(studio.folder, word)]
    digits = studio.words[0].sha256[:12]
    drawn = studio.drawn(DrawRequest(prompt="a (night-owl:1.2) in a tree", steps=1))
    assert parse_parameters(drawn.pictures[0].parameters).ti_hashes == (("Night-Owl", digits),)
    assert parse_parameters(drawn.pictures[0].parameters).model_hash == studio.model.model_hash


def test_variations_have_one_seed_and_files_of_their_own(studio: Studio) -> None:
    drawn = studio.drawn(DrawRequest(prompt="a", steps=1, seed=5, count=2, variation_seed=9, variation_strength=0.5))
    assert [picture.seed for picture in drawn.pictures] == [5, 5]
    assert [parse_parameters(picture.parameters).variation_seed for picture in drawn.pictures] == [9, 10]
    assert pixels(drawn, 0) != pixels(drawn, 1)


@pytest.mark.parametrize(
    ("wrong", "reason", "fact"),
    [
        ({"sampler": "Eulerian"}, "unknown_sampler", "Eulerian"),
        ({"schedule": "Karrass"}, "unknown_sampler", "Karrass"),
        ({"steps": 0}, "bad_tuning", "steps"),
        ({"count": 0}, "bad_tuning", "count"),
        ({"guidance_scale": float("nan")}, "bad_tuning", "cfg"),
        ({"clip_skip": 13}, "bad_tuning", "clip-skip"),
        ({"eta": 1.5}, "bad_tuning", "eta"),
        ({"variation_strength": -0.1}, "bad_tuning", "variation"),
        ({"strength": 1.1}, "bad_tuning", "strength"),
    ],
)
def test_what_cannot_be_drawn_is_refused_without_a_model(wrong: dict[str, Any], reason: str, fact: str) -> None:
    fault = fault_in(DrawRequest(prompt="a", **wrong))
    assert fault is not None
    assert (fault.reason, fact in fault.facts.values()) == (reason, True)
