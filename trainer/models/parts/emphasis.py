"""Weights of words, put on what a text encoder made of them."""

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor

from trainer.models.family import Conditioning
from trainer.models.text import Prompt


def emphasised(
    encoded: Conditioning, prompts: Sequence[Prompt], columns: Sequence[slice], *, one_mean: bool
) -> Conditioning:
    """The encoders' output times the weights of its tokens; then, where wanted, brought back to the mean of before.

    As the web UI's "Original" and "No norm": the mean is over one window and one encoder, whose numbers are at
    `columns`. With `one_mean` it is over all prompts, which are of one length then: a prompt schedule's texts. Without,
    each prompt has its own, so that company changes nothing. The pooled prompt stays as it is.
    """
    if all(prompt.weights is None for prompt in prompts):
        return encoded
    if one_mean:
        tokens = _weighted(encoded.tokens_BTW, prompts, columns)
    else:
        rows = zip(encoded.tokens_BTW, prompts, strict=True)
        tokens = torch.cat([_by_itself(tokens_TW, prompt, columns) for tokens_TW, prompt in rows])
    return replace(encoded, tokens_BTW=tokens)


def _by_itself(tokens_TW: Tensor, prompt: Prompt, columns: Sequence[slice]) -> Tensor:
    """(1, T, W); windows that were added to make prompts of one length stay as they are."""
    if prompt.weights is None:
        return tokens_TW[None]
    own, padding = tokens_TW[: prompt.weights.numel()], tokens_TW[prompt.weights.numel() :]
    return torch.cat([_weighted(own[None], [prompt], columns), padding[None]], dim=1)


def _weighted(tokens_BTW: Tensor, prompts: Sequence[Prompt], columns: Sequence[slice]) -> Tensor:
    """Prompts of one length, with one mean for each window and encoder."""
    windows, length = prompts[0].ids.shape
    weights = [torch.ones(windows, length) if prompt.weights is None else prompt.weights for prompt in prompts]
    weights_BNT1 = torch.stack(weights).to(tokens_BTW)[..., None]
    states_BNTW = tokens_BTW.reshape(len(prompts), windows, length, -1)
    keeps_mean = prompts[0].keeps_mean
    parts = [_scaled(states_BNTW[..., part], weights_BNT1, keeps_mean=keeps_mean) for part in columns]
    return torch.cat(parts, dim=-1).flatten(1, 2)


def _scaled(states_BNTW: Tensor, weights_BNT1: Tensor, *, keeps_mean: bool) -> Tensor:
    weighted = states_BNTW * weights_BNT1
    if not keeps_mean:
        return weighted
    return weighted * (states_BNTW.mean(dim=(0, 2, 3), keepdim=True) / weighted.mean(dim=(0, 2, 3), keepdim=True))
