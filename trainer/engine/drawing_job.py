"""A drawing request from its prompt to its pictures on disk."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

import torch
from PIL import Image

from trainer.embeddings.embedding import Embedding
from trainer.embeddings.folder import EmbeddingsFolder
from trainer.engine.picture_pass import Drawing, Order
from trainer.engine.plan import Need
from trainer.engine.teller import Teller
from trainer.models.family import Family
from trainer.protocol import Drawing as DrawingEvent
from trainer.protocol import Drawn, DrawnPicture, DrawRequest, Paused, Resume, Resumed, Start, Stopped, Word
from trainer.sampling.parameters import Parameters, format_parameters, save_png
from trainer.sampling.samplers import find_sampler

_TELL_EVERY_SECONDS = 1.0
Value = TypeVar("Value")


class DrawingJob:
    """One request's way through the engine. Made from a request that is checked here: raises what `explain` knows."""

    def __init__(self, model: Family, embeddings: EmbeddingsFolder, start: Start, tell: Teller) -> None:
        request = start.request
        if not isinstance(request, DrawRequest):
            raise TypeError(f"no drawing request: {request}")
        self._model, self._request, self._tell = model, request, tell
        self._folder = Path(start.folder)
        self._words = _allowed(embeddings.words(), request)
        self._unreadable = _mentioned(model, request, _allowed(embeddings.unusable(), request))
        self._sampler = find_sampler(request.sampler)
        self._drawing = Drawing(model, self._order())
        self._paused = self.over = False
        self._told_at = time.monotonic()

    @property
    def need(self) -> Need | None:
        return None if self._paused or self.over else Need.PICTURE

    @property
    def kept(self) -> tuple[int, str | None]:
        """Nothing of a picture is kept before it is done."""
        return 0, None

    def picture_pass(self) -> None:
        """One pass; the last one writes the pictures."""
        self._drawing.advance()
        if self._drawing.done:
            self.over = True
            self._finish()
        elif time.monotonic() - self._told_at >= _TELL_EVERY_SECONDS:
            self._told_at = time.monotonic()
            self._tell(DrawingEvent, step=self._drawing.step, steps=self._request.steps)

    def stop(self) -> None:
        self.over = True
        self._tell(Stopped, step=self._drawing.step, snapshot=None)

    def pause(self) -> None:
        if not self._paused:
            self._paused = True
            self._tell(Paused, step=self._drawing.step)

    def resume(self, _control: Resume) -> None:
        if self._paused:
            self._paused = False
            self._tell(Resumed, step=self._drawing.step, steps=self._request.steps)

    def _order(self) -> Order:
        request, reader = self._request, self._model.reader
        lengths = {word: len(embedding.vectors) for word, embedding in self._words.items()}
        prompt, negative = reader.read(request.prompt, lengths), reader.read(request.negative_prompt, lengths)
        used = {word for read in (prompt, negative) for word, _ in read.words}
        return Order(
            prompt=prompt,
            negative=negative,
            vectors={word: torch.tensor(self._words[word].vectors, device=self._model.device) for word in used},
            sampler=self._sampler,
            steps=request.steps,
            guidance_scale=request.guidance_scale,
            seeds=tuple(request.seed + place for place in range(request.count)),
            width=request.width or self._model.native_size,
            height=request.height or self._model.native_size,
            clip_skip=request.clip_skip,
        )

    def _finish(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        drawn = zip(self._drawing.order.seeds, self._drawing.images, strict=True)
        pictures = tuple(self._write(seed, image) for seed, image in drawn)
        prompt = self._drawing.order.prompt
        self._tell(
            Drawn,
            pictures=pictures,
            tokens=prompt.tokens,
            windows=prompt.windows,
            words=tuple(_described(embedding) for embedding in self._used()),
            unreadable=self._unreadable,
        )

    def _write(self, seed: int, image: Image.Image) -> DrawnPicture:
        path, parameters = self._folder / f"{seed}.png", self._parameters(seed)
        save_png(image, path, parameters)
        return DrawnPicture(path=str(path), seed=seed, parameters=parameters)

    def _used(self) -> list[Embedding]:
        """Embeddings of the prompt, then of the negative prompt, each once."""
        order = self._drawing.order
        placements = (*order.prompt.placements, *order.negative.placements)
        return [self._words[word] for word in dict.fromkeys(place.word for place in placements)]

    def _parameters(self, seed: int) -> str:
        request, order = self._request, self._drawing.order
        return format_parameters(
            Parameters(
                prompt=request.prompt,
                negative_prompt=request.negative_prompt,
                steps=request.steps,
                sampler=self._sampler.name,
                guidance_scale=request.guidance_scale,
                seed=seed,
                width=order.width,
                height=order.height,
                model_hash=self._model.model_hash,
                model=self._model.model,
                clip_skip=request.clip_skip,
            )
        )


def _allowed(words: Mapping[str, Value], request: DrawRequest) -> dict[str, Value]:
    hidden = {word.lower() for word in request.hidden_words}
    return {word: value for word, value in words.items() if word not in hidden}


def _mentioned(model: Family, request: DrawRequest, words: Mapping[str, str]) -> tuple[str, ...]:
    return model.reader.mentioned(f"{request.prompt}\n{request.negative_prompt}", words)


def _described(embedding: Embedding) -> Word:
    return Word(
        name=embedding.name,
        vectors=len(embedding.vectors),
        model=embedding.model,
        model_hash=embedding.model_hash,
    )
