"""Pictures enlarged and drawn over, as by the web UI's hires fix; and seeds that were found at another size."""

import math
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from msgspec.structs import replace
from PIL import Image
from torch import Tensor

from tests.trainer.engine.drawings import Studio
from tests.trainer.engine.slow_interpolation import slowly_enlarged
from tests.trainer.process import pictures_of
from tests.trainer.words import written
from trainer.embeddings.embedding import Embedding
from trainer.infotext.webui import parse_parameters
from trainer.models.family import Family
from trainer.models.parametrisation import Epsilon
from trainer.protocol import DrawRequest, Fault, Hires, fault_in
from trainer.refusal import Refusal
from trainer.sampling.noise import PictureNoise
from trainer.sampling.noise_schedule import sigmas, timestep_of
from trainer.sampling.samplers.table import SAMPLERS

SMALL = DrawRequest(prompt="an owl", sampler="Euler", steps=2, guidance_scale=1.0, seed=5, width=64, height=64)
SPAN = (0.03, 14.6)
LARGER = replace(SMALL, hires=Hires(scale=1.5, steps=3, strength=0.7))


@pytest.fixture
def studio(model: Family, tmp_path: Path) -> Studio:
    return Studio(model, tmp_path)


@torch.no_grad()
def drawn_over_by_hand(model: Family, latent_CHW: Tensor, seed: int, steps: int, strength: float) -> Tensor:
    """Euler's method over a latent, unguided: the last `steps` of int(steps / strength), from the seed's own noise."""
    values = sigmas(SAMPLERS["Euler"], int(steps / strength), model.parametrisation.sigmas)[-steps - 1 :].tolist()
    assert len(values) == steps + 1
    noise = torch.randn(latent_CHW.shape, generator=torch.Generator().manual_seed(seed))
    x = (latent_CHW + noise * values[0])[None]
    told = model.encode_prompts([model.reader.read("an owl", {})], [{}])
    for sigma, following in pairwise(values):
        timestep = torch.tensor([timestep_of(sigma, model.parametrisation.sigmas)])
        predicted = model.predict(x / (sigma**2 + 1) ** 0.5, timestep, told)
        assert isinstance(model.parametrisation, Epsilon)
        x = x + predicted * (following - sigma)
    return x[0]


def test_a_latent_is_enlarged_and_drawn_over(studio: Studio) -> None:
    first = studio.latents(SMALL)[0]
    expected = drawn_over_by_hand(studio.model, slowly_enlarged(first, 12, 12), 5, 3, 0.7)
    torch.testing.assert_close(studio.latents(LARGER)[0], expected, atol=1e-4, rtol=0)


def test_a_picture_drawn_over_another_is_enlarged_too(studio: Studio) -> None:
    over = replace(SMALL, image=pictures_of("owl", 1)[0].path, strength=0.9)
    expected = drawn_over_by_hand(studio.model, slowly_enlarged(studio.latents(over)[0], 12, 12), 5, 3, 0.7)
    job = studio.begin(replace(over, hires=LARGER.hires))
    (picture,) = studio.finish([job]).pictures
    torch.testing.assert_close(job.drawing.latents[0], expected, atol=1e-4, rtol=0)
    assert parse_parameters(picture.parameters).denoising_strength == 0.7


def test_what_is_wider_than_wished_is_cut_at_both_sides(studio: Studio) -> None:
    first = studio.latents(SMALL)[0]
    hires = Hires(resize=(96, 128), steps=2, strength=0.5)
    expected = drawn_over_by_hand(studio.model, slowly_enlarged(first, 16, 16)[:, :, 2:14], 5, 2, 0.5)
    torch.testing.assert_close(studio.latents(replace(SMALL, hires=hires))[0], expected, atol=1e-4, rtol=0)


