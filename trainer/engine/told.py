"""What the model is told for one drawing, each text encoded when it is first said."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import torch
from torch import Tensor

from trainer.engine.wording import Said, Wording
from trainer.models.family import Conditioning, Family

_REMEMBERED = 64
"""Texts; an alternation of many words makes ever new ones."""


class ToldTexts:
    """Encodes with each word's vectors, (k, width)."""

    def __init__(self, model: Family, wording: Wording, vectors: Mapping[str, Tensor], clip_skip: int) -> None:
        self._model, self._wording, self._vectors, self._clip_skip = model, wording, vectors, clip_skip
        self._encoded: dict[str, Conditioning] = {}

    def of(self, said: Said, *, guided: bool) -> list[Conditioning]:
        """An example each for the parts, all of one length, and then, where wanted, for the negative text."""
        texts = [text for text, _ in said.parts]
        self._encode([*texts, said.negative] if guided else texts)
        parts = _of_one_length([self._encoded[text] for text in texts])
        return [*parts, self._unwanted(said.negative)] if guided else parts

    def _unwanted(self, text: str) -> Conditioning:
        encoded = self._encoded[text]
        return encoded.zeroed([0]) if self._model.empty_is_zero and not text else encoded

    def _encode(self, texts: Sequence[str]) -> None:
        """What is missing; together what has one length, so that no text is made longer than it is."""
        missing = [text for text in dict.fromkeys(texts) if text not in self._encoded]
        if len(self._encoded) + len(missing) > _REMEMBERED:
            self._encoded = {text: self._encoded[text] for text in texts if text in self._encoded}
        read = self._wording.read
        for windows in {read[text].windows for text in missing}:
            together = [text for text in missing if read[text].windows == windows]
            prompts = [read[text] for text in together]
            encoded = self._model.encode_prompts(prompts, [self._vectors] * len(prompts), self._clip_skip)
            self._encoded |= {text: encoded.taken([row]) for row, text in enumerate(together)}


def _of_one_length(parts: Sequence[Conditioning]) -> list[Conditioning]:
    """Parts of an AND: the web UI lengthens the shorter ones by their last token."""
    longest = max(part.tokens_BTW.shape[1] for part in parts)
    return [_lengthened(part, longest) for part in parts]


def _lengthened(part: Conditioning, length: int) -> Conditioning:
    tokens = part.tokens_BTW
    missing = length - tokens.shape[1]
    if not missing:
        return part
    return replace(part, tokens_BTW=torch.cat([tokens, tokens[:, -1:].expand(-1, missing, -1)], dim=1))
