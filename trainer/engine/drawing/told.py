"""The conditioning of one drawing, each prompt schedule encoded when it is first needed."""

from collections.abc import Sequence
from dataclasses import replace

import torch

from trainer.engine.drawing.order import Order
from trainer.engine.drawing.wording import Said
from trainer.models.family import Conditioning, Family

_TOGETHER = 64
"""Texts of a schedule that are encoded at a time; an alternation of many words makes hundreds."""


class ToldTexts:
    """Encodes with each word's vectors, and applies what else the order has.

    As in the web UI, the texts of one sub-prompt's schedule belong together: each is as many windows long as the
    longest, and what emphasis does to the mean is taken back over all of them.
    """

    def __init__(self, model: Family, order: Order) -> None:
        self._model, self._order, self._wording = model, order, order.wording
        self._encoded: list[dict[str, Conditioning]] = [{} for _ in order.wording.schedules]

    def of(self, said: Said, *, guided: bool) -> list[Conditioning]:
        """An example each for the parts, all of one length, and then, where wanted, for the negative text."""
        parts = _of_one_length([self._conditioning(place, text) for place, (text, _) in enumerate(said.parts)])
        told = [*parts, self._unwanted(said.negative)] if guided else parts
        return [self._order.applied(each) for each in told]

    def _unwanted(self, text: str) -> Conditioning:
        encoded = self._conditioning(len(self._wording.schedules) - 1, text)
        return encoded.zeroed([0]) if self._model.empty_is_zero and not text else encoded

    def _conditioning(self, place: int, text: str) -> Conditioning:
        """Of a text of the schedule at `place`; the negative prompt's is the last."""
        if text not in self._encoded[place]:
            texts = self._wording.schedules[place]
            first = texts.index(text) // _TOGETHER * _TOGETHER
            self._encoded[place] = self._encode(texts[first : first + _TOGETHER], self._wording.windows[place])
        return self._encoded[place][text]

    def _encode(self, texts: Sequence[str], windows: int) -> dict[str, Conditioning]:
        prompts = [self._model.reader.lengthened(self._wording.read[text], windows) for text in texts]
        vectors = [self._order.vectors] * len(prompts)
        encoded = self._model.encode_prompts(prompts, vectors, self._order.clip_skip, one_mean=True)
        return {text: encoded.taken([row]) for row, text in enumerate(texts)}


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
