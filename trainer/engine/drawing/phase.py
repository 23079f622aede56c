"""All pictures of a drawing on their way at one size: what they ask of the model, and what they are told."""

import math
from collections.abc import Hashable, Sequence
from itertools import islice, repeat

import torch
from PIL import Image
from torch import Tensor
from torch.nn.functional import interpolate

from trainer.engine.drawing.order import Order
from trainer.engine.drawing.told import ToldTexts
from trainer.engine.drawing.trajectory import Question, Trajectory
from trainer.models.family import Family

_COARSE_SIDE = 32


class Phase:
    """From noise, or from one latent (C, H, W) a picture to draw over, to `latents`, in the order of the starts."""

    def __init__(self, model: Family, order: Order, over: Sequence[Tensor] = ()) -> None:
        self._model, self.order = model, order
        each = zip(order.starts, over or repeat(None), strict=False)
        self._trajectories = [Trajectory(model, order, start, over_CHW) for start, over_CHW in each]
        self._told = ToldTexts(model, order)
        self._asked: list[Question] = []
        self._answers: list[Tensor] = []

    @property
    def drawn(self) -> bool:
        """Whether all latents are there, or none are wanted."""
        return self.order.kept is not None or not self._unfinished

    @property
    def step(self) -> int:
        """Of `order.steps`, of the picture that is least far; none of them where the order keeps its picture."""
        if self.drawn:
            return self.order.steps if self.order.kept is None else 0
        calls = min(trajectory.calls for trajectory in self._unfinished)
        return min(calls // self.order.sampler.calls_per_step, self.order.steps)

    @property
    def latents(self) -> list[Tensor | None]:
        """Of each picture, (C, H, W); None while it has none."""
        return [trajectory.latents_CHW for trajectory in self._trajectories]

    @property
    def shape(self) -> Hashable:
        """Of its next pass: those of one shape can share one. None shares with nobody."""
        if self.drawn or self.order.sampler.alone:
            return None
        return self.order.width, self.order.height, frozenset(self.order.wording.windows), self.order.applied

    def examples(self, most: int) -> int:
        """What it puts into its next pass; of more than `most` questions a part, as even as it can be."""
        each = len(self.order.wording.pulls) + self.order.guided
        open_questions = (len(self._asked) or each * len(self._going)) - len(self._answers)
        return math.ceil(open_questions / math.ceil(open_questions / most)) if open_questions else 1

    def questions(self, most: int) -> list[Question]:
        """Those of its next pass. Asking twice changes nothing."""
        if not self._asked:
            self._encode()
            self._asked = [each for one in self._going for each in one.questions(self._told)]
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
        return self._model.decode_latent(latents_CHW)

    def _encode(self) -> None:
        """The order's picture, once; all are drawn over the same."""
        image = self.order.image
        if image is None or self._trajectories[0].over_CHW is not None:
            return
        over_CHW, _ = self._model.encode_picture(image)
        for trajectory in self._trajectories:
            trajectory.over_CHW = over_CHW

    @property
    def _going(self) -> list[Trajectory]:
        """Where the steps' lengths depend on the picture, company's rounding would change them: one at a time."""
        return self._unfinished[:1] if self.order.sampler.alone else self._unfinished

    @property
    def _unfinished(self) -> list[Trajectory]:
        return [trajectory for trajectory in self._trajectories if trajectory.latents_CHW is None]