@pytest.mark.parametrize(
    ("upscaler", "resampling", "resize"),
    [
        ("Lanczos", Image.Resampling.LANCZOS, (0, 0)),
        ("None", Image.Resampling.LANCZOS, (72, 96)),
        ("nearest", Image.Resampling.NEAREST, (96, 72)),
    ],
)
def test_pixels_are_enlarged_and_drawn_over(
    studio: Studio, upscaler: str, resampling: Image.Resampling, resize: tuple[int, int]
) -> None:
    """By two requests: the picture, and one drawn over it, enlarged by hand; 3 of 4 steps are drawn at 0.7."""
    width, height = resize if any(resize) else (96, 96)
    left, top = (96 - width) // 16 * 8, (96 - height) // 16 * 8
    with Image.open(studio.drawn(SMALL).pictures[0].path) as small:
        large = small.resize((96, 96), resampling).crop((left, top, left + width, top + height))
    large.save(studio.folder / "large.png")
    over = {"image": str(studio.folder / "large.png"), "strength": 0.7, "steps": 4, "width": width, "height": height}
    expected = studio.latents(replace(SMALL, **over))
    hires = replace(LARGER.hires, upscaler=upscaler, resize=resize)
    torch.testing.assert_close(studio.latents(replace(SMALL, hires=hires)), expected, atol=1e-4, rtol=0)


@pytest.mark.parametrize("sampler", ["Euler a", "DPM++ SDE", "DDIM", "DDIM CFG++"])
def test_company_changes_nothing_but_rounding(studio: Studio, sampler: str) -> None:
    request = replace(LARGER, sampler=sampler, guidance_scale=1.5)
    alone = studio.latents(request)
    assert alone.shape == (1, 4, 12, 12)
    jobs = [studio.begin(replace(request, seed=4, count=2)), studio.begin(request)]
    studio.finish(jobs, most=3)
    together = torch.cat([torch.stack(job.drawing.latents) for job in jobs])
    torch.testing.assert_close(together[1:], alone.expand(2, -1, -1, -1), atol=1e-4, rtol=0)
    assert (together[0] - together[1]).abs().max() > 0.1


def test_people_share_passes_at_each_size(studio: Studio) -> None:
    at_once = studio.begin(replace(SMALL, width=96, height=96))
    later = studio.begin(LARGER)
    assert later.drawing.shape != at_once.drawing.shape
    steps = []
    while later.drawing.shape != at_once.drawing.shape:
        steps.append((later.drawing.step, later.drawing.asking))
        studio.make_pass(later)
    # Two passes, then one in which the latent is enlarged.
    assert steps == [(0, True), (1, True), (2, False)]
    assert (later.drawing.step, later.drawing.steps, later.drawing.coarse()) == (2, 5, None)
    studio.make_pass(later)
    assert later.drawing.step == 3
    assert later.drawing.coarse() is not None


def test_a_pictures_text_says_how_it_was_enlarged(studio: Studio) -> None:
    request = replace(LARGER, hires=Hires(scale=1.5, steps=1, upscaler="latent (nearest-exact)", strength=0.4))
    (picture,) = studio.drawn(request).pictures
    assert ("Size: 64x64," in picture.parameters) and ("Denoising strength: 0.4," in picture.parameters)
    assert "Hires upscale: 1.5, Hires steps: 1, Hires upscaler: Latent (nearest-exact)" in picture.parameters
    with Image.open(picture.path) as opened:
        assert opened.size == (96, 96)
    resized = parse_parameters(studio.drawn(replace(SMALL, hires=Hires(resize=(0, 72)))).pictures[0].parameters)
    assert (resized.hires_scale, resized.hires_resize, resized.hires_steps) == (None, (0, 72), 0)


def test_words_that_only_the_larger_picture_uses_are_told(studio: Studio) -> None:
    word = Embedding(name="night-owl", vectors=np.full((2, 96), 0.01, dtype=np.float32))
    studio.words = [written(studio.folder, word)]
    drawn = studio.drawn(replace(LARGER, prompt="an owl [night-owl:1.4]"))
    ((first, second),) = (part.stages for part in drawn.reading)
    assert (first.first_step, first.last_step, second.first_step, second.last_step) == (1, 4, 5, 5)
    assert [word.name for word in drawn.words] == ["night-owl"]
    assert "TI hashes" in drawn.pictures[0].parameters


