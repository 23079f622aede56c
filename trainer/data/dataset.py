"""A run's pictures and prompts: which picture comes when, what is said about it, how it becomes a square."""

from collections.abc import Sequence
from pathlib import Path

import torch
from PIL import Image, ImageOps, UnidentifiedImageError

from trainer.data.captions import file_words
from trainer.data.templates import fill
from trainer.engine.randomness import generator
from trainer.models.text import Prompt, PromptReader
from trainer.protocol import TrainingPicture


class BadPicture(ValueError):
    """A file that cannot be read as a picture."""


def read_picture(path: Path, size: int) -> Image.Image:
    """A square of `size` pixels: covered, centre cropped, upright, on white. Raises BadPicture."""
    try:
        with Image.open(path) as opened:
            upright = ImageOps.exif_transpose(opened).convert("RGBA")
    except (OSError, UnidentifiedImageError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise BadPicture(f"{path.name}: {error}") from error
    white = Image.new("RGBA", upright.size, "white")
    flat = Image.alpha_composite(white, upright).convert("RGB")
    return ImageOps.fit(flat, (size, size), Image.Resampling.LANCZOS)


class Dataset:
    """The examples of one run in their order, which only its seed decides."""

    def __init__(
        self,
        reader: PromptReader,
        name: str,
        vectors_per_token: int,
        pictures: Sequence[TrainingPicture],
        template: Sequence[str],
        seed: int,
    ) -> None:
        self.pictures, self.template = pictures, template
        self._reader, self.name, self.words, self._seed = reader, name, {name: vectors_per_token}, seed
        self._prompts: dict[str, Prompt] = {}
        self._epoch, self._order = -1, [0]

    def __len__(self) -> int:
        return len(self.pictures)

    def prompt(self, line: int, picture: int) -> Prompt:
        """What is said about a picture with one line of the template; each distinct text is tokenised once."""
        text = self.text(line, picture)
        if text not in self._prompts:
            self._prompts[text] = self._reader.read(text, self.words)
        return self._prompts[text]

    def text(self, line: int, picture: int) -> str:
        return fill(self.template[line], self.name, file_words(self.pictures[picture].file_name))

    def drawn(self, step: int, batch_size: int) -> tuple[list[int], list[Prompt]]:
        """The pictures of a step and a prompt for each, its template line drawn anew."""
        pictures = [self._picture_at(step * batch_size + place) for place in range(batch_size)]
        lines = torch.randint(len(self.template), (batch_size,), generator=generator(self._seed, "template", step))
        return pictures, [self.prompt(line, picture) for line, picture in zip(lines.tolist(), pictures, strict=True)]

    def _picture_at(self, place: int) -> int:
        epoch, within = divmod(place, len(self))
        if epoch != self._epoch:
            shuffled = torch.randperm(len(self), generator=generator(self._seed, "order", epoch))
            self._epoch, self._order = epoch, shuffled.tolist()
        return self._order[within]
