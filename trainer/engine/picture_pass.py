"""Pictures in the making: one denoising pass of the model, for one order or several, or one decoding, at a time."""

import math
from collections.abc import Hashable, Sequence
from itertools import islice

import torch
from PIL import Image
from torch import Tensor
from torch.nn.functional import interpolate

from trainer.engine.order import Order
from trainer.engine.told import ToldTexts
from trainer.engine.trajectory import Question, Trajectory
from trainer.models.family import Conditioning, Family

_COARSE_SIDE = 32


class Drawing:
    """An order being drawn. `images` fill up at the end, in the order of the starts."""

    def __init__(self, model: Family, order: Order) -> None:
        self.model, self.order = model, order
        self.images: list[Image.Image] = []
        self._trajectories = [Trajectory(model, order, start) for start in order.starts]
        self._told = ToldTexts(model, order.wording, order.vectors, order.clip_skip)
        self._over_CHW: Tensor | None = None
        self._asked: list[Question] = []
        self._answers: list[Tensor] = []

    @property
    def done(self) -> bool:
        return len(self.images) == len(self._trajectories)

    @property
    def step(self) -> int:
        """Of `order.steps`, of the picture that is least far."""
        if self.decoding:
            return self.order.steps
        calls = min(trajectory.calls for trajectory in self._unfinished)
        return min(calls // self.order.sampler.calls_per_step, self.order.steps)

    @property
    def decoding(self) -> bool:
        """Whether all latents are there, so that its next pass makes a picture of one."""
        return not self._unfinished

    @property
    def latents(self) -> list[Tensor | None]:
        """Of each picture, (C, H, W); None while it has none."""
        return [trajectory.latents_CHW for trajectory in self._trajectories]

    @property
    def shape(self) -> Hashable:
        """Of its next pass: drawings of one shape can share one. None shares with nobody."""
        if self.decoding or self.order.sampler.alone:
            return None
        wording = self.order.wording
        said = {wording.at(trajectory.calls) for trajectory in self._going}
        texts = {text for each in said for text in (each.negative, *(text for text, _ in each.parts))}
        return self.order.width, self.order.height, frozenset(wording.read[text].windows for text in texts)

    def examples(self, most: int) -> int:
        """What it puts into its next pass; of more than `most` questions a part, as even as it can be."""
        each = len(self.order.wording.pulls) + self.order.guided
        open_questions = (len(self._asked) or each * len(self._going)) - len(self._answers)
        return math.ceil(open_questions / math.ceil(open_questions / most)) if open_questions else 1

    def questions(self, most: int) -> list[Question]:
        """Those of its next pass. Asking twice changes nothing."""
        if not self._asked:
            if self.order.image is not None and self._over_CHW is None:
                self._over_CHW, _ = self.model.encode_picture(self.order.image)
            self._asked = [each for one in self._going for each in one.questions(self._told, self._over_CHW)]
        answered = len(self._answers)
        return self._asked[answered : answered + self.examples(most)]

    def take(self, answers_CHW: Sequence[Tensor]) -> None:
        """What the model gave for the questions; when all are answered, each picture goes on."""
        self._answers += answers_CHW
        if len(self._answers) < len(self._asked):
            return
        answers, each = iter(self._answers), len(self._asked) // len(self._going)
        for trajectory in self._going:
            trajectory.take(list(islice(answers, each)))
        self._asked, self._answers = [], []

    @torch.no_grad()
    def coarse(self) -> Image.Image | None:
        """How the first picture looks by now, of at most 32 latent elements a side; None before the first pass."""
        latents_CHW = self._trajectories[0].denoised_CHW
        if latents_CHW is None:
            return None
        side = max(latents_CHW.shape[1:])
        if side > _COARSE_SIDE:
            size = [max(1, round(length * _COARSE_SIDE / side)) for length in latents_CHW.shape[1:]]
            latents_CHW = interpolate(latents_CHW[None], size, mode="area")[0]
        return self.model.decode_latent(latents_CHW)

    def decode(self) -> None:
        """The next picture whose latents are finished."""
        latents_CHW = self.latents[len(self.images)]
        if latents_CHW is None:
            raise RuntimeError("a picture is decoded before it is drawn")
        self.images.append(self.model.decode_latent(latents_CHW))

    @property
    def _going(self) -> list[Trajectory]:
        """Where the steps' lengths depend on the picture, company's rounding would change them: one at a time."""
        return self._unfinished[:1] if self.order.sampler.alone else self._unfinished

    @property
    def _unfinished(self) -> list[Trajectory]:
        return [trajectory for trajectory in self._trajectories if trajectory.latents_CHW is None]


@torch.no_grad()
def picture_pass(model: Family, drawings: Sequence[Drawing], most: int) -> None:
    """Decode a picture of one drawing, or ask the model what several want to know, at most `most` questions of each.

    When the model fails, all drawings are where they were.
    """
    if drawings[0].decoding:
        drawings[0].decode()
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
