"""What the model is told while it draws."""

from collections.abc import Sequence
from pathlib import Path

import pytest
import torch
from torch import Tensor

from tests.trainer.engine.drawings import Studio
from trainer.models.family import Conditioning, Family
from trainer.protocol import DrawRequest, ReadPart, ReadStage
from trainer.sampling.noise_schedule import sigmas, timestep_of
from trainer.sampling.samplers.table import SAMPLERS

STEPS, SCALE = 6, 4.0


@pytest.fixture
def studio(model: Family, tmp_path: Path) -> Studio:
    return Studio(model, tmp_path)


def said(model: Family, text: str, schedule: Sequence[str]) -> Tensor:
    """A text's (1, T, W) among those of its schedule: of one length, weighted, one mean for each window of all."""
    texts = list(schedule)
    raw = model.encode_prompts([model.reader.read(each, {}, "Ignore") for each in texts], [{}] * len(texts)).tokens_BTW
    before = raw.reshape(len(texts), -1, 77, raw.shape[-1])
    after = before.clone()
    for row, each in enumerate(texts):
        for window, weights in enumerate(weights_of(model, each)):
            after[row, window] *= weights[:, None]
    for window in range(after.shape[1]):
        after[:, window] *= before[:, window].mean() / after[:, window].mean()
    return after.reshape(raw.shape)[[texts.index(text)]]


def weights_of(model: Family, text: str) -> Tensor:
    prompt = model.reader.read(text, {})
    return torch.ones(prompt.windows, 77) if prompt.weights is None else prompt.weights


@torch.no_grad()
def by_hand(model: Family, texts: list[list[tuple[str, float]]], negatives: list[str], seed: int) -> Tensor:
    """Euler's method (Karras et al. 2022, algorithm 1 without its noise), with what is told at each step."""
    values = sigmas(SAMPLERS["Euler"], STEPS, model.parametrisation.sigmas).tolist()
    schedules = [dict.fromkeys(text for text, _ in part) for part in zip(*texts, strict=True)]
    x = torch.randn(4, 16, 16, generator=torch.Generator().manual_seed(seed))[None] * values[0]
    for sigma, following, parts, negative in zip(values, values[1:], texts, negatives, strict=False):
        timestep = torch.tensor([timestep_of(sigma, model.parametrisation.sigmas)])

        def clean(tokens: Tensor, x: Tensor = x, sigma: float = sigma, timestep: Tensor = timestep) -> Tensor:
            return x - sigma * model.predict(x / (sigma**2 + 1) ** 0.5, timestep, Conditioning(tokens))

        unwanted = clean(said(model, negative, list(dict.fromkeys(negatives))))
        tokens = [said(model, text, list(schedule)) for (text, _), schedule in zip(parts, schedules, strict=True)]
        longest = max(each.shape[1] for each in tokens)
        tokens = [torch.cat([each, each[:, -1:].repeat(1, longest - each.shape[1], 1)], dim=1) for each in tokens]
        denoised = unwanted.clone()
        for each, (_, weight) in zip(tokens, parts, strict=True):
            denoised += (clean(each) - unwanted) * weight * SCALE
        x = x + (x - denoised) / sigma * (following - sigma)
    return x


@pytest.mark.parametrize("word", ["tree", "(tree:1.3)"])
def test_a_schedules_shorter_texts_are_as_long_as_its_longest(studio: Studio, word: str) -> None:
    """Each by itself it would be another picture: an empty window is not nothing to the model."""
    long = f"{word} " * 40
    request = DrawRequest(
        prompt=f"an [owl:{long}:3]",
        negative_prompt=f"[{long}:fog:2]",
        sampler="Euler",
        steps=STEPS,
        guidance_scale=SCALE,
        seed=3,
    )
    texts = [[(f"an {each}", 1.0)] for each in ["owl"] * 4 + [long] * 2]
    negatives = [long] * 3 + ["fog"] * 3
    expected = by_hand(studio.model, texts, negatives, 3)
    torch.testing.assert_close(studio.latents(request), expected, atol=1e-4, rtol=0)


def test_parts_pull_and_words_change_from_step_to_step(studio: Studio) -> None:
    long = "tree " * 80
    request = DrawRequest(
        prompt=f"a [(owl):tree:3] <lora:x:0.5> AND a {long} :0.5",
        negative_prompt="[night|day] AND fog",
        sampler="Euler",
        steps=STEPS,
        guidance_scale=SCALE,
        seed=3,
    )
    # As the web UI counts, the first text holds for one step more than its number says.
    texts = [[(each, 1.0), (f"a {long}", 0.5)] for each in ["a (owl)"] * 4 + ["a tree"] * 2]
    negatives = [f"{word} AND fog" for word in ("night", "night", "day", "night", "day", "night")]
    expected = by_hand(studio.model, texts, negatives, 3)
    torch.testing.assert_close(studio.latents(request), expected, atol=1e-4, rtol=0)


def test_a_sampler_that_asks_twice_a_step_counts_its_calls(studio: Studio) -> None:
    halves = DrawRequest(prompt="[owl:tree:0.5]", sampler="Heun", steps=4, seed=1)
    job = studio.begin(halves)
    assert [job.drawing.order.wording.at(call).parts[0][0] for call in (0, 4, 5, 7, 99)] == ["owl"] * 2 + ["tree"] * 3


def test_a_weight_alone_pulls(studio: Studio) -> None:
    weighted = studio.latents(DrawRequest(prompt="owl :0.5", steps=2, guidance_scale=8, sampler="Euler"))
    halved = studio.latents(DrawRequest(prompt="owl", steps=2, guidance_scale=4, sampler="Euler"))
    torch.testing.assert_close(weighted, halved, atol=1e-4, rtol=0)


def test_a_reply_can_show_how_a_prompt_was_read(studio: Studio) -> None:
    read = studio.drawn(DrawRequest(prompt="<lora:x:0.5>a (cat) AND [b:c:1] :2", steps=3))
    assert read.reading == (
        ReadPart(weight=1.0, stages=(ReadStage(first_step=1, last_step=3, blocks=((("a ", 1.0), ("cat", 1.1)),)),)),
        ReadPart(
            weight=2.0,
            stages=(
                ReadStage(first_step=1, last_step=2, blocks=(((" b", 1.0),),)),
                ReadStage(first_step=3, last_step=3, blocks=(((" c", 1.0),),)),
            ),
        ),
    )
    assert read.not_used == ("<lora:x:0.5>",)
    plain = studio.drawn(DrawRequest(prompt="a cat <hypernet:y>", steps=1))
    assert (plain.reading, plain.not_used, plain.tokens) == ((), ("<hypernet:y>",), 2)
