"""One training run: what it trains, its optimizer, its counters, and the examples of each of its steps."""

from dataclasses import dataclass

import torch
from msgspec.structs import replace
from torch import Tensor

from trainer.data.dataset import Dataset
from trainer.data.latents import Latents
from trainer.engine.training.checkpoint import Checkpoint
from trainer.models.family import Family
from trainer.models.text import Prompt
from trainer.protocol import TrainRequest
from trainer.protocol.lr_schedule import LearningRates, parse_schedule
from trainer.randomness import generator
from trainer.trainables.trainable import Place, Trainable
from trainer.training.averaging import average_in
from trainer.training.guarded_adamw import GuardedAdamW
from trainer.training.loss import stratified_timesteps


@dataclass(frozen=True)
class Examples:
    """One run's part of a pass: latents and noise (B, C, H, W) float32, timesteps (B,), a prompt each."""

    latents_BCHW: Tensor
    noise_BCHW: Tensor
    timesteps_B: Tensor
    prompts: tuple[Prompt, ...]
    shares_B: Tensor
    """What each example's loss is multiplied by; over a step the loss is the mean of its examples."""
    weights_BHW: Tensor
    place: Place

    def __len__(self) -> int:
        return len(self.prompts)

    def part(self, start: int, stop: int) -> "Examples":
        return Examples(
            self.latents_BCHW[start:stop],
            self.noise_BCHW[start:stop],
            self.timesteps_B[start:stop],
            self.prompts[start:stop],
            self.shares_B[start:stop],
            self.weights_BHW[start:stop],
            Place(self.place.step, self.place.first + start),
        )


class Run:
    """All that training changes. `step` counts optimizer updates of this run, from 0.

    A step's examples may come in several passes, a batch or less at a time; their gradients add up.
    """

    def __init__(self, request: TrainRequest, trainable: Trainable, *, half: bool) -> None:
        """`half` says that the model computes in float16. Raises BadSchedule."""
        self.request, self.trainable = request, trainable
        self.rates = _rates(request)
        self.optimizer = GuardedAdamW(trainable.values, request.tuning.weight_decay, half=half)
        self.average = trainable.values.detach().clone()
        self.step = 0
        self._loss = torch.zeros((), device=trainable.values.device)
        self._examples: Examples | None = None
        self._taken = 0
        self._unread: list[Tensor] = []

    @property
    def learned(self) -> Tensor:
        """The values that are handed over, no leaf of the graph."""
        return self.average if self.request.tuning.average else self.trainable.values.detach()

    @property
    def learning_rate(self) -> float:
        """Of the step that comes next."""
        return self.rates.at(self.step)

    @property
    def unread(self) -> int:
        """Steps whose losses are still on the device."""
        return len(self._unread)

    def change(self, steps: int | None, learning_rate: str | None) -> None:
        """Go on to another number of steps, or at other rates. Raises BadSchedule."""
        changed = replace(
            self.request, steps=steps or self.request.steps, learning_rate=learning_rate or self.request.learning_rate
        )
        self.rates = _rates(changed)
        self.request = changed

    def examples(self, dataset: Dataset, latents: Latents, model: Family, most: int) -> Examples:
        """The next pass's examples, at most `most`; the same ones whenever and wherever they are asked for."""
        if self._examples is None:
            self._examples = self._draw(dataset, latents, model)
        return self._examples.part(self._taken, self._taken + self.count(most))

    def count(self, most: int) -> int:
        """Examples in the next pass."""
        return min(most, self.request.batch_size, self._step_size - self._taken)

    @property
    def _step_size(self) -> int:
        return self.request.batch_size * self.request.tuning.accumulation

    def take(self, loss: Tensor, count: int) -> bool:
        """Take in what a pass gave for `count` examples; True when that completed a step."""
        self._loss = self._loss + loss.detach()
        self._taken += count
        if self._taken < self._step_size:
            return False
        self.optimizer.step(self._loss, self.step, self.learning_rate, self.request.tuning.clip_norm)
        self.step += 1
        average_in(self.average, self.trainable.values.detach(), self.step)
        self._unread.append(self._loss)
        self._loss, self._taken, self._examples = torch.zeros_like(self._loss), 0, None
        return True

    def read(self) -> list[float]:
        """Losses of the steps since the last reading, which waits for the device. Raises ArithmeticError."""
        unread, self._unread = self._unread, []
        if not unread:
            return []
        *losses, alive = torch.stack([*unread, self.optimizer.alive.float()]).tolist()
        if not alive:
            raise ArithmeticError(f"the loss or the values are no numbers after step {int(self.optimizer.good_step)}")
        return losses

    def checkpoint(self, fingerprint: str) -> Checkpoint:
        """The run's part of a checkpoint, between two steps."""
        return Checkpoint(
            step=self.step,
            fingerprint=fingerprint,
            values=self.trainable.values.detach().cpu().clone(),
            average=self.average.cpu().clone(),
            optimizer=self.optimizer.state(),
        )

    def restore(self, checkpoint: Checkpoint) -> None:
        """Go on from a checkpoint as if there had been no break."""
        with torch.no_grad():
            self.trainable.values.copy_(checkpoint.values)
            self.average.copy_(checkpoint.average)
        self.step = checkpoint.step
        self.optimizer.load(checkpoint.optimizer, checkpoint.step)

    def _draw(self, dataset: Dataset, latents: Latents, model: Family) -> Examples:
        """All examples of the step, each purpose with random numbers of its own."""
        request, count = self.request, self._step_size
        pictures, prompts = dataset.drawn(self.step, count)
        mirrored = dataset.mirrored(self.step, count)
        entries = [picture + mirror * len(dataset) for picture, mirror in zip(pictures, mirrored, strict=True)]
        latents_BCHW = latents.sample(entries, generator(request.seed, "latent", self.step))
        noise = torch.randn(latents_BCHW.shape, generator=generator(request.seed, "noise", self.step))
        random = generator(request.seed, "timestep", self.step)
        timesteps = stratified_timesteps(count, len(model.parametrisation.sigmas), random)
        device = latents_BCHW.device
        return Examples(
            latents_BCHW=latents_BCHW,
            noise_BCHW=noise.to(device, non_blocking=True),
            timesteps_B=timesteps.to(device, non_blocking=True),
            prompts=tuple(prompts),
            shares_B=(self._weights(timesteps, model) / count).to(device, non_blocking=True),
            weights_BHW=latents.weights(entries),
            place=Place(self.step, 0),
        )

    def _weights(self, timesteps: Tensor, model: Family) -> Tensor:
        gamma = self.request.tuning.min_snr_gamma
        if not gamma:
            return torch.ones(len(timesteps))
        return model.parametrisation.min_snr_weights(timesteps, gamma)


def _rates(request: TrainRequest) -> LearningRates:
    tuning = request.tuning
    return parse_schedule(request.learning_rate, request.steps, warmup=tuning.warmup, cosine=tuning.cosine)
