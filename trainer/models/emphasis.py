"""Weights of words, put on what a text encoder made of them."""

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor

from trainer.models.family import Conditioning
from trainer.models.text import Prompt


def emphasised(encoded: Conditioning, prompts: Sequence[Prompt], columns: Sequence[slice]) -> Conditioning:
    """The encoders' output times the weights of its tokens; then, where wanted, brought back to the mean of before.

    As the web UI's "Original" and "No norm": the mean is over one window and one encoder, whose numbers are at
    `columns`. The web UI takes it over all prompts that it encodes at once; here it is each prompt's own, so that
    company changes nothing. The pooled prompt stays as it is.
    """
    if all(prompt.weights is None for prompt in prompts):
        return encoded
    rows = [_of_prompt(tokens, prompt, columns) for tokens, prompt in zip(encoded.tokens_BTW, prompts, strict=True)]
    return replace(encoded, tokens_BTW=torch.stack(rows))


def _of_prompt(tokens_TW: Tensor, prompt: Prompt, columns: Sequence[slice]) -> Tensor:
    if prompt.weights is None:
        return tokens_TW
    windows, length = prompt.weights.shape
    own, padding = tokens_TW[: windows * length], tokens_TW[windows * length :]
    states_NTW = own.reshape(windows, length, -1)
    weights_NT1 = prompt.weights.to(own)[..., None]
    parts = [_weighted(states_NTW[..., part], weights_NT1, keeps_mean=prompt.keeps_mean) for part in columns]
    return torch.cat([torch.cat(parts, dim=-1).flatten(0, 1), padding])


def _weighted(states_NTW: Tensor, weights_NT1: Tensor, *, keeps_mean: bool) -> Tensor:
    weighted = states_NTW * weights_NT1
    if not keeps_mean:
        return weighted
    return weighted * (states_NTW.mean(dim=(1, 2), keepdim=True) / weighted.mean(dim=(1, 2), keepdim=True))
