"""One training run: its vectors, its optimizer, its counters, and the examples of each of its steps."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from trainer.data.dataset import Dataset
from trainer.data.latents import Latents
from trainer.engine.checkpoint import Checkpoint
from trainer.engine.randomness import generator
from trainer.models.text import Prompt
from trainer.training.lr_schedule import LearningRates

_MOMENTS = ("step", "exp_avg", "exp_avg_sq")
_LARGEST_RATE = 1e37  # ten times that, AdamW's first step, is the most that float32 holds


@dataclass(frozen=True)
class Examples:
    """One run's part of a pass: latents and noise (B, C, H, W) float32, timesteps (B,), a prompt each."""

    latents_BCHW: Tensor
    noise_BCHW: Tensor
    timesteps_B: Tensor
    prompts: tuple[Prompt, ...]


class Run:
    """All that training changes. `step` counts optimizer updates of this run, from 0."""

    def __init__(self, name: str, vectors: Tensor, seed: int, batch_size: int, rates: LearningRates) -> None:
        self.name, self.seed, self.batch_size, self.rates = name, seed, batch_size, rates
        self.step = 0
        self.losses: list[float] = []
        self.vectors = vectors.detach().clone().float().requires_grad_()
        # The web UI's settings: no weight decay, which would pull the vectors to zero.
        self.optimizer = torch.optim.AdamW([self.vectors], betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0)
        self.good_vectors, self.good_step = self.vectors.detach().clone(), 0

    @property
    def learning_rate(self) -> float:
        """Of the step that comes next."""
        return self.rates.at(self.step)

    def examples(self, dataset: Dataset, latents: Latents, timesteps: int) -> Examples:
        """The examples of the next step, the same ones whenever and wherever they are asked for."""
        pictures, prompts = dataset.drawn(self.step, self.batch_size)
        latents_BCHW = latents.sample(pictures, generator(self.seed, "latent", self.step))
        noise = torch.randn(latents_BCHW.shape, generator=generator(self.seed, "noise", self.step))
        drawn = self._timesteps(timesteps)
        device = latents_BCHW.device
        return Examples(latents_BCHW, noise.to(device), drawn.to(device), tuple(prompts))

    def update(self, loss: float) -> bool:
        """One optimizer step with the gradient that the pass left. False if loss or vectors are not finite."""
        if not math.isfinite(loss):
            return False
        self.good_vectors, self.good_step = self.vectors.detach().clone(), self.step
        if self.learning_rate > _LARGEST_RATE:
            return False
        for group in self.optimizer.param_groups:
            group["lr"] = self.learning_rate
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        if not torch.isfinite(self.vectors).all():
            return False
        self.losses.append(loss)
        self.step += 1
        return True

    def checkpoint(self, fingerprint: str, validations: list[tuple[int, float]], previews: list[int]) -> Checkpoint:
        state = self.optimizer.state.get(self.vectors, {})
        return Checkpoint(
            step=self.step,
            fingerprint=fingerprint,
            vectors=self.vectors.detach().cpu().clone(),
            optimizer={key: state[key].detach().cpu().clone() for key in _MOMENTS if key in state},
            losses=tuple(self.losses),
            validations=tuple(validations),
            previews=tuple(previews),
        )

    def restore(self, checkpoint: Checkpoint) -> None:
        """Go on from a checkpoint as if there had been no break."""
        with torch.no_grad():
            self.vectors.copy_(checkpoint.vectors)
        if checkpoint.optimizer:
            moments = {key: value.clone() for key, value in checkpoint.optimizer.items()}
            self.optimizer.load_state_dict({**self.optimizer.state_dict(), "state": {0: moments}})
        self.step, self.losses = checkpoint.step, list(checkpoint.losses)
        self.good_vectors, self.good_step = self.vectors.detach().clone(), self.step

    def _timesteps(self, most: int) -> Tensor:
        """One timestep in each of B equal stretches of time: uniform, and a batch's losses vary less."""
        drawn = torch.rand(self.batch_size, generator=generator(self.seed, "timestep", self.step), dtype=torch.float64)
        spread = (torch.arange(self.batch_size) + drawn) / self.batch_size * most
        return spread.long().clamp(max=most - 1)
