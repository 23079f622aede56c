"""Each sampler on the small model, from most noise to least, against its rule in float64; and four in one batch.

The model is asked once: the rule gets the answers that the sampler got, and must want them for the same latents.
"""

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from tests.trainer.sampling.running import noise_of, referenced, sampled
from trainer.models.family import Family
from trainer.sampling.noise_schedule import sigmas, timestep_of
from trainer.sampling.samplers.table import SAMPLERS, SamplerRow

SHAPE = (4, 16, 16)
GUIDANCE = 3.0
SEEDS = (1, 2, 3, 4)
SAME_SIGMA, SAME_CHOSEN_SIGMA = 1e-6, 1e-5
"""Relative. The adaptive one chooses its steps by latents, so that their rounding is in its sigmas."""


def look_of(model: Family, row: SamplerRow, pictures: int) -> Any:
    """With a prompt; where the row wants it, also without one and with guidance between the two."""
    texts = ["an owl", ""] if row.wants_unguided else ["an owl"]
    prompts = [model.reader.read(text, {}) for text in texts for _ in range(pictures)]
    conditioning = model.encode_prompts(prompts, [{}] * len(prompts))

    @torch.no_grad()
    def look(x: Tensor, sigma: float) -> Any:
        scaled = (x / (sigma**2 + 1) ** 0.5).float().repeat(len(texts), 1, 1, 1)
        timestep = timestep_of(sigma, model.parametrisation.sigmas, row.timesteps_every)
        noise = model.predict(scaled, torch.full((len(scaled),), timestep), conditioning).to(x.dtype)
        clean = [x - sigma * part for part in noise.chunk(len(texts))]
        if not row.wants_unguided:
            return clean[0]
        return clean[1] + GUIDANCE / row.guidance_divisor * (clean[0] - clean[1]), clean[1]

    return look


@pytest.mark.parametrize(("name", "eta"), [*((name, None) for name in SAMPLERS), ("DPM adaptive", 0.0)])
def test_a_sampler_follows_its_rule_on_the_model(model: Family, name: str, eta: float | None) -> None:
    row = SAMPLERS[name]
    values = sigmas(row, 10, model.parametrisation.sigmas)
    look = look_of(model, row, 1)
    seen: list[tuple[Tensor, float, Any]] = []

    def remembered(x: Tensor, sigma: float) -> Any:
        seen.append((x, sigma, look(x, sigma)))
        return seen[-1][2]

    def recalled(x: Tensor, sigma: float) -> Any:
        """What the model saw; the rule must want to know the same of it, at the same place."""
        wanted, wanted_sigma, answer = seen.pop(0)
        torch.testing.assert_close(x.float(), wanted, atol=1e-4, rtol=0)
        assert sigma == pytest.approx(wanted_sigma, rel=SAME_CHOSEN_SIGMA if row.alone else SAME_SIGMA)
        return answer

    latents, _ = sampled(row, values, noise_of((1,), SHAPE), remembered, eta)
    assert latents.isfinite().all()
    assert 0.1 < latents.std() < 3
    expected = referenced(row, values, noise_of((1,), SHAPE), recalled, eta)
    assert seen == []
    np.testing.assert_allclose(latents, expected, atol=1e-4, rtol=0)


@pytest.mark.parametrize("name", ["Euler a", "DPM++ 2M SDE"])
def test_a_picture_is_the_same_alone_and_in_a_batch_of_four(model: Family, name: str) -> None:
    row = SAMPLERS[name]
    values = sigmas(row, 5, model.parametrisation.sigmas)
    together, _ = sampled(row, values, noise_of(SEEDS, SHAPE), look_of(model, row, 4))
    alone, _ = sampled(row, values, noise_of(SEEDS[2:3], SHAPE), look_of(model, row, 1))
    torch.testing.assert_close(together[2:3], alone, atol=1e-4, rtol=0)
