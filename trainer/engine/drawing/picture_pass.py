"""Pictures in the making, a pass at a time: the model asked for one or several, or one of them enlarged or decoded."""

from collections.abc import Hashable, Sequence
from dataclasses import replace
from itertools import islice

import torch
from PIL import Image
from torch import Tensor

from trainer.engine.drawing.enlarging import enlarged_latent, enlarged_picture
from trainer.engine.drawing.order import Larger, Order
from trainer.engine.drawing.phase import Phase
from trainer.engine.drawing.trajectory import Question
from trainer.engine.failures import NotFinitePicture
from trainer.models.errors import NoNumbers
from trainer.models.family import Conditioning, Family
from trainer.upscaling.tiles import Upscaling, tiles_in_all


class Drawing:
    """An order being drawn, and what it says is drawn over that. `images` fill up at the end, as the starts stand."""

    def __init__(self, model: Family, order: Order) -> None:
        self.model, self.order = model, order
        self.images: list[Image.Image] = []
        self._phase = Phase(model, order)
        self._upscaling: Upscaling | None = None
        self._enlarged: list[Tensor] = []
        self._steps_before = 0

    @property
    def done(self) -> bool:
        return len(self.images) == len(self.order.starts)

    @property
    def steps(self) -> int:
        """Of all sizes; each tile that goes through an upscaler's network counts as one, too."""
        return sum(_steps(order) for order in self.order.orders)

    @property
    def step(self) -> int:
        """Of `steps`, of the picture that is least far."""
        return self._steps_before + self._phase.step + self._tiles_done

    @property
    def asking(self) -> bool:
        """Whether its next pass asks the model; otherwise that is a picture's own, and `go_on` makes it."""
        return not self._phase.drawn

    @property
    def _tiles_done(self) -> int:
        larger = self._phase.order.larger
        each = 0 if larger is None else _tiles(self._phase.order, larger)
        return len(self._enlarged) * each + (0 if self._upscaling is None else self._upscaling.done)

    @property
    def latents(self) -> list[Tensor | None]:
        """Of each picture at its present size, (C, H, W); None while it has none."""
        return self._phase.latents

    @property
    def shape(self) -> Hashable:
        """Of its next pass: drawings of one shape can share one. None shares with nobody."""
        return self._phase.shape

    @property
    def area(self) -> int:
        """Latent elements of one picture at its present size."""
        order, scale = self._phase.order, self.model.latent_scale
        return (order.width // scale) * (order.height // scale)

    def examples(self, most: int) -> int:
        """What it puts into its next pass; of more than `most` questions a part, as even as it can be."""
        return self._phase.examples(most)

    def questions(self, most: int) -> list[Question]:
        """Those of its next pass. Asking twice changes nothing."""
        return self._phase.questions(most)

    def take(self, answers_CHW: Sequence[Tensor]) -> None:
        """What the model gave for the questions; when all are answered, each picture goes on."""
        self._phase.take(answers_CHW)

    def coarse(self) -> Image.Image | None:
        """How the first picture looks by now, of at most 32 latent elements a side; None before a size's first pass."""
        return self._phase.coarse()

    def go_on(self) -> None:
        """With the next picture whose latents are finished: enlarge it, or a tile of it, if it is to be larger, or
        decode it.

        Raises NotFinitePicture.
        """
        try:
            self._go_on()
        except NoNumbers:
            raise NotFinitePicture(self.model.dtype) from None

    def _go_on(self) -> None:
        order = self._phase.order
        if order.larger is None:
            self.images.append(self.model.decode_latent(self._finished(len(self.images))))
        elif order.larger.network is None:
            self._take_larger(order.larger, self._enlarge(order.larger))
        elif self._upscaling is None:
            self._upscaling = Upscaling(order.larger.network, self._picture(), order.larger.enlargement.covering)
        elif not self._upscaling.over:
            self._upscaling.go_on()
        else:
            made = self._upscaling.picture
            self._take_larger(order.larger, enlarged_picture(self.model, made, *order.larger.how))
            self._upscaling = None

    def _enlarge(self, larger: Larger) -> Tensor:
        """The next picture's larger latent, without a network."""
        if not larger.upscaler.of_latents:
            return enlarged_picture(self.model, self._picture(), *larger.how)
        kept = self._phase.order.kept
        latent_CHW = self._finished(len(self._enlarged)) if kept is None else self.model.encode_picture(kept)[0]
        return enlarged_latent(latent_CHW, *larger.how, self.model.latent_scale)

    def _picture(self) -> Image.Image:
        """The next one to be enlarged."""
        kept = self._phase.order.kept
        return self.model.decode_latent(self._finished(len(self._enlarged))) if kept is None else kept

    def _finished(self, place: int) -> Tensor:
        latents_CHW = self.latents[place]
        if latents_CHW is None:
            raise RuntimeError("a picture is decoded before it is drawn")
        return latents_CHW

    def _take_larger(self, larger: Larger, latents_CHW: Tensor) -> None:
        """When all pictures are enlarged, they are drawn over."""
        self._enlarged.append(latents_CHW)
        if len(self._enlarged) == len(self.order.starts):
            self._steps_before += _steps(self._phase.order)
            self._phase, self._enlarged = Phase(self.model, larger.order, self._enlarged), []


def _steps(order: Order) -> int:
    """Of its own size, and the tiles on the way to the next."""
    tiles = 0 if order.larger is None else _tiles(order, order.larger) * len(order.starts)
    return (order.steps if order.kept is None else 0) + tiles


def _tiles(order: Order, larger: Larger) -> int:
    """Of one picture."""
    if larger.network is None:
        return 0
    return tiles_in_all((order.width, order.height), larger.enlargement.covering, larger.network.scale)


@torch.no_grad()
def picture_pass(model: Family, drawings: Sequence[Drawing], most: int) -> None:
    """Let a drawing go on alone, or ask the model what several want to know, at most `most` questions of each.

    When the model fails, all drawings are where they were.
    """
    if not drawings[0].asking:
        drawings[0].go_on()
        return
    asked = [drawing.questions(most) for drawing in drawings]
    answers = iter(_answers(model, [question for questions in asked for question in questions]))
    for drawing, questions in zip(drawings, asked, strict=True):
        drawing.take(list(islice(answers, len(questions))))


def _answers(model: Family, questions: Sequence[Question]) -> list[Tensor]:
    """Prompts of different length are asked about apart, as the web UI does unless told otherwise."""
    answers: dict[int, Tensor] = {}
    lengths = [question.conditioning.tokens_BTW.shape[1] for question in questions]
    for length in dict.fromkeys(lengths):
        places = [place for place, each in enumerate(lengths) if each == length]
        predicted = _predicted(model, [questions[place] for place in places])
        answers |= zip(places, predicted, strict=True)
    return [answers[place] for place in range(len(questions))]


def _predicted(model: Family, questions: Sequence[Question]) -> Tensor:
    latents = torch.stack([question.latents_CHW for question in questions])
    timesteps = torch.tensor([question.timestep for question in questions], device=latents.device)
    return model.predict(latents, timesteps, _together([question.conditioning for question in questions]))


def _together(each: Sequence[Conditioning]) -> Conditioning:
    """Of drawings of one shape, so that the same is done to the attention's inputs of all."""
    pooled = [one.pooled_BP for one in each if one.pooled_BP is not None]
    tokens = torch.cat([one.tokens_BTW for one in each])
    return replace(each[0], tokens_BTW=tokens, pooled_BP=torch.cat(pooled) if pooled else None)
