"""Windows, weights and learned words, beside a slow and obvious way to the same numbers."""

import copy

import pytest
import torch
from torch import Tensor

from trainer.models.families.latent_diffusion import LatentDiffusion

BEGIN, END = 49406, 49407
FREE_ROWS = range(40_000, 40_008)  # of the vocabulary; no text here uses them
Window = list[tuple[int, float]]


def slowly(model: LatentDiffusion, windows: list[Window], vectors: Tensor, *, keeps_mean: bool = True) -> Tensor:
    """Each window by itself through encoders in whose vocabulary the vectors are; weights one by one."""
    other = copy.deepcopy(model)
    starts = [sum(model.widths[:number]) for number in range(len(model.widths))]
    for text, start in zip(other.texts, starts, strict=True):
        text.token_embedding.weight[list(FREE_ROWS)] = vectors[:, start : start + text.width]
    encoded = []
    for window in windows:
        framed = [(BEGIN, 1.0), *window, *[(END, 1.0)] * (76 - len(window))]
        states = other.encode_windows(torch.tensor([[token for token, _ in framed]]), 1, 1).tokens_BTW[0]
        for start, width in zip(starts, model.widths, strict=True):
            part = states[:, start : start + width]
            before = part.mean()
            for place, (_, weight) in enumerate(framed):
                part[place] *= weight
            if keeps_mean:
                part *= before / part.mean()
        encoded.append(states)
    return torch.cat(encoded)


def encoded(model: LatentDiffusion, text: str, vectors: Tensor, **emphasis: str) -> Tensor:
    prompt = model.reader.read(text, {"word8": 8}, **emphasis)
    return model.encode_prompts([prompt], [{"word8": vectors}]).tokens_BTW[0]


@pytest.fixture
def vectors(tiny: LatentDiffusion) -> Tensor:
    return torch.randn(8, sum(tiny.widths), generator=torch.Generator().manual_seed(5)) / 20


@torch.no_grad()
def test_a_word_that_does_not_fit_begins_a_window_with_its_weight(tiny: LatentDiffusion, vectors: Tensor) -> None:
    tree, owl, house = tiny.reader.token_ids("tree owl house")
    text = "tree " * 60 + "(" + "owl " * 10 + "word8:1.4) [house]"
    windows = [
        [(tree, 1.0)] * 60 + [(owl, 1.4)] * 10,
        [(row, 1.4) for row in FREE_ROWS] + [(house, 1 / 1.1)],
    ]
    torch.testing.assert_close(encoded(tiny, text, vectors), slowly(tiny, windows, vectors))
    raw = slowly(tiny, windows, vectors, keeps_mean=False)
    torch.testing.assert_close(encoded(tiny, text, vectors, emphasis="No norm"), raw)


@torch.no_grad()
def test_what_follows_the_last_comma_moves_along(tiny: LatentDiffusion, vectors: Tensor) -> None:
    tree, comma, owl = tiny.reader.token_ids("tree, owl")
    text = "tree " * 60 + ", word8 (owl owl owl owl owl:0.5) owl BREAK tree"
    windows = [
        [(tree, 1.0)] * 60 + [(comma, 1.0)] + [(row, 1.0) for row in FREE_ROWS] + [(owl, 0.5)] * 5 + [(owl, 1.0)],
        [(tree, 1.0)],
    ]
    torch.testing.assert_close(encoded(tiny, text, vectors), slowly(tiny, windows, vectors))
    full = text.replace("BREAK", "(tree)")
    moved = [windows[0][:61], [*windows[0][61:], (tree, 1.1), (tree, 1.0)]]
    torch.testing.assert_close(encoded(tiny, full, vectors), slowly(tiny, moved, vectors))


@torch.no_grad()
def test_company_changes_nothing(tiny: LatentDiffusion) -> None:
    texts = ["(owl:1.5) by night", "owl by night", "(owl:0.3) by night " + "tree " * 90]
    prompts = [tiny.reader.read(text, {}) for text in texts]
    together = tiny.encode_prompts(prompts, [{}] * len(prompts)).tokens_BTW
    for row, prompt in zip(together, prompts, strict=True):
        alone = tiny.encode_prompts([prompt], [{}]).tokens_BTW[0]
        torch.testing.assert_close(row[: len(alone)], alone)


@torch.no_grad()
def test_emphasis_may_be_ignored_or_be_text(tiny: LatentDiffusion, vectors: Tensor) -> None:
    plain = encoded(tiny, "owl by night", vectors)
    ignored = encoded(tiny, "(owl) by night", vectors, emphasis="Ignore")
    assert torch.equal(plain, ignored)
    literal = tiny.reader.read("(owl:1.5)", {}, "None")
    assert literal.ids[0, 1 : 1 + literal.tokens].tolist() == tiny.reader.token_ids("(owl:1.5)")
    assert literal.weights is None