def test_a_seeds_own_size_is_laid_in_the_middle_at_each_size(studio: Studio) -> None:
    job = studio.begin(replace(LARGER, seed_resize_from=(48, 40)))
    for side in (8, 12):
        (question,) = job.drawing.questions(16)
        noise = PictureNoise(5, (4, side, side), SPAN, resized_from=(5, 6)).next()
        plain = PictureNoise(5, (4, side, side), SPAN).next()
        # In the first phase the noise is all there is; in the second, a part of it.
        assert correlation(question.latents_CHW, noise) > max(0.5, correlation(question.latents_CHW, plain))
        while job.drawing.step < 2:
            studio.make_pass(job)
        if not job.drawing.asking:
            studio.make_pass(job)


def correlation(one: Tensor, other: Tensor) -> float:
    return torch.corrcoef(torch.stack([one.flatten(), other.flatten()]))[0, 1].item()


FIRST = {"width": 512, "height": 768}
WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"hires": Hires(scale=0.9)}, "bad_tuning", "hires"),
    ({"hires": Hires(scale=math.nan)}, "bad_tuning", "hires"),
    ({"hires": Hires(scale=4.1)}, "bad_tuning", "hires"),
    ({"hires": Hires(steps=-1)}, "bad_tuning", "hires-steps"),
    ({"hires": Hires(steps=151)}, "bad_tuning", "hires-steps"),
    ({"hires": Hires(), "steps": 151}, "bad_tuning", "hires-steps"),
    ({"hires": Hires(steps=150, strength=0.14)}, "bad_tuning", "0.15"),
    ({"hires": Hires(strength=0.0)}, "bad_tuning", "hires-strength"),
    ({"hires": Hires(strength=1.1)}, "bad_tuning", "hires-strength"),
    ({"hires": Hires(resize=(1000, 1001))}, "bad_size", "1001"),
    ({"hires": Hires(resize=(-64, 64))}, "bad_size", "-64"),
    ({"hires": Hires(scale=3.0), **FIRST}, "bad_size", "2304"),
    ({"hires": Hires(resize=(2048, 0)), **FIRST}, "bad_size", "3072"),
    ({"hires": Hires(resize=(64, 0)), "width": 2048, "height": 64}, "bad_size", "0"),
    ({"hires": Hires(resize=(2048, 64)), "width": 64, "height": 512}, "bad_size", "16384"),
    ({"seed_resize_from": (7, 64)}, "bad_tuning", "seed-resize"),
    ({"seed_resize_from": (64, 4096)}, "bad_tuning", "seed-resize"),
]


@pytest.mark.parametrize(("wrong", "reason", "fact"), WRONG)
def test_what_cannot_be_drawn_is_refused_without_a_model(wrong: dict[str, Any], reason: str, fact: str) -> None:
    fault = fault_in(DrawRequest(prompt="a", **wrong))
    assert isinstance(fault, Fault)
    assert (fault.reason, fact in fault.facts.values()) == (reason, True)


@pytest.mark.parametrize(
    "hires", [Hires(), Hires(scale=1.0, steps=10, strength=0.01), Hires(resize=(2048, 2048), upscaler="none")]
)
def test_what_can_be_drawn_is_not_refused(hires: Hires) -> None:
    assert fault_in(DrawRequest(prompt="a", hires=hires, seed_resize_from=(513, 8), **FIRST)) is None


def test_a_size_that_the_model_decides_is_refused_by_the_trainer(studio: Studio) -> None:
    request = DrawRequest(prompt="a", height=1024, hires=Hires(scale=2.5))
    assert fault_in(request) is None
    with pytest.raises(Refusal) as refused:
        studio.begin(request)
    assert (refused.value.reason, refused.value.facts) == ("bad_size", {"width": "320", "height": "2560"})
