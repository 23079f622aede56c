"""Pictures in the making, a pass at a time: the model asked for one or several, or one of them enlarged or decoded."""

from collections.abc import Hashable, Sequence
from itertools import islice

import torch
from PIL import Image
from torch import Tensor

from trainer.engine.drawing.enlarging import enlarged
from trainer.engine.drawing.order import Larger, Order
from trainer.engine.drawing.phase import Phase
from trainer.engine.drawing.trajectory import Question
from trainer.engine.failures import NotFinitePicture
from trainer.models.errors import NoNumbers
from trainer.models.family import Conditioning, Family


class Drawing:
    """An order being drawn, and what it says is drawn over that. `images` fill up at the end, as the starts stand."""

    def __init__(self, model: Family, order: Order) -> None:
        self.model, self.order = model, order
        self.images: list[Image.Image] = []
        self._phase = Phase(model, order)
        self._enlarged: list[Tensor] = []
        self._steps_before = 0

    @property
    def done(self) -> bool:
        return len(self.images) == len(self.order.starts)

    @property
    def steps(self) -> int:
        """Of all sizes."""
        return sum(order.steps for order in self.order.orders)

    @property
    def step(self) -> int:
        """Of `steps`, of the picture that is least far."""
        return self._steps_before + self._phase.step

    @property
    def asking(self) -> bool:
        """Whether its next pass asks the model; otherwise that is a picture's own, and `go_on` makes it."""
        return not self._phase.drawn

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
        """With the next picture whose latents are finished: enlarge it if it is to be larger, or decode it.

        Raises NotFinitePicture.
        """
        try:
            self._go_on()
        except NoNumbers:
            raise NotFinitePicture(self.model.dtype) from None

    def _go_on(self) -> None:
        larger = self._phase.order.larger
        latents_CHW = self.latents[len(self.images) if larger is None else len(self._enlarged)]
        if latents_CHW is None:
            raise RuntimeError("a picture is decoded before it is drawn")
        if larger is None:
            self.images.append(self.model.decode_latent(latents_CHW))
            return
        self._enlarged.append(enlarged(self.model, latents_CHW, larger.upscaler, larger.enlargement))
        if len(self._enlarged) == len(self.order.starts):
            self._begin(larger)

    def _begin(self, larger: Larger) -> None:
        self._steps_before += self._phase.order.steps
        self._phase, self._enlarged = Phase(self.model, larger.order, self._enlarged), []


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
    pooled = [one.pooled_BP for one in each if one.pooled_BP is not None]
    return Conditioning(torch.cat([one.tokens_BTW for one in each]), torch.cat(pooled) if pooled else None)
