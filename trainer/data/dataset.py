"""A run's pictures and prompts: which picture comes when, and what is said about it."""

from collections.abc import Mapping, Sequence

import torch

from trainer.data.captions import caption, varied
from trainer.data.templates import fill
from trainer.models.text import Prompt, PromptReader
from trainer.protocol import TrainingPicture, Tuning
from trainer.randomness import generator

_FEWEST_TO_SPARE = 10
_ONE_IN = 5
_REMEMBERED_PROMPTS = 4096


class Dataset:
    """The examples of one run in their order, which only its seed decides.

    `learned` and `held_back` are indices into `pictures`; with fewer than ten pictures none is held back.
    """

    def __init__(
        self,
        reader: PromptReader,
        name: str,
        words: Mapping[str, int],
        pictures: Sequence[TrainingPicture],
        template: Sequence[str],
        seed: int,
        held_back_seed: int,
        tuning: Tuning,
    ) -> None:
        """`[name]` is `name`; `words` are those that prompts read: name → number of vectors. Raises BadWordRegex."""
        self.pictures, self.template = pictures, template
        self._reader, self._name, self.words, self._seed = reader, name, words, seed
        self._tuning = tuning
        self._captions = [caption(picture, tuning) for picture in pictures]
        self._prompts: dict[str, Prompt] = {}
        self.learned, self.held_back = _split(len(pictures), held_back_seed)
        self._epoch, self._order = -1, [0]

    def __len__(self) -> int:
        return len(self.pictures)

    def prompt(self, line: int, picture: int) -> Prompt:
        """What is said about a picture with one line of the template; each distinct text is tokenised once."""
        return self._read(self.text(line, picture))

    def text(self, line: int, picture: int) -> str:
        return fill(self.template[line], self._name, self._captions[picture])

    def drawn(self, step: int, count: int) -> tuple[list[int], list[Prompt]]:
        """The pictures of a step and a prompt for each, its template line drawn anew."""
        pictures = [self._picture_at(step * count + place) for place in range(count)]
        lines = torch.randint(len(self.template), (count,), generator=generator(self._seed, "template", step))
        return pictures, [
            self._read(fill(self.template[line], self._name, self._words(picture, step, place)))
            for place, (line, picture) in enumerate(zip(lines.tolist(), pictures, strict=True))
        ]

    def mirrored(self, step: int, count: int) -> list[bool]:
        """Which of a step's examples show their picture mirrored."""
        if not self._tuning.flip:
            return [False] * count
        drawn: list[bool] = (torch.rand(count, generator=generator(self._seed, "flip", step)) < 0.5).tolist()
        return drawn

    def _words(self, picture: int, step: int, place: int) -> str:
        words = self._captions[picture]
        if not (self._tuning.shuffle_tags or self._tuning.drop_tags):
            return words
        return varied(words, self._tuning, generator(self._seed, "tags", step, place))

    def _read(self, text: str) -> Prompt:
        if text not in self._prompts:
            if len(self._prompts) >= _REMEMBERED_PROMPTS:  # shuffled words make ever new ones
                self._prompts.clear()
            self._prompts[text] = self._reader.read(text, self.words)
        return self._prompts[text]

    def _picture_at(self, place: int) -> int:
        epoch, within = divmod(place, len(self.learned))
        if epoch != self._epoch:
            shuffled = torch.randperm(len(self.learned), generator=generator(self._seed, "order", epoch))
            self._epoch, self._order = epoch, shuffled.tolist()
        return self.learned[self._order[within]]


def _split(count: int, seed: int) -> tuple[list[int], list[int]]:
    """Pictures to learn from, and one in five that only measure where there are enough."""
    spared = count // _ONE_IN if count >= _FEWEST_TO_SPARE else 0
    order = torch.randperm(count, generator=generator(seed, "held back")).tolist()
    return sorted(order[spared:]), sorted(order[:spared])
