"""A drawing request from its prompt to its pictures on disk."""

import time
from collections.abc import Hashable, Iterable
from pathlib import Path

from PIL import Image

from trainer.embeddings.embedding import Embedding
from trainer.embeddings.named_files import NamedWords
from trainer.engine.drawing.drawing_order import order_of
from trainer.engine.drawing.drawn import described, parameters_of, reading_told
from trainer.engine.drawing.order import Start as PictureStart
from trainer.engine.drawing.picture_pass import Drawing
from trainer.engine.memory import is_out_of_memory
from trainer.engine.plan import Need
from trainer.engine.teller import Teller
from trainer.hypernetworks.named_files import Tagged
from trainer.infotext.parameters import save_png
from trainer.models.errors import NoNumbers
from trainer.models.family import Family
from trainer.protocol import (
    Drawing as DrawingEvent,
    Drawn,
    DrawnPicture,
    DrawRequest,
    Eased,
    Easing,
    Paused,
    Resume,
    Resumed,
    Start,
    Stopped,
)
from trainer.refusal import Refusal
from trainer.upscaling.folder import UpscalersFolder

_TELL_EVERY_SECONDS = 1.0
_SHOW_EVERY_SECONDS = 5.0


class DrawingJob:
    """One request's way through the engine. Made from a request that is checked here: raises what `explain` knows."""

    def __init__(
        self,
        model: Family,
        named: NamedWords,
        tagged: Tagged,
        upscalers: UpscalersFolder,
        start: Start,
        tell: Teller,
    ) -> None:
        request = start.request
        if not isinstance(request, DrawRequest):
            raise TypeError(f"no drawing request: {request}")
        self._model, self._request, self._tell = model, request, tell
        self._folder = Path(start.folder)
        self._coarse = self._folder / "progress.png"
        if changed := _mentioned(model, request, named.changed):
            raise Refusal("word_changed", name=changed[0])
        if tagged.changed:
            raise Refusal("word_changed", name=tagged.changed[0])
        self._tagged = tagged
        self._words = named.usable
        self._unreadable = _mentioned(model, request, named.unusable)
        self.drawing = Drawing(model, order_of(model, request, self._words, tagged.chain, upscalers))
        self._unsafe: list[bool] = []
        self._paused = self.over = False
        self._told_at = self._shown_at = time.monotonic()

    @property
    def need(self) -> Need | None:
        return None if self._paused or self.over else Need.PICTURE

    @property
    def kept(self) -> tuple[int, str | None]:
        """Nothing of a picture is kept before it is done."""
        return 0, None

    def shape(self, _most_examples: int) -> Hashable:
        """Of its next pass: drawings with equal shapes can share one."""
        return self.drawing.shape

    def count(self, most_examples: int) -> int:
        """Examples that it puts into its next pass."""
        return self.drawing.examples(most_examples)

    def work(self, most_examples: int) -> float:
        """Of its next pass, in latent elements that the model sees; a decoded picture counts like one example."""
        return self.count(most_examples) * self.drawing.area

    def passed(self, now: float) -> None:
        """After a pass, at a monotonic time in seconds: the last one writes the pictures."""
        for image in self.drawing.images[len(self._unsafe) :]:
            self._unsafe.append(self._is_unsafe(image))
        if self.drawing.done:
            self.over = True
            self._finish()
        elif now - self._told_at >= _TELL_EVERY_SECONDS:
            self._told_at = now
            self._tell(DrawingEvent, step=self.drawing.step, steps=self.drawing.steps, preview=self._shown(now))

    def stop(self) -> None:
        self.over = True
        self._tell(Stopped, step=self.drawing.step, snapshot=None)
        self._coarse.unlink(missing_ok=True)

    def pause(self) -> None:
        if not self._paused:
            self._paused = True
            self._tell(Paused, step=self.drawing.step)

    def resume(self, _control: Resume) -> None:
        if self._paused:
            self._paused = False
            self._tell(Resumed, step=self.drawing.step, steps=self.drawing.steps)

    def eased(self, change: Easing, examples: int) -> None:
        """The device's memory did not suffice; the pass is tried again with less."""
        self._tell(Eased, change=change, examples=examples)

    def _shown(self, now: float) -> str | None:
        """Path of a coarse picture, for people who wait."""
        if now - self._shown_at < _SHOW_EVERY_SECONDS or not self.drawing.asking:
            return None
        self._shown_at = now
        coarse = self._coarse_picture()
        if coarse is None or self._is_unsafe(coarse):
            return None
        self._folder.mkdir(parents=True, exist_ok=True)
        save_png(coarse, self._coarse, None)
        return str(self._coarse)

    def _coarse_picture(self) -> Image.Image | None:
        """None, too, where it is none, or the memory does not suffice for it: the drawing matters more."""
        try:
            return self.drawing.coarse()
        except NoNumbers:
            return None
        except (RuntimeError, MemoryError) as error:
            if is_out_of_memory(error):
                return None
            raise

    def _is_unsafe(self, image: Image.Image) -> bool:
        return not self._request.allow_unsafe and self._model.is_unsafe(image)

    def _finish(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        order = self.drawing.order
        plan, prompts = order.plan, [prompt for each in order.orders for prompt in each.wording.positive]
        used = tuple(self._words[word] for word in order.words)
        drawn = zip(order.starts, self.drawing.images, self._unsafe, strict=True)
        self._tell(
            Drawn,
            pictures=tuple(self._write(*picture, used) for picture in drawn),
            tokens=max(prompt.tokens for prompt in prompts),
            windows=max(prompt.windows for prompt in prompts),
            words=tuple(described(embedding) for embedding in used),
            unreadable=self._unreadable,
            reading=reading_told(plan),
            not_used=tuple(tag.written for tag in self._tagged.not_used),
        )
        self._coarse.unlink(missing_ok=True)

    def _write(
        self, start: PictureStart, image: Image.Image, unsafe: bool, used: tuple[Embedding, ...]
    ) -> DrawnPicture:
        order, chain = self.drawing.order, self._tagged.chain
        parameters = parameters_of(self._model, self._request, order, used, chain, start)
        stem = f"{start.seed}" if start.variation_seed is None else f"{start.seed}-{start.variation_seed}"
        path = self._folder / f"{stem}.png"
        save_png(image, path, parameters)
        return DrawnPicture(path=str(path), seed=start.seed, parameters=parameters, unsafe=unsafe)


def _mentioned(model: Family, request: DrawRequest, names: Iterable[str]) -> tuple[str, ...]:
    return model.reader.mentioned(f"{request.prompt}\n{request.negative_prompt}", names)
