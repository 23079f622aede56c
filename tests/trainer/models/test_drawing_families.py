"""Every family draws by the engine what its own pieces give by hand."""

from dataclasses import replace
from itertools import pairwise

import pytest
import torch
from torch import Tensor

from trainer.engine.drawing.order import Order, Start
from trainer.engine.drawing.picture_pass import Drawing, picture_pass
from trainer.engine.drawing.told import ToldTexts
from trainer.engine.drawing.wording import read_wording
from trainer.models.families.latent_diffusion import LatentDiffusion
from trainer.models.parametrisation import Velocity
from trainer.sampling.noise_schedule import sigmas, timestep_of
from trainer.sampling.samplers.table import SAMPLERS

STEPS, SCALE = 3, 3.0


def order(model: LatentDiffusion, seed: int, prompt: str = "an (owl:1.2)", negative: str = "") -> Order:
    return Order(
        wording=read_wording(model.reader, prompt, negative, STEPS, {}),
        vectors={},
        sampler=SAMPLERS["Euler"],
        steps=STEPS,
        guidance_scale=SCALE,
        starts=(Start(seed),),
        width=16,
        height=32,
    )


@torch.no_grad()
def by_hand(model: LatentDiffusion, seed: int) -> Tensor:
    """Euler's method with an empty negative prompt, the model asked twice a step."""
    values = sigmas(SAMPLERS["Euler"], STEPS, model.parametrisation.sigmas).tolist()
    x = torch.randn(4, 16, 8, generator=torch.Generator().manual_seed(seed))[None] * values[0]
    wanted, unwanted = (model.encode_prompts([model.reader.read(text, {})], [{}]) for text in ("an (owl:1.2)", ""))
    if model.family == "sdxl":
        unwanted = unwanted.zeroed([0])
    for sigma, following in pairwise(values):
        timestep = torch.tensor([timestep_of(sigma, model.parametrisation.sigmas)])
        scaled = x / (sigma**2 + 1) ** 0.5
        with_prompt, without = (model.predict(scaled, timestep, each) for each in (wanted, unwanted))
        predicted = without + SCALE * (with_prompt - without)
        a = 1 / (sigma**2 + 1)
        velocity = isinstance(model.parametrisation, Velocity)
        clean = a * x - (1 - a) ** 0.5 * predicted if velocity else x - sigma * predicted
        x = x + (x - clean) / sigma * (following - sigma)
    return x[0]


def test_drawings_of_every_family_share_passes(tiny: LatentDiffusion) -> None:
    drawings = [Drawing(tiny, order(tiny, seed)) for seed in (1, 2)]
    assert drawings[0].shape == drawings[1].shape
    while drawings[0].asking:
        picture_pass(tiny, drawings, 16)
    for drawing, seed in zip(drawings, (1, 2), strict=True):
        torch.testing.assert_close(drawing.latents[0], by_hand(tiny, seed), atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize(("negative", "silent"), [("", True), ("fog", False)])
def test_an_empty_negative_prompt_is_nothing_where_the_family_says_so(
    tiny: LatentDiffusion, negative: str, *, silent: bool
) -> None:
    wording = read_wording(tiny.reader, "", negative, STEPS, {})
    with torch.no_grad():
        told = ToldTexts(tiny, replace(order(tiny, 1), wording=wording))
        wanted, unwanted = told.of(wording.at(0), guided=True)
    assert bool(unwanted.tokens_BTW.any()) is not (silent and tiny.empty_is_zero)
    assert wanted.tokens_BTW.any()
